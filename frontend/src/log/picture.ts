// The picture of a path in the tree: the entry at the bottom, at each step the group beside it, the signed root on top.
import type { Step } from "./merkle";

type Say = (name: string, values?: Record<string, string | number>) => string;

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 340;
const MIDDLE = WIDTH / 2;
const ROW = 46;
const ASIDE = 64;

function shape(name: string, attributes: Record<string, string | number>, className: string, text = ""): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.setAttribute("class", className);
  made.textContent = text;
  return made;
}

/** Draw the path; `size` is the number of entries under the root. */
export function draw(steps: Step[], size: number, say: Say): SVGElement {
  const bottom = 52 + ROW * steps.length;
  const height = bottom + 40;
  const picture = shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img" }, "st-tree");
  picture.setAttribute("aria-label", say("picture_label", { steps: steps.length, others: grouped(size - 1) }));
  const level = (step: number): number => bottom - step * ROW;
  for (const [at, step] of steps.entries()) {
    const [y, above] = [level(at), level(at + 1)];
    const side = step.left ? -1 : 1;
    const x = MIDDLE + side * ASIDE;
    const middle = (y + above) / 2;
    picture.append(
      shape("path", { d: `M${MIDDLE} ${y}V${above}` }, "st-tree__line st-tree__line--own"),
      shape("path", { d: `M${x} ${middle + 8}Q${x} ${above + 2} ${MIDDLE} ${above}` }, "st-tree__line"),
    );
    // A group is drawn as a small heap that grows with the number of entries in it.
    const radius = Math.min(11, 5 + Math.log10(step.count) * 1.6);
    picture.append(
      shape("circle", { cx: x, cy: middle + 8, r: radius.toFixed(1) }, "st-tree__group"),
      shape(
        "text",
        { x: x + side * 16, y: middle + 12, "text-anchor": step.left ? "end" : "start" },
        "st-tree__word",
        say("sibling", { count: grouped(step.count) }),
      ),
    );
  }
  for (let at = 1; at < steps.length; at++) {
    picture.append(shape("circle", { cx: MIDDLE, cy: level(at), r: 5 }, "st-tree__node"));
  }
  const top = level(steps.length);
  picture.append(
    shape("rect", { x: MIDDLE - 62, y: top - 44, width: 124, height: 44, rx: 6 }, "st-tree__root"),
    shape("text", { x: MIDDLE, y: top - 25, "text-anchor": "middle" }, "st-tree__title", say("root", { size: grouped(size) })),
    shape("text", { x: MIDDLE, y: top - 8, "text-anchor": "middle" }, "st-tree__title", `✓ ${say("signed")}`),
    shape("rect", { x: MIDDLE - 50, y: bottom, width: 100, height: 32, rx: 6 }, "st-tree__leaf"),
    shape("text", { x: MIDDLE, y: bottom + 21, "text-anchor": "middle" }, "st-tree__title", say("leaf")),
  );
  return picture;
}

export const grouped = (count: number): string => count.toLocaleString("en");
