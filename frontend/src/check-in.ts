// Checking in and out on a volunteer's phone. Every scan is signed and kept first, then handed in: at once with a
// network, later without. Without script the digits are typed into a plain form.
import { readCamera, readFile } from "./certificate/scan";
import { stepAt } from "./attendance/code";
import { type Addresses, asked, enrol, noNetwork, type Outcome, post, send, type State } from "./attendance/exchange";
import { install } from "./attendance/install";
import { nextAct, preferred, type Session, tooSoon, waitingAct } from "./attendance/next";
import { deviceName, drop, kept, type Place, put, type Scan, scans, signed } from "./attendance/store";
import "./styles/_office-work.scss";
import "./styles/office.scss";
import "./styles/volunteering.scss";

const root = document.getElementById("check-in") as HTMLElement;
const where = root.dataset as unknown as Addresses & { worker: string };
const words = JSON.parse(root.dataset.words ?? "{}") as Record<string, string>;
const word = (name: string): string => words[name] ?? name;
const part = <T extends HTMLElement>(name: string): T => root.querySelector(`[data-${name}]`) as T;
const says = part<HTMLElement>("says");
const net = part<HTMLElement>("net");
const list = part<HTMLElement>("sessions");
const form = part<HTMLFormElement>("form");
const digits = form.elements.namedItem("code") as HTMLInputElement;
const video = part<HTMLVideoElement>("video");
const stop = part<HTMLButtonElement>("stop");
const locate = part<HTMLInputElement>("locate");
const question = part<HTMLElement>("question");
// How soon to ask again without a network, in milliseconds, how often so soon, and how seldom afterwards.
const SOON = 1_000;
const QUICK_TRIES = 60;
const SELDOM = 10_000;
let looking: ReturnType<typeof setTimeout> | undefined;
let quick = QUICK_TRIES;
let state: State | undefined;
let waits: Scan[] = [];
let online = true;
let camera: AbortController | undefined;
/** What was chosen for the person last: the session and its next act. A choice of their own stays until this changes. */
let offered = "";
let drawn = "";
let shown = "";
let answer: ((sure: boolean) => void) | undefined;

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

function clock(at: number): string {
  return new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
}

async function show(): Promise<void> {
  const told = online ? word("online") : word("offline");
  if (net.textContent !== told) net.textContent = told; // it is read out at every change
  net.className = `st-net${online ? "" : " st-net--off"}`;
  part("wants-locate").hidden = !state?.locates;
  part("who").textContent = state ? `${state.name} ${state.volunteer}` : "";
  waits = state ? await scans(state.volunteer) : [];
  const listed = JSON.stringify(waits.map(({ scan, refused, answer }) => [scan, refused, answer]));
  if (listed !== shown) {
    shown = listed;
    part("waiting").replaceChildren(...waits.map(waiting));
    part("waits").hidden = waits.length === 0;
  }
  const sessions = state?.sessions ?? [];
  const seen = JSON.stringify(sessions.map((session) => [session, label(session)]));
  if (seen !== drawn) {
    const chosen = current()?.id ?? preferred(sessions, waits, Date.now())?.id;
    list.replaceChildren(...sessions.map((session) => choice(session, session.id === chosen)));
    drawn = seen;
  }
  part("none").hidden = sessions.length > 0;
  offer();
}

function waiting(scan: Scan): HTMLElement {
  const item = element("li", "", `${word(scan.act)} ${clock(scan.at)} · ${scan.refused ?? scan.answer ?? word("waits")}`);
  if (scan.refused || scan.answer) {
    const away = element("button", "govuk-button govuk-button--secondary st-small", word("dismiss"));
    away.addEventListener("click", () => void drop(scan.scan).then(show));
    item.append(" ", away);
  }
  return item;
}

function label(session: Session): string {
  const act = waitingAct(session, waits);
  return act ? word(`${act}_waits`) : session.label;
}

function choice(session: Session, chosen: boolean): HTMLElement {
  const item = element("div", "govuk-radios__item");
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "session", value: String(session.id), id: `session-${session.id}` });
  input.className = "govuk-radios__input";
  input.checked = chosen;
  input.addEventListener("change", offer);
  const named = element("label", "govuk-label govuk-radios__label");
  (named as HTMLLabelElement).htmlFor = input.id;
  named.append(element("strong", "", session.title), element("br", ""), `${session.when} · ${label(session)}`);
  item.append(input, named);
  return item;
}

function current(): Session | undefined {
  const id = Number((form.querySelector("input[name=session]:checked") as HTMLInputElement | null)?.value);
  return state?.sessions.find((session) => session.id === id);
}

/** Choose what comes next for the session, where that is something else than before. */
function offer(): void {
  const session = current();
  const next = nextAct(session, waits);
  if (offered !== `${session?.id} ${next}`) {
    offered = `${session?.id} ${next}`;
    (form.querySelector(`input[name=act][value=${next}]`) as HTMLInputElement).checked = true;
  }
  part<HTMLElement>("place").hidden = session?.way !== "place";
  name();
}

