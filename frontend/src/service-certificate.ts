// The verification page of certificates of service: the signature in the browser, then what is recorded now.
import { FormatError } from "./certificate/cbor";
import { type ServiceClaims, serviceClaimsIn } from "./certificate/service";
import { tokenIn } from "./certificate/token";
import { checkSignature, sha256, type Verdict } from "./certificate/verify";
import { keysFrom, openWays } from "./certificate/ways";
import "./styles/verify.scss";

interface Words {
  verdicts: Record<Verdict, { tone: string; title: string; explanation: string }>;
  labels: Record<string, string>;
  papers: Record<string, string>;
  texts: Record<string, string>;
}

interface Status {
  state: string;
  state_reason: string;
  state_changed_at: string | null;
  token_sha256: string;
  minutes: number;
  minutes_now: number;
  notice_until: string | null;
}

const root = document.getElementById("verify") as HTMLElement;
const result = document.getElementById("verify-result") as HTMLElement;
const words = JSON.parse(root.dataset.words ?? "{}") as Words;
const text = (name: string): string => words.texts[name] ?? name;
const publishedKeys = keysFrom(root.dataset.keys as string);

/** What is recorded: null where there is no such certificate, undefined where it cannot be asked. */
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
  let check;
  try {
    check = await checkSignature(token, await publishedKeys(), serviceClaimsIn);
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
  if (status === undefined) show("offline", check.claims);
  else if (status === null || status.token_sha256 !== (await sha256(token))) show("unrecorded", check.claims);
  else if (status.state === "revoked" || status.state === "replaced") show(status.state, check.claims, status);
  else show(status.minutes_now < status.minutes ? "changed" : "valid", check.claims, status);
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

function show(verdict: Verdict, claims?: ServiceClaims, status?: Status): void {
  const conclusion = words.verdicts[verdict];
  const notice = element("div", `st-notice st-notice--${conclusion.tone}`);
  notice.dataset.verdict = verdict;
  notice.append(element("h2", "st-notice__title", conclusion.title), element("p", "govuk-body", conclusion.explanation));
  const add = (name: string, values: Record<string, string>): void => {
    const said = text(name).replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
    notice.append(element("p", "govuk-body", said));
  };
  if (status?.state_reason) {
    add("reason", { reason: status.state_reason, day: status.state_changed_at?.slice(0, 10) ?? "" });
  }
  if (status && verdict === "changed") add("now", { hours: hours(status.minutes_now) });
  if (status?.notice_until && verdict === "valid" && status.notice_until >= new Date().toISOString().slice(0, 10)) {
    add("notice", { day: status.notice_until });
  }
  const parts: Node[] = [notice];
  if (claims?.demo) parts.push(element("p", "govuk-body st-verify__demo", text("demo")));
  if (claims) parts.push(...facts(claims));
  result.replaceChildren(...parts);
  result.focus();
  result.scrollIntoView({ block: "start" });
}

function facts(claims: ServiceClaims): Node[] {
  const list = element("dl", "govuk-summary-list");
  const all: Record<string, string | number> = {
    ...claims.values,
    volunteer: claims.volunteer,
    issued: new Date((claims.issuedAt + 8 * 3600) * 1000).toISOString().slice(0, 10),
    serial: claims.serial.replace(/^(.{4})(.{5})(.{5})(.)$/, "$1 $2 $3 $4"),
  };
  for (const [name, label] of Object.entries(words.labels)) {
    const value = all[name];
    if (value === undefined) continue;
    const row = element("div", "govuk-summary-list__row");
    row.append(
      element("dt", "govuk-summary-list__key", label),
      element("dd", "govuk-summary-list__value", shown(name, value)),
    );
    list.append(row);
  }
  return [
    element("h2", "govuk-heading-m", text("facts")),
    list,
    element("p", "govuk-hint", text("by_browser")),
  ];
}

function shown(name: string, value: string | number): string {
  if (name === "minutes") return text("hours").replace("{hours}", hours(Number(value))).replace("{minutes}", String(value));
  if (name === "paper") return words.papers[String(value)] ?? String(value);
  return String(value);
}

/** Minutes as hours with one decimal, never more than was served. */
function hours(minutes: number): string {
  return String(Math.floor((minutes * 10) / 60) / 10);
}

openWays(verify, say, text);
// Fetched at once, so that the signature can be checked later without a network.
publishedKeys().catch(() => undefined);
