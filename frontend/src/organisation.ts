// The organisation's page: copy the code, share the address, print. Buttons appear only where they can work.

function announce(button: HTMLButtonElement): void {
  const before = button.textContent;
  button.textContent = button.dataset["done"] ?? before;
  window.setTimeout(() => {
    button.textContent = before;
  }, 2000);
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(button.dataset["copy"] ?? "").then(() => announce(button));
  });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-share]")) {
  const url = button.dataset["share"] ?? window.location.href;
  const canShare: boolean = typeof navigator.share === "function";
  if (canShare) {
    button.addEventListener("click", () => void navigator.share({ title: document.title, url }).catch(() => undefined));
  } else if (navigator.clipboard) {
    button.addEventListener("click", () => void navigator.clipboard.writeText(url).then(() => announce(button)));
  } else {
    continue;
  }
  button.hidden = false;
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
