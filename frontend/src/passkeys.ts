// Passkeys: forms with `data-passkey` run the browser's WebAuthn ceremony before they are sent. Without scripts or
// without WebAuthn the forms stay hidden and passwords and codes remain.

type Options = Record<string, any>;

const decode = (text: string): ArrayBuffer => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
};

const encode = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const descriptors = (list: Options[] = []): PublicKeyCredentialDescriptor[] =>
  list.map((item) => ({ ...item, id: decode(item.id) }) as PublicKeyCredentialDescriptor);

async function create(options: Options, passwordless: boolean): Promise<Options> {
  const given = options.publicKey;
  const credential = (await navigator.credentials.create({
    publicKey: {
      ...given,
      challenge: decode(given.challenge),
      user: { ...given.user, id: decode(given.user.id) },
      excludeCredentials: descriptors(given.excludeCredentials),
      authenticatorSelection: {
        ...given.authenticatorSelection,
        residentKey: passwordless ? "required" : "discouraged",
        requireResidentKey: passwordless,
        userVerification: passwordless ? "required" : "preferred",
      },
    },
  })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...common(credential),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      attestationObject: encode(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

async function get(options: Options): Promise<Options> {
  const given = options.publicKey;
  const credential = (await navigator.credentials.get({
    publicKey: {
      ...given,
      challenge: decode(given.challenge),
      allowCredentials: descriptors(given.allowCredentials),
    },
  })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...common(credential),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      authenticatorData: encode(response.authenticatorData),
      signature: encode(response.signature),
      userHandle: response.userHandle ? encode(response.userHandle) : null,
    },
  };
}

const common = (credential: PublicKeyCredential): Options => ({
  id: credential.id,
  rawId: encode(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
});

/** The options of the ceremony: written into the page, or asked of the server where nobody is logged in yet. */
async function optionsOf(form: HTMLFormElement): Promise<Options> {
  const written = form.dataset.options && document.getElementById(form.dataset.options);
  if (written) {
    return JSON.parse(written.textContent ?? "{}");
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return answer.json();
}

async function ceremony(form: HTMLFormElement): Promise<Options> {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "create") {
    const box = form.elements.namedItem("passwordless") as HTMLInputElement | null;
    return create(options.creation_options, box?.checked ?? true);
  }
  return get(options.request_options);
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    continue;
  }
  form.hidden = false;
  const field = form.elements.namedItem("credential") as HTMLInputElement;
  const complaint = form.querySelector<HTMLElement>("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    if (field.value) {
      return;
    }
    event.preventDefault();
    try {
      field.value = JSON.stringify(await ceremony(form));
      form.submit();
    } catch {
      if (complaint) {
        complaint.hidden = false;
      }
    }
  });
}
