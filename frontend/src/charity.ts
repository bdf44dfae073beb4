// Pages of charity: the browser checks against the public log what the page says, and draws where the money went.
import { SankeyChart } from "echarts/charts";
import { TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { compare, keysOf, type LogPlace, newest, proven } from "./log/growth";
import { leafHash, path, same } from "./log/merkle";
import { type Checkpoint, isSigned, type Key, parse } from "./log/note";
import { type Receipt, read } from "./log/receipt";
import "./organisation";
import "./styles/charity.scss";

interface Data {
  log: LogPlace | null;
  words: Record<string, string>;
}

interface Flow {
  nodes: { name: string }[];
  links: { source: string; target: string; value: number; text: string }[];
}

interface Known {
  log: LogPlace;
  keys: Key[];
  note: string;
  head: Checkpoint;
  rewritten: boolean;
}

type Verdict = "good" | "differs" | "broken" | "rewritten" | "open";

// So many badges are checked at once; the rest when they come into view.
const AT_ONCE = 8;
const page = document.getElementById("charity") as HTMLElement;
const data = JSON.parse(page.dataset["charity"] ?? "{}") as Data;
let known: Promise<Known | null> | undefined;

async function acquaint(log: LogPlace): Promise<Known | null> {
  const keys = await keysOf(log);
  const head = await newest(log, keys);
  if (!head) return null;
  const growth = await compare(log, keys, head.note, head.checkpoint);
  const rewritten = ["rewritten", "shrunk", "new_key"].includes(growth.kind);
  return { log, keys, note: head.note, head: head.checkpoint, rewritten };
}

/** Whether the receipt is proven, by a checkpoint of the history that this browser knows. */
async function holds(receipt: Receipt, log: Known): Promise<boolean> {
  const checkpoint = parse(receipt.checkpoint);
  if (checkpoint.origin !== log.log.origin || !(await isSigned(checkpoint, log.keys))) return false;
  const leaf = await leafHash(receipt.entry);
  const steps = await path(receipt.index, checkpoint.size, leaf, receipt.proof);
  if (!same(steps.at(-1)?.result ?? leaf, checkpoint.root)) return false;
  const [older, newer] = checkpoint.size <= log.head.size ? [checkpoint, log.head] : [log.head, checkpoint];
  return proven(log.log, older, newer);
}

async function judge(badge: HTMLElement): Promise<Verdict> {
  if (!data.log) return "open";
  known ??= acquaint(data.log);
  const log = await known;
  if (!log) return "broken";
  if (log.rewritten) return "rewritten";
  const response = await fetch(badge.dataset["proof"] ?? "", { cache: "no-store" });
  if (!response.ok) return "open";
  const receipt = read(await response.text());
  if (!(await holds(receipt, log))) return "broken";
  const entry = JSON.parse(new TextDecoder().decode(receipt.entry)) as Record<string, unknown>;
  const reference = decodeURIComponent((badge.dataset["proof"] ?? "").split("/").at(-1) ?? "");
  const says = { ...(JSON.parse(badge.dataset["says"] ?? "{}") as Record<string, unknown>), reference };
  return Object.entries(says).every(([name, value]) => entry[name] === value) ? "good" : "differs";
}

async function verify(badge: HTMLElement): Promise<void> {
  let verdict: Verdict;
  try {
    verdict = await judge(badge);
  } catch (error) {
    verdict = error instanceof TypeError ? "open" : "broken";
  }
  const good = verdict === "good";
  const open = verdict === "open";
  badge.dataset["verdict"] = verdict;
  badge.classList.add(good ? "st-proof--good" : open ? "st-proof--open" : "st-proof--bad");
  badge.textContent = `${good ? "✓" : open ? "○" : "✗"} ${data.words[good ? "good" : open ? "open" : "bad"] ?? ""}`;
  badge.title = data.words[good ? "good_text" : open ? "open_text" : verdict] ?? "";
  if (!good && !open) explain(badge);
}

/** A warning is written out: nobody should have to point at it to read it. */
function explain(badge: HTMLElement): void {
  const text = document.createElement("span");
  text.className = "st-proof__why";
  text.setAttribute("role", "alert");
  text.textContent = badge.title;
  badge.after(text);
}

function watch(badges: HTMLElement[]): void {
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      void verify(target as HTMLElement);
    }
  });
  for (const badge of badges) watcher.observe(badge);
}

/** Colours of the theme, whatever the scheme is. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--st-${name}`).trim();
}

function draw(place: HTMLElement): void {
  const flow = JSON.parse(place.dataset["flow"] ?? "{}") as Flow;
  place.hidden = false;
  const chart = init(place, null, { renderer: "svg" });
  const narrow = (): boolean => place.clientWidth < 560;
  const texts = new Map(flow.links.map((link) => [`${link.source} > ${link.target}`, link.text]));
  const show = (): void => {
    chart.setOption(
      {
        animation: false,
        tooltip: {
          trigger: "item",
          renderMode: "richText",
          formatter: ({ name }: { name: string }) => `${name.replace(" > ", " → ")} ${texts.get(name) ?? ""}`,
        },
        series: [
          {
            type: "sankey",
            left: 4,
            // The names of the uses stand right of their bars.
            right: narrow() ? 104 : 130,
            top: 12,
            bottom: 12,
            nodeWidth: narrow() ? 12 : 20,
            nodeGap: narrow() ? 24 : 18,
            draggable: false,
            emphasis: { focus: "adjacency" },
            label: {
              color: colour("ink"),
              fontSize: narrow() ? 12 : 14,
              lineHeight: narrow() ? 15 : 17,
              overflow: "break",
              width: narrow() ? 96 : 120,
            },
            lineStyle: { color: "gradient", opacity: 0.35 },
            itemStyle: { color: colour("brand") },
            data: flow.nodes,
            links: flow.links,
          },
        ],
      },
      true,
    );
  };
  show();
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", data.words["picture"] ?? "");
  new ResizeObserver(() => {
    chart.resize();
    show();
  }).observe(place);
}

use([SankeyChart, TooltipComponent, SVGRenderer]);
const badges = [...document.querySelectorAll<HTMLElement>("[data-proof]")];
for (const badge of badges.slice(0, AT_ONCE)) void verify(badge);
watch(badges.slice(AT_ONCE));
for (const place of document.querySelectorAll<HTMLElement>("[data-flow]")) draw(place);
