// Checking in and out on a volunteer's phone. Every scan is signed and kept first, then handed in: at once with a
// network, later without. Without script the digits are typed into a plain form.
import { readCamera, readFile } from "./certificate/scan";
import { stepAt } from "./attendance/code";
import { base64, deviceName, drop, keep, kept, keyOf, type Place, put, type Scan, scans, signed } from "./attendance/store";
import "./styles/_office-work.scss";
import "./styles/office.scss";
import "./styles/volunteering.scss";

interface Session {
  id: number;
  title: string;
  when: string;
  place: string;
  way: string;
  state: string;
  label: string;
}

interface State {
  volunteer: string;
  locates: boolean;
  sessions: Session[];
  csrf: string;
}

interface Outcome {
  scan: string;
  code: string;
  message: string;
}

const root = document.getElementById("check-in") as HTMLElement;
const words = JSON.parse(root.dataset.words ?? "{}") as Record<string, string>;
const word = (name: string): string => words[name] ?? name;
const part = <T extends HTMLElement>(name: string): T => root.querySelector(`[data-${name}]`) as T;
const says = part<HTMLElement>("says");
const net = part<HTMLElement>("net");
const waiting = part<HTMLElement>("waiting");
const list = part<HTMLElement>("sessions");
const form = part<HTMLFormElement>("form");
const digits = form.elements.namedItem("code") as HTMLInputElement;
const video = part<HTMLVideoElement>("video");
const stop = part<HTMLButtonElement>("stop");
const locate = part<HTMLInputElement>("locate");
let state: State | undefined;
let online = true;
let camera: AbortController | undefined;

function say(text: string, tone = ""): void {
  says.className = `st-notice${tone ? ` st-notice--${tone}` : ""}`;
  says.textContent = text;
  says.hidden = !text;
}

function element(name: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

async function show(): Promise<void> {
  net.textContent = online ? word("online") : word("offline");
  net.className = `st-net${online ? "" : " st-net--off"}`;
  const mine = state ? await scans(state.volunteer) : [];
  waiting.replaceChildren(
    ...mine.map((scan) => {
      const time = new Date(scan.at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
      const item = element("li", "", `${word(scan.act)} ${time} · ${scan.refused ?? word("waits")}`);
      if (scan.refused) {
        const away = element("button", "govuk-button govuk-button--secondary st-small", word("dismiss"));
        away.addEventListener("click", () => void drop(scan.scan).then(show));
        item.append(" ", away);
      }
      return item;
    }),
  );
  part("waits").hidden = mine.length === 0;
  const chosen = (form.querySelector("input[name=session]:checked") as HTMLInputElement | null)?.value;
  list.replaceChildren(...(state?.sessions ?? []).map((session, place) => choice(session, chosen ?? "", place)));
  part("none").hidden = Boolean(state?.sessions.length);
  act();
}

function choice(session: Session, chosen: string, place: number): HTMLElement {
  const item = element("div", "govuk-radios__item");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "session", value: String(session.id), id: `session-${session.id}` });
  input.className = "govuk-radios__input";
  input.checked = chosen ? chosen === input.value : place === 0;
  input.addEventListener("change", act);
  const label = element("label", "govuk-label govuk-radios__label");
  (label as HTMLLabelElement).htmlFor = input.id;
  label.append(element("strong", "", session.title), element("br", ""), `${session.when} · ${session.label}`);
  item.append(input, label);
  return item;
}

function current(): Session | undefined {
  const id = Number((form.querySelector("input[name=session]:checked") as HTMLInputElement | null)?.value);
  return state?.sessions.find((session) => session.id === id);
}

/** What comes next for the session chosen: coming, then leaving. */
function act(): void {
  const session = current();
  const next = session?.state === "present" ? "out" : "in";
  const radio = form.querySelector(`input[name=act][value=${next}]`) as HTMLInputElement;
  radio.checked = true;
  part<HTMLElement>("place").hidden = session?.way !== "place";
}

async function position(): Promise<Place | null> {
  if (!locate.checked || !state?.locates || !("geolocation" in navigator)) return null;
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy }),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: 8_000, maximumAge: 30_000 },
    );
  });
}

function chosenAct(): string {
  return (form.querySelector("input[name=act]:checked") as HTMLInputElement).value;
}

async function take(session: number, step: number, code: string, typed: boolean): Promise<void> {
  if (!state) return;
  say(word("working"));
  const made = await signed(state.volunteer, { session, step, code, act: chosenAct(), typed, place: await position() });
  await put(made);
  say(word("kept"), "good");
  await handIn();
}

async function scanned(text: string | null): Promise<void> {
  if (text === null) return;
  const found = /#?(\d+)\.(\d+)\.(\d{8})$/.exec(text.trim());
  if (!found) {
    say(word("unreadable"), "bad");
    return;
  }
  const known = form.querySelector(`#session-${found[1]}`) as HTMLInputElement | null;
  if (known && !known.checked) {
    known.checked = true;
    act();
  }
  await take(Number(found[1]), Number(found[2]), found[3] as string, false);
}

