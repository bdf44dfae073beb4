// The organiser's page that shows the changing code, also without a network once it is open.
import qrcode from "qrcode-generator";
import { codeAt, keyFrom, STEP_SECONDS, stepAt } from "./attendance/code";
import "./styles/volunteering.scss";

const root = document.getElementById("session-code") as HTMLElement;
const picture = root.querySelector("[data-picture]") as HTMLElement;
const digits = root.querySelector("[data-digits]") as HTMLElement;
const left = root.querySelector("[data-left]") as HTMLProgressElement;
// The server's clock, as far as this phone's differs from it.
const ahead = Number(root.dataset.now) * 1000 - Date.now();
let shown = -1;

function draw(text: string): void {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  const parts: string[] = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (code.isDark(row, column)) parts.push(`M${column + 4} ${row + 4}h1v1h-1z`);
    }
  }
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${size + 8} ${size + 8}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", picture.dataset.label ?? "");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", parts.join(""));
  svg.append(path);
  picture.replaceChildren(svg);
}

async function main(): Promise<void> {
  const key = await keyFrom(root.dataset.secret ?? "");
  const renew = async (): Promise<void> => {
    const now = Date.now() + ahead;
    const step = stepAt(now);
    left.value = STEP_SECONDS - (Math.floor(now / 1000) % STEP_SECONDS);
    if (step === shown) return;
    shown = step;
    const code = await codeAt(key, step);
    draw(`${root.dataset.address}#${root.dataset.session}.${step}.${code}`);
    digits.textContent = `${code.slice(0, 4)} ${code.slice(4)}`;
  };
  await renew();
  setInterval(() => void renew(), 500);
}

void main();
if ("wakeLock" in navigator) {
  // The screen stays on while people scan it.
  const stay = (): void => void navigator.wakeLock.request("screen").catch(() => undefined);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stay());
  stay();
}
