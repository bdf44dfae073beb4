// Uploads that survive a lost network: each chosen file becomes a tus upload with progress, pause and resume.
// Without this script the forms post their files as ever.
import { DetailedError, Upload } from "tus-js-client";

const PIECE = 1024 * 1024;
const RETRIES = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];
const running = new Set<Upload>();
let unfinished = 0;

/** One file on its way: its line in the list, and the upload behind it. */
function begin(form: HTMLFormElement, file: File, list: HTMLElement): void {
  const words = form.dataset;
  const line = document.createElement("li");
  line.className = "st-upload";
  const name = document.createElement("span");
  name.className = "st-upload__name";
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = file.size;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const status = document.createElement("span");
  status.className = "st-upload__status";
  status.setAttribute("role", "status");
  const pause = button(words.pause ?? "");
  const cancel = button(words.cancel ?? "");
  line.append(name, bar, status, pause, cancel);
  list.append(line);
  unfinished += 1;

  let paused = false;
  const say = (text: string): void => {
    status.textContent = text;
  };
  const finish = (): void => {
    running.delete(upload);
    pause.remove();
    unfinished -= 1;
    if (unfinished === 0 && !document.querySelector(".st-upload--refused")) location.reload();
  };
  const upload = new Upload(file, {
    endpoint: words.tus,
    chunkSize: PIECE,
    retryDelays: RETRIES,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, material: words.material ?? "" },
    headers: { "X-CSRFToken": form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "" },
    fingerprint: async (of) =>
      ["shetong", words.tus, words.material, (of as File).name, (of as File).size, (of as File).lastModified].join("|"),
    onProgress: (sent, total) => {
      bar.value = sent;
      if (!paused) say(`${Math.floor((sent / total) * 100)}%`);
    },
    onShouldRetry: (error) => {
      const code = error.originalResponse?.getStatus() ?? 0;
      if (!navigator.onLine) say(words.offline ?? "");
      return code === 0 || code === 409 || code === 423 || code >= 500;
    },
    onSuccess: () => {
      bar.value = file.size;
      say(words.done ?? "");
      line.classList.add("st-upload--done");
      cancel.remove();
      finish();
    },
    onError: (error) => {
      const refusal = error instanceof DetailedError ? refusalOf(error) : null;
      if (refusal === null) {
        say(words.offline ?? "");
        paused = true;
        pause.textContent = words.resume ?? "";
        return;
      }
      say(refusal);
      line.classList.add("st-upload--refused");
      cancel.textContent = words.dismiss ?? "";
      finish();
    },
  });
  running.add(upload);

  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = (paused ? words.resume : words.pause) ?? "";
    if (paused) {
      void upload.abort();
      say(words.paused ?? "");
    } else {
      upload.start();
    }
  });
  cancel.addEventListener("click", () => {
    const refused = line.classList.contains("st-upload--refused");
    if (!refused) {
      void upload.abort(true).catch(() => undefined);
      finish();
    }
    line.remove();
    form.querySelector<HTMLInputElement>("input[type=file]")?.focus();
  });
  window.addEventListener("online", () => {
    if (running.has(upload) && paused && pause.textContent === words.resume) pause.click();
  });

  const largest = Number(words.largest ?? 0);
  if (largest && file.size > largest) {
    say(words.tooLarge ?? "");
    line.classList.add("st-upload--refused");
    cancel.textContent = words.dismiss ?? "";
    finish();
    return;
  }
  void upload.findPreviousUploads().then((previous) => {
    if (previous[0]) upload.resumeFromPreviousUpload(previous[0]);
    upload.start();
  });
}

/** The sentence with which the server refuses, null where no answer came. */
function refusalOf(error: DetailedError): string | null {
  const response = error.originalResponse;
  if (!response || response.getStatus() >= 500 || response.getStatus() === 0) return null;
  try {
    return (JSON.parse(response.getBody()) as { message: string }).message;
  } catch {
    return error.message;
  }
}

function button(text: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "govuk-button govuk-button--secondary st-upload__button";
  made.textContent = text;
  return made;
}

export function enhance(form: HTMLFormElement): void {
  const list = form.querySelector<HTMLElement>("[data-uploads]");
  if (!list) return;
  for (const input of form.querySelectorAll<HTMLInputElement>("input[type=file]")) {
    input.addEventListener("change", () => {
      for (const file of input.files ?? []) begin(form, file, list);
      input.value = "";
    });
  }
  form.querySelector<HTMLElement>("[data-plain]")?.setAttribute("hidden", "");
}

window.addEventListener("beforeunload", (event) => {
  if (unfinished > 0) event.preventDefault();
});
