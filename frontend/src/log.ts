// Pages of the public logs: this browser itself verifies receipts and that the logs only grew since the last visit.
import { compare, type Growth, keysOf, type LogPlace, newest, proven } from "./log/growth";
import { leafHash, path, ProofError, same, type Step } from "./log/merkle";
import { type Checkpoint, hex, isSigned, type Key, NoteError, parse } from "./log/note";
import { draw, grouped } from "./log/picture";
import { type Receipt, read } from "./log/receipt";
import { FormatError } from "./certificate/cbor";
import "./styles/log.scss";

interface Data {
  logs: LogPlace[];
  types: Record<string, { title: string; fields: Record<string, string>; values: Record<string, Record<string, string>> }>;
  words: Record<string, string>;
}

const page = document.getElementById("log") as HTMLElement;
const data = JSON.parse(page.dataset.log ?? "{}") as Data;
const result = document.getElementById("log-result");

function say(name: string, values: Record<string, string | number> = {}): string {
  return (data.words[name] ?? name).replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
}

function element(name: string, className: string, content: string | Node[] = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  if (typeof content === "string") made.textContent = content;
  else made.append(...content);
  return made;
}

const chineseDate = (moment: string): string =>
  new Date(moment).toLocaleDateString(document.documentElement.lang || "zh-CN", { dateStyle: "long" });

function growthText(growth: Growth): string {
  if (growth.kind === "first_visit") return say("first_visit");
  const { date, old, new: now } = growth;
  return say(growth.kind, { date: chineseDate(date), old: grouped(old), new: grouped(now) });
}

const alarming = (growth: Growth): boolean => ["rewritten", "shrunk", "new_key"].includes(growth.kind);

// The overview: each log is compared with what this browser saw last.

async function showGrowth(place: HTMLElement): Promise<void> {
  const log = data.logs.find((one) => one.name === place.dataset.growth);
  if (!log) return;
  try {
    const keys = await keysOf(log);
    const head = await newest(log, keys);
    if (!head) {
      place.replaceChildren(notice("bad", say("bad"), say("bad_signature")));
      return;
    }
    const growth = await compare(log, keys, head.note, head.checkpoint);
    place.dataset.kind = growth.kind;
    place.replaceChildren(
      alarming(growth)
        ? notice("bad", say("bad"), growthText(growth))
        : element("p", "govuk-body st-log__seen", `✓ ${growthText(growth)}`),
    );
  } catch {
    place.replaceChildren(element("p", "govuk-body st-soft", say("unreachable")));
  }
}

// A receipt.

async function verify(text: string): Promise<void> {
  show(element("p", "govuk-body", say("checking")));
  try {
    await check(read(text));
  } catch (error) {
    if (error instanceof ProofError) refuse(say("bad_proof"));
    else if (error instanceof NoteError || error instanceof FormatError) refuse(say("malformed"));
    else if (error instanceof TypeError) refuse(say("unreachable"), "warn");
    else throw error;
  }
}

async function check(receipt: Receipt): Promise<void> {
  const checkpoint = parse(receipt.checkpoint);
  const log = data.logs.find((one) => one.origin === checkpoint.origin);
  if (!log) {
    refuse(say("unknown_log", { origin: checkpoint.origin }), "warn");
    return;
  }
  const keys = await keysOf(log);
  if (!(await isSigned(checkpoint, keys))) {
    refuse(say("bad_signature"));
    return;
  }
  const leaf = await leafHash(receipt.entry);
  const steps = await path(receipt.index, checkpoint.size, leaf, receipt.proof);
  const root = steps.at(-1)?.result ?? leaf;
  if (!same(root, checkpoint.root)) {
    refuse(say("bad_proof"));
    return;
  }
  const growth = await history(log, keys, checkpoint);
  if (growth && alarming(growth)) {
    refuse(growthText(growth));
    return;
  }
  approve(log, receipt, checkpoint, keys, steps, hex(leaf), growth);
}

/** Compare with this browser's memory, and the receipt's checkpoint with the newest one. */
async function history(log: LogPlace, keys: Key[], checkpoint: Checkpoint): Promise<Growth | null> {
  const head = await newest(log, keys);
  if (!head) return null;
  const growth = await compare(log, keys, head.note, head.checkpoint);
  const [older, newer] =
    checkpoint.size <= head.checkpoint.size ? [checkpoint, head.checkpoint] : [head.checkpoint, checkpoint];
  if (await proven(log, older, newer)) return growth;
  return { kind: "rewritten", date: new Date().toISOString(), old: older.size, new: newer.size };
}

