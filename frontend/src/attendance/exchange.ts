// What the check-in page and the server tell each other. Without a network everything here throws what `noNetwork` knows.
import type { Session } from "./next";
import { base64, deviceName, drop, forget, keep, kept, keyOf, put, type Scan, scans } from "./store";

export interface State {
  volunteer: string;
  name: string;
  locates: boolean;
  devices: number[];
  sessions: Session[];
  csrf: string;
}

export interface Outcome {
  scan: string;
  code: string;
  message: string;
  again: boolean;
}

export interface Addresses {
  state: string;
  devices: string;
  scans: string;
  arrive: string;
}

const LARGEST_BATCH = 50;
// A request that hangs in a cellar must not keep the next one waiting for ever.
const PATIENCE = 20_000;

export function noNetwork(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}

export async function post(url: string, state: State, content: unknown): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": state.csrf },
    body: JSON.stringify(content),
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/** One's own state; the answer's code where nobody is logged in or who is has not registered. */
export async function asked(url: string): Promise<State | string> {
  const response = await fetch(url, {
    cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) {
    const answer = (await response.json().catch(() => ({}))) as { code?: string };
    return answer.code ?? "login";
  }
  const state = (await response.json()) as State;
  await keep("state", { ...state, csrf: "" });
  return state;
}

/** Forget a key that was ended; what it signed is never taken, so its scans say so. */
async function renounce(volunteer: string, words: Record<string, string>): Promise<void> {
  await forget([`key:${volunteer}`, `number:${volunteer}`]);
  for (const scan of await scans(volunteer)) {
    if (!scan.refused) await put({ ...scan, refused: words.ended ?? "" });
  }
}

/** Make this browser's key known, once; a new one where the last was ended. */
export async function enrol(where: Addresses, state: State, words: Record<string, string>): Promise<void> {
  const number = await kept<number>(`number:${state.volunteer}`);
  if (number && state.devices.includes(number)) return;
  if (number) await renounce(state.volunteer, words);
  for (const last of [false, true]) {
    const { publicKey } = await keyOf(state.volunteer);
    const key = base64(await crypto.subtle.exportKey("spki", publicKey));
    const response = await post(where.devices, state, { key, device: await deviceName() });
    if (response.ok) {
      await keep(`number:${state.volunteer}`, ((await response.json()) as { device: number }).device);
      return;
    }
    if (response.status !== 409 || last) return;
    await renounce(state.volunteer, words);
  }
}

/**
 * Hand in what waits, and note what became of each: taken leaves the phone, refused stays to be read, what may be taken
 * later goes on waiting. Returns the outcomes, or nothing where the server could not take them now.
 */
export async function send(where: Addresses, state: State, words: Record<string, string>): Promise<Outcome[] | null> {
  const waits = (await scans(state.volunteer)).filter((scan) => !scan.refused).slice(0, LARGEST_BATCH);
  if (waits.length === 0) return [];
  const device = await kept<number>(`number:${state.volunteer}`);
  const response = await post(where.scans, state, {
    device: device ?? 0, sent_at: Date.now(), scans: waits.map(({ text, signature }) => ({ text, signature })),
  });
  if (!response.ok) {
    const { code } = (await response.json().catch(() => ({}))) as { code?: string };
    if (code === "device") {
      await renounce(state.volunteer, words);
      await enrol(where, { ...state, devices: [] }, words);
    }
    return null;
  }
  const { outcomes } = (await response.json()) as { outcomes: Outcome[] };
  for (const outcome of outcomes) await note(waits, outcome);
  return outcomes;
}

async function note(waits: Scan[], outcome: Outcome): Promise<void> {
  const scan = waits.find((one) => one.scan === outcome.scan);
  if (!scan) return;
  if (outcome.code === "accepted") await drop(scan.scan);
  else if (outcome.again) await put({ ...scan, answer: outcome.message });
  else await put({ ...scan, refused: outcome.message });
}