async function post(url: string, content: unknown): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": state?.csrf ?? "" },
    body: JSON.stringify(content),
  });
}

/** Hand in what waits; what was taken or will never be is told and leaves the list. */
async function handIn(): Promise<void> {
  if (!state) return;
  const waits = (await scans(state.volunteer)).filter((scan) => !scan.refused).slice(0, 50);
  try {
    if (!(await refresh())) {
      await show();
      return;
    }
    if (waits.length) await send(waits);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    online = false;
  }
  await show();
}

async function send(waits: Scan[]): Promise<void> {
  const device = await kept<number>(`number:${state?.volunteer}`);
  const response = await post(root.dataset.scans as string, {
    device, sent_at: Date.now(), scans: waits.map(({ text, signature }) => ({ text, signature })),
  });
  if (!response.ok) {
    say(response.status === 403 ? word("again") : word("later"), "bad");
    return;
  }
  const { outcomes } = (await response.json()) as { outcomes: Outcome[] };
  for (const outcome of outcomes) {
    const scan = waits.find((one) => one.scan === outcome.scan);
    if (!scan) continue;
    if (outcome.code === "accepted") await drop(scan.scan);
    else await put({ ...scan, refused: outcome.message });
  }
  const last = outcomes.at(-1);
  if (last) say(last.message, last.code === "accepted" ? "good" : "bad");
  await refresh();
}

/** Ask for one's sessions; false where nobody is logged in. Throws a TypeError without a network. */
async function refresh(): Promise<boolean> {
  const response = await fetch(root.dataset.state as string, { cache: "no-store", redirect: "manual" });
  online = true;
  if (!response.ok) {
    part("login").hidden = false;
    return false;
  }
  state = (await response.json()) as State;
  await keep("state", { ...state, csrf: "" });
  return true;
}

async function enrol(): Promise<void> {
  if (!state || (await kept<number>(`number:${state.volunteer}`))) return;
  const { publicKey } = await keyOf(state.volunteer);
  const key = base64(await crypto.subtle.exportKey("spki", publicKey));
  const response = await post(root.dataset.devices as string, { key, device: await deviceName() });
  if (response.ok) await keep(`number:${state.volunteer}`, ((await response.json()) as { device: number }).device);
}

async function install(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(root.dataset.worker as string, { scope: location.pathname });
  const ready = await navigator.serviceWorker.ready;
  await import("jsqr"); // so that it is among what is kept
  const urls = performance.getEntriesByType("resource").map(({ name }) => name)
    .filter((name) => name.startsWith(`${location.origin}/static/`));
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => {
    if (data === "ready") root.dataset.kept = "yes";
  };
  ready.active?.postMessage({ urls: [...new Set(urls)] }, [channel.port2]);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = digits.value.replace(/\D/g, "");
  const session = current();
  if (code.length !== 8 || !session) {
    say(session ? word("digits") : word("choose"), "bad");
    digits.focus();
    return;
  }
  digits.value = "";
  void take(session.id, stepAt(Date.now()), code, true);
});
part<HTMLButtonElement>("scan").addEventListener("click", () => {
  camera?.abort();
  camera = new AbortController();
  const { signal } = camera;
  video.hidden = stop.hidden = false;
  readCamera(video, signal)
    .then(scanned, () => say(word("camera"), "bad"))
    .finally(() => {
      video.hidden = stop.hidden = true;
    });
});
stop.addEventListener("click", () => camera?.abort());
part<HTMLInputElement>("photo").addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  const file = input.files?.[0];
  if (!file) return;
  readFile(file)
    .then((text) => (text === null ? say(word("unreadable"), "bad") : scanned(text)))
    .catch(() => say(word("unreadable"), "bad"))
    .finally(() => {
      input.value = "";
    });
});
part<HTMLButtonElement>("place").addEventListener("click", () => {
  const session = current();
  if (!session) return;
  say(word("working"));
  void (async () => {
    locate.checked = true;
    const response = await post(root.dataset.arrive as string, {
      session: session.id, act: chosenAct(), place: await position(), device: await deviceName(),
    });
    const { message } = (await response.json()) as { message: string };
    say(message, response.ok ? "good" : "bad");
    await refresh();
    await show();
  })().catch(() => say(word("needs_net"), "bad"));
});
window.addEventListener("online", () => void handIn());
window.addEventListener("offline", () => {
  online = false;
  void show();
});

async function main(): Promise<void> {
  state = await kept<State>("state");
  try {
    if (await refresh()) await enrol();
    await install();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    online = false;
  }
  locate.checked = Boolean(state?.locates);
  part("wants-locate").hidden = !state?.locates;
  root.dataset.ready = "yes";
  await show();
  if (location.hash.length > 1) {
    const text = location.hash;
    history.replaceState(null, "", location.pathname);
    if (state) await scanned(text);
  }
  await handIn();
  setInterval(() => {
    void scans(state?.volunteer ?? "").then((all) => {
      if (all.some((scan) => !scan.refused)) void handIn();
    });
  }, 30_000);
}

void main();