function approve(
  log: LogPlace,
  receipt: Receipt,
  checkpoint: Checkpoint,
  keys: Key[],
  steps: Step[],
  leaf: string,
  growth: Growth | null,
): void {
  const number = grouped(receipt.index + 1);
  const names = [...new Set(checkpoint.signatures.map((one) => one.name))].filter(
    (name) => !keys.some((key) => key.name === name),
  );
  const checks = element("ul", "govuk-list st-log__checks", [
    claim("signature", say("signature_good")),
    claim("path", say("path_good", { steps: steps.length })),
    claim("witnesses", names.length ? say("witnessed", { names: names.join("、") }) : say("unwitnessed"), names.length > 0),
    ...(growth ? [claim("growth", growthText(growth))] : []),
  ]);
  const good = notice("good", say("good"), say("good_text", { log: log.title, number }));
  good.dataset.verdict = "good";
  show(
    good,
    checks,
    element("h2", "govuk-heading-m", say("record")),
    facts(receipt),
    element("h2", "govuk-heading-m", say("picture")),
    element("p", "govuk-body", say("picture_text", { size: grouped(checkpoint.size) })),
    element("div", "st-log__picture", [draw(steps, checkpoint.size, say)]),
    sums(steps, leaf, hex(checkpoint.root)),
  );
}

function claim(name: string, text: string, holds = true): HTMLElement {
  const line = element("li", holds ? "st-log__check" : "st-log__check st-log__check--open");
  line.append(element("strong", "", `${holds ? "✓" : "○"} ${say(name)} `), document.createTextNode(text));
  return line;
}

function facts(receipt: Receipt): HTMLElement {
  const content = JSON.parse(new TextDecoder().decode(receipt.entry)) as Record<string, unknown>;
  const kind = data.types[`${content.type}/${content.version}`];
  const list = element("dl", "govuk-summary-list");
  const add = (label: string, value: string): void => {
    list.append(
      element("div", "govuk-summary-list__row", [
        element("dt", "govuk-summary-list__key", label),
        element("dd", "govuk-summary-list__value st-log__hash", value),
      ]),
    );
  };
  add(say("type"), kind?.title ?? String(content.type));
  add(say("number"), String(content.reference));
  for (const [name, label] of Object.entries(kind?.fields ?? {})) add(label, kind?.values[name]?.[String(content[name])] ?? shown(content[name]));
  if (content.people) add(say("people"), say("people_text", { count: Object.keys(content.people).length }));
  return list;
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return say("none");
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value === "number") return grouped(value);
  if (/^\d{4}-\d{2}-\d{2}T/.test(String(value))) {
    return new Date(String(value)).toLocaleString(document.documentElement.lang || "zh-CN");
  }
  return String(value);
}

/** The same as the picture, in words and figures. */
function sums(steps: Step[], leaf: string, root: string): HTMLElement {
  const lines = steps.map((step, at) =>
    element(
      "li",
      "st-log__hash",
      say(step.left ? "step_left" : "step_right", {
        step: at + 1,
        count: grouped(step.count),
        hash: hex(step.sibling),
        result: hex(step.result),
      }),
    ),
  );
  const summary = element("summary", "govuk-details__summary", [
    element("span", "govuk-details__summary-text", say("steps")),
  ]);
  const list = element("ol", "govuk-list st-log__sums", [
    element("li", "st-log__hash", say("step_leaf", { hash: leaf })),
    ...lines,
    element("li", "st-log__hash", say("step_root", { hash: root })),
  ]);
  return element("details", "govuk-details", [summary, element("div", "govuk-details__text", [list])]);
}

function notice(tone: string, title: string, text: string): HTMLElement {
  return element("div", `st-notice st-notice--${tone}`, [
    element("h2", "st-notice__title", title),
    element("p", "govuk-body", text),
  ]);
}

function refuse(text: string, tone = "bad"): void {
  const made = notice(tone, say("bad"), text);
  made.dataset.verdict = tone;
  show(made);
}

function show(...parts: Node[]): void {
  result?.replaceChildren(...parts);
}

async function start(): Promise<void> {
  for (const place of document.querySelectorAll<HTMLElement>("[data-growth]")) await showGrowth(place);
  if (page.dataset.receipt) {
    try {
      const response = await fetch(page.dataset.receipt, { cache: "no-store" });
      await verify(await response.text());
    } catch {
      refuse(say("unreachable"), "warn");
    }
  } else if (location.hash.length > 1) {
    await verify(location.hash);
  }
  const form = document.getElementById("log-form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void verify((document.getElementById("log-text") as HTMLTextAreaElement).value).then(() => result?.focus());
  });
  document.getElementById("log-file")?.addEventListener("change", (event) => {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file) void file.text().then(verify).then(() => result?.focus());
  });
}

addEventListener("hashchange", () => void verify(location.hash));
void start();
