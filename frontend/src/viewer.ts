// Looking at a file: PDF pages drawn on canvases, pictures as they come; zoom by buttons and by + and -.
// Nothing of a PDF runs: pdf.js draws it without its scripting part.
const STEPS = [1, 1.5, 2, 3];
const MOST_PAGES = 60;

export function enhance(viewer: HTMLElement): void {
  let step = 0;
  const words = viewer.dataset;
  const bar = viewer.parentElement?.querySelector(".st-beside__bar");
  const apply = (): void => {
    for (const sheet of viewer.querySelectorAll<HTMLElement>("canvas, img")) sheet.style.width = `${(STEPS[step] ?? 1) * 100}%`;
    smaller.disabled = step === 0;
    larger.disabled = step === STEPS.length - 1;
  };
  const button = (text: string, change: number): HTMLButtonElement => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "govuk-button govuk-button--secondary";
    made.textContent = text;
    made.addEventListener("click", () => zoom(change));
    return made;
  };
  const zoom = (change: number): void => {
    step = Math.min(Math.max(step + change, 0), STEPS.length - 1);
    apply();
  };
  const smaller = button(words.out ?? "", -1);
  const larger = button(words.in ?? "", 1);
  bar?.append(smaller, larger);
  viewer.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") zoom(1);
    else if (event.key === "-") zoom(-1);
  });
  apply();
  if (words.pdf) {
    void draw(viewer, words.pdf, words.page ?? "").then(apply, () => {
      const said = document.createElement("p");
      said.className = "govuk-body";
      said.textContent = words.failed ?? "";
      viewer.append(said);
    });
  }
}

async function draw(viewer: HTMLElement, url: string, label: string): Promise<void> {
  const pdf = await import("pdfjs-dist");
  pdf.GlobalWorkerOptions.workerSrc = new URL("pdfjs-dist/build/pdf.worker.min.mjs", import.meta.url).href;
  const task = pdf.getDocument({ url, useSystemFonts: true, disableFontFace: true, useWasm: false, enableXfa: false });
  const file = await task.promise;
  for (let number = 1; number <= Math.min(file.numPages, MOST_PAGES); number += 1) {
    const page = await file.getPage(number);
    const plain = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: Math.min(1600 / plain.width, 3) });
    const canvas = document.createElement("canvas");
    canvas.width = viewport.width;
    canvas.height = viewport.height;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label.replace("{n}", String(number)));
    viewer.append(canvas);
    await page.render({ canvas, viewport }).promise;
  }
}
