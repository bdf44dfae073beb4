// The ways in to a verification page, camera, picture, paste and address, and the published keys behind it.
import type { PublishedKey } from "./verify";

/** How to get the published keys: fetched once and kept, so that later checks work without a network. */
export function keysFrom(address: string): () => Promise<PublishedKey[]> {
  let keys: Promise<PublishedKey[]> | undefined;
  return () => {
    keys ??= fetch(address)
      .then((response) => {
        if (!response.ok) throw new TypeError(`keys: ${response.status}`);
        return response.json() as Promise<{ keys: PublishedKey[]; revoked_keys: PublishedKey[] }>;
      })
      .then((sets) => [...sets.keys, ...sets.revoked_keys])
      .catch((error: unknown) => {
        keys = undefined;
        throw error;
      });
    return keys;
  };
}

/** Have every way lead to `verify`; `say` shows a sentence, `text` gives it in the page's language. */
export function openWays(
  verify: (scanned: string) => Promise<void>,
  say: (message: string) => void,
  text: (name: string) => string,
): void {
  const camera = document.getElementById("verify-camera") as HTMLElement;
  const scanStatus = document.getElementById("verify-scan-status") as HTMLElement;
  const scanButton = document.getElementById("verify-scan") as HTMLButtonElement;
  const fileInput = document.getElementById("verify-file") as HTMLInputElement;
  const scanLabel = scanButton.textContent ?? "";
  let scanning: AbortController | undefined;

  async function scan(): Promise<void> {
    if (scanning) {
      scanning.abort();
      return;
    }
    scanning = new AbortController();
    camera.hidden = false;
    scanButton.textContent = text("stop");
    scanStatus.textContent = text("scanning");
    try {
      const { readCamera } = await import("./scan");
      const found = await readCamera(document.getElementById("verify-video") as HTMLVideoElement, scanning.signal);
      if (found !== null) await verify(found);
    } catch {
      say(text("no_camera"));
    } finally {
      camera.hidden = true;
      scanButton.textContent = scanLabel;
      scanning = undefined;
    }
  }

  async function readChosen(): Promise<void> {
    const file = fileInput.files?.[0];
    fileInput.value = "";
    if (!file) return;
    try {
      const { readFile } = await import("./scan");
      const found = await readFile(file);
      if (found === null) say(text("no_code"));
      else await verify(found);
    } catch {
      say(text("no_file"));
    }
  }

  function fromAddress(): void {
    if (location.hash.length > 100) void verify(location.href);
  }

  (document.getElementById("verify-tools") as HTMLElement).hidden = false;
  scanButton.hidden = !navigator.mediaDevices?.getUserMedia;
  scanButton.addEventListener("click", () => void scan());
  document.getElementById("verify-file-button")?.addEventListener("click", () => fileInput.click());
  fileInput.addEventListener("change", () => void readChosen());
  document.getElementById("verify-form")?.addEventListener("submit", (event) => {
    const link = (document.getElementById("link") as HTMLTextAreaElement).value;
    // A number alone, or nothing, is for the server.
    if (link.replace(/\s/g, "").length < 100) return;
    event.preventDefault();
    void verify(link);
  });
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
}