/** The buttons say what they do: 签到 or 签退. */
function name(): void {
  for (const way of ["scan", "place"]) part(way).textContent = word(`${way}_${chosenAct()}`);
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

/** Ask who checks out right after checking in whether they mean it; `null`: nothing to ask. */
async function sure(session: Session | undefined): Promise<boolean | null> {
  const came = chosenAct() === "out" ? tooSoon(session, waits, Date.now()) : null;
  if (came === null) return null;
  answer?.(false);
  say("");
  part("asks").textContent = word("sure").replace("{at}", clock(came));
  question.hidden = false;
  part("no").focus();
  const given = await new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  question.hidden = true;
  return given;
}

async function take(session: number, step: number, code: string, typed: boolean): Promise<void> {
  if (!state) {
    say(word("login_first"), "bad");
    return;
  }
  const act = chosenAct();
  const meant = await sure(state.sessions.find(({ id }) => id === session));
  if (meant === false) return;
  say(word("working"));
  const content = { session, step, code, act, typed, sure: meant === true, place: await position() };
  await put(await signed(state.volunteer, content));
  quick = QUICK_TRIES;
  say(word("kept"), "good");
  await handInAgain();
}

async function scanned(text: string | null): Promise<void> {
  if (text === null) return;
  const found = /#?(\d{1,18})\.(\d{1,10})\.(\d{8})$/.exec(text.trim());
  if (!found) {
    say(word("unreadable"), "bad");
    return;
  }
  const known = form.querySelector(`#session-${found[1]}`) as HTMLInputElement | null;
  if (known && !known.checked) {
    known.checked = true;
    offer();
  }
  await take(Number(found[1]), Number(found[2]), found[3] as string, false);
}

/** Hand in what waits of whoever is logged in now, and show what became of it. */
async function handIn(): Promise<void> {
  try {
    if (await refresh()) {
      await enrol(where, state as State, words);
      const outcomes = await send(where, state as State, words);
      if (outcomes === null) say(word("later"), "bad");
      else if (outcomes.length) await tell(outcomes);
    }
  } catch (error) {
    if (!noNetwork(error)) throw error;
    online = false;
  } finally {
    againLater();
  }
  await show();
}

/**
 * Look again by itself: not every browser tells that the network is back, and the first request after it may still fail.
 * Soon at first; seldom where it goes on failing, where the server asks to wait, or where nobody looks.
 */
function againLater(): void {
  clearTimeout(looking);
  const soon = !online && document.visibilityState === "visible" && (!navigator.onLine || quick-- > 0);
  looking = setTimeout(() => {
    if (!online || waits.some((scan) => !scan.refused)) void handInAgain();
    else againLater();
  }, soon ? SOON : SELDOM);
}

async function tell(outcomes: Outcome[]): Promise<void> {
  const told = outcomes.find(({ code }) => code !== "accepted") ?? outcomes.at(-1);
  if (told) say(told.message, told.code === "accepted" ? "good" : "bad");
  await refresh();
}

/** Ask for one's sessions; false where nobody is logged in. Throws a TypeError without a network. */
async function refresh(): Promise<boolean> {
  const told = await asked(where.state);
  online = true;
  part("login").hidden = told !== "login";
  part("register").hidden = told !== "register";
  if (typeof told === "string") return false;
  if (told.volunteer !== state?.volunteer) locate.checked = told.locates;
  state = told;
  return true;
}

// One at a time: what is handed in twice at once would be answered twice.
let handing: Promise<void> = Promise.resolve();
function handInAgain(): Promise<void> {
  handing = handing.then(handIn, handIn);
  return handing;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = digits.value.normalize("NFKC").replace(/\D/g, "");
  const session = current();
  if (code.length !== 8 || !session) {
    say(session ? word("digits") : word("choose"), "bad");
    digits.focus();
    return;
  }
  digits.value = "";
  void take(session.id, stepAt(Date.now()), code, true);
});
for (const radio of form.querySelectorAll("input[name=act]")) radio.addEventListener("change", name);
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
  if (!session || !state) return;
  const mine = state;
  void (async () => {
    const meant = await sure(session);
    if (meant === false) return;
    say(word("working"));
    locate.checked = true;
    const response = await post(where.arrive, mine, {
      session: session.id, act: chosenAct(), sure: meant === true, place: await position(), device: await deviceName(),
    });
    const { message } = (await response.json()) as { message: string };
    say(message, response.ok ? "good" : "bad");
    await refresh();
    await show();
  })().catch(() => say(word("needs_net"), "bad"));
});
part("yes").addEventListener("click", () => answer?.(true));
part("no").addEventListener("click", () => {
  answer?.(false);
  say(word("not_left"));
});
function atOnce(): void {
  quick = QUICK_TRIES;
  void handInAgain();
}
window.addEventListener("online", atOnce);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") atOnce();
});
window.addEventListener("offline", () => {
  online = false;
  quick = QUICK_TRIES;
  againLater();
  void show();
});

async function main(): Promise<void> {
  state = await kept<State>("state");
  locate.checked = Boolean(state?.locates);
  try {
    if (await refresh()) await enrol(where, state as State, words);
    await install(where.worker, () => {
      root.dataset.kept = "yes";
    });
  } catch (error) {
    if (!noNetwork(error)) throw error;
    online = false;
  }
  root.dataset.ready = "yes";
  await show();
  if (location.hash.length > 1) {
    const text = location.hash;
    history.replaceState(null, "", location.pathname);
    await scanned(text);
  }
  await handInAgain();
}

void main();
