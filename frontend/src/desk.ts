// The office's list and case: phrases go in at the cursor, the list is worked by keys, one tick ticks all.

for (const box of document.querySelectorAll<HTMLElement>("[data-phrases]")) {
  const text = document.getElementById(box.dataset.phrases ?? "");
  const choice = box.querySelector("select");
  box.querySelector("button")?.addEventListener("click", (event) => {
    const phrase = choice?.selectedOptions[0]?.dataset.text;
    if (!(text instanceof HTMLTextAreaElement) || !phrase) return;
    event.preventDefault();
    text.setRangeText(phrase, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  });
}

const list = document.querySelector<HTMLElement>("[data-rows]");
if (list) {
  const ticks = [...list.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  const links = [...list.querySelectorAll<HTMLAnchorElement>("h2 a")];
  const all = document.querySelector<HTMLElement>("[data-tick-all]");
  const box = all?.querySelector("input");
  all?.removeAttribute("hidden");
  document.querySelector("[data-keys]")?.removeAttribute("hidden");
  box?.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = box.checked;
  });
  list.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const here = event.target as HTMLElement;
    const kind: HTMLElement[] = here instanceof HTMLInputElement ? ticks : links;
    const at = kind.indexOf(here);
    if (at < 0) return;
    if (step) {
      event.preventDefault();
      kind[at + step]?.focus();
    } else if (event.key === "Enter" && here instanceof HTMLInputElement) {
      event.preventDefault();
      links[at]?.click();
    }
  });
}
