// The verification page: verifies in the browser what the link's fragment, a paste, a picture or the camera brings,
// then asks the register whether the certificate was replaced, revoked or overtaken by changes.
import { FormatError } from "./certificate/cbor";
import { type Claims, claimsIn, tokenIn, type Value } from "./certificate/token";
import { type Check, checkSignature, conclude, sha256, type Status, type Verdict } from "./certificate/verify";
import { keysFrom, openWays } from "./certificate/ways";
import "./styles/verify.scss";

interface Words {
  verdicts: Record<Verdict, { tone: string; title: string; explanation: string }>;
  labels: Record<string, string>;
  funds: Record<string, string>;
  kinds: Record<string, string>;
  texts: Record<string, string>;
}

const root = document.getElementById("verify") as HTMLElement;
const result = document.getElementById("verify-result") as HTMLElement;
const words = JSON.parse(root.dataset.words ?? "{}") as Words;
const text = (name: string): string => words.texts[name] ?? name;

const publishedKeys = keysFrom(root.dataset.keys as string);

/** What the register says: null where it has no such certificate, undefined where it cannot be asked. */
async function statusOf(serial: string): Promise<Status | null | undefined> {
  try {
    const response = await fetch((root.dataset.status as string).replace("SERIAL", serial), { cache: "no-store" });
    if (response.status === 404) return null;
    return response.ok ? ((await response.json()) as Status) : undefined;
  } catch {
    return undefined;
  }
}

async function verify(scanned: string): Promise<void> {
  let token: Uint8Array<ArrayBuffer>;
  try {
    token = tokenIn(scanned);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    show("malformed");
    return;
  }
  let check: Check;
  try {
    check = await checkSignature(token, await publishedKeys(), claimsIn);
  } catch {
    say(text("no_keys"));
    return;
  }
  if (check.verdict !== null || !check.claims) {
    show(check.verdict ?? "malformed", check.claims);
    return;
  }
  say(text("checking"));
  const status = await statusOf(check.claims.serial);
  if (status === undefined) {
    const over = check.claims.expiresAt !== null && Date.now() / 1000 >= check.claims.expiresAt;
    show(over ? "expired" : "offline", check.claims);
    return;
  }
  const verdict = conclude(check.claims, status, await sha256(token), Date.now() / 1000);
  show(verdict, check.claims, verdict === "unrecorded" ? undefined : (status ?? undefined));
}

function element(name: string, className: string, content = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = content;
  return made;
}

function say(message: string): void {
  result.replaceChildren(element("p", "govuk-body", message));
}

function show(verdict: Verdict, claims?: Claims, status?: Status): void {
  const conclusion = words.verdicts[verdict];
  const notice = element("div", `st-notice st-notice--${conclusion.tone}`);
  notice.dataset.verdict = verdict;
  notice.append(element("h2", "st-notice__title", conclusion.title), element("p", "govuk-body", conclusion.explanation));
  if (status?.state_reason) {
    const since = status.state_changed_at?.slice(0, 10) ?? "";
    const said = text("reason").replace("{day}", since).replace("{reason}", () => status.state_reason);
    notice.append(element("p", "govuk-body", said));
  }
  const parts: Node[] = [notice];
  if (claims?.demo) parts.push(element("p", "govuk-body st-verify__demo", text("demo")));
  if (status?.differences.length && claims) parts.push(differences(status, String(claims.values.kind)));
  if (claims) parts.push(...facts(claims, status));
  result.replaceChildren(...parts);
  result.focus();
  result.scrollIntoView({ block: "start" });
}

function differences(status: Status, kind: string): HTMLElement {
  const table = element("table", "govuk-table st-verify__differences");
  table.append(element("caption", "govuk-table__caption govuk-table__caption--m", text("differences")));
  const head = element("tr", "govuk-table__row");
  for (const title of ["item", "certified", "registered"]) {
    const cell = element("th", "govuk-table__header", text(title));
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  const body = element("tbody", "govuk-table__body");
  for (const difference of status.differences) {
    const row = element("tr", "govuk-table__row");
    const label = element("th", "govuk-table__header", labelOf(difference.element, kind));
    label.setAttribute("scope", "row");
    row.append(label);
    for (const side of ["certified", "registered"] as const) {
      const cell = element("td", "govuk-table__cell", difference[side]);
      cell.dataset.label = text(side);
      row.append(cell);
    }
    body.append(row);
  }
  const top = element("thead", "govuk-table__head");
  top.append(head);
  table.append(top, body);
  return table;
}

function facts(claims: Claims, status?: Status): Node[] {
  const list = element("dl", "govuk-summary-list");
  const kind = String(claims.values.kind);
  const add = (label: string, value: string): void => {
    const row = element("div", "govuk-summary-list__row");
    row.append(element("dt", "govuk-summary-list__key", label), element("dd", "govuk-summary-list__value", value));
    list.append(row);
  };
  for (const name of Object.keys(words.labels)) {
    const value = name in claims.digests ? status?.certified[name] : claims.values[name];
    add(labelOf(name, kind), name in claims.digests && value === undefined ? text("digest") : shown(name, value ?? null));
  }
  add(text("issued"), chineseDate(new Date((claims.issuedAt + 8 * 3600) * 1000).toISOString().slice(0, 10)));
  add(text("serial"), claims.serial.replace(/^(.{4})(.{5})(.{5})(.)$/, "$1 $2 $3 $4"));
  const parts: Node[] = [element("h2", "govuk-heading-m", text("facts")), list];
  if (status) {
    const link = element("a", "govuk-link", text("organisation")) as HTMLAnchorElement;
    link.href = status.organisation.url;
    const paragraph = element("p", "govuk-body");
    paragraph.append(link);
    parts.push(paragraph);
  }
  parts.push(element("p", "govuk-hint", text("by_browser")));
  return parts;
}

/** The label of an item; that of the funds depends on the kind of organisation. */
function labelOf(name: string, kind: string): string {
  return (name === "registered_funds" ? words.funds[kind] : undefined) ?? words.labels[name] ?? name;
}

function shown(name: string, value: Value): string {
  if (name === "charity") return text(value ? "yes" : "no");
  if (value === null || value === "") return "—";
  if (name === "kind") return words.kinds[String(value)] ?? String(value);
  if (name === "registered_funds") return `人民币${amount(Number(value))}`;
  return name.startsWith("certificate_valid") ? chineseDate(String(value)) : String(value);
}

/** Fen as certificates write them: 万元 where two decimals say it exactly, else 元. */
function amount(fen: number): string {
  const wan = fen >= 1_000_000 && fen % 10_000 === 0;
  const value = wan ? fen / 1_000_000 : fen / 100;
  const decimals = wan || Number.isInteger(value) ? 0 : 2;
  const written = value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: 2 });
  return `${written}${wan ? "万元" : "元"}`;
}

function chineseDate(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  return `${year}年${month}月${date}日`;
}

openWays(verify, say, text);
// Fetched at once, so that the signature can be checked later without a network.
publishedKeys().catch(() => undefined);
