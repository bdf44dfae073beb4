// What this browser saw of a log: kept on the device, compared at each visit, proven to have only grown.
import { grew, type Hash } from "./merkle";
import { base64, type Checkpoint, isSigned, type Key, parse, parseKey } from "./note";

export interface LogPlace {
  name: string;
  origin: string;
  title: string;
  checkpoint: string;
  keys: string;
  consistency: string;
}

export type Growth =
  | { kind: "first_visit" }
  | { kind: "same" | "grown" | "rewritten" | "shrunk" | "new_key"; date: string; old: number; new: number };

interface Memory {
  note: string;
  keys: string[];
  at: string;
}

const slot = (log: LogPlace): string => `shetong.log.${log.origin}`;

export async function keysOf(log: LogPlace): Promise<Key[]> {
  const text = await get(log.keys);
  return Promise.all(text.trim().split("\n").map(parseKey));
}

/** Fetch the newest checkpoint, believed only with the log's signature. */
export async function newest(log: LogPlace, keys: Key[]): Promise<{ note: string; checkpoint: Checkpoint } | null> {
  const note = await get(log.checkpoint);
  const checkpoint = parse(note);
  return checkpoint.origin === log.origin && (await isSigned(checkpoint, keys)) ? { note, checkpoint } : null;
}

/** Compare the log with what this browser saw last, and remember what holds. A contradiction is never forgotten. */
export async function compare(log: LogPlace, keys: Key[], note: string, now: Checkpoint): Promise<Growth> {
  const memory = recall(log);
  if (!memory) {
    remember(log, note, keys);
    return { kind: "first_visit" };
  }
  const before = parse(memory.note);
  const told = { date: memory.at, old: before.size, new: now.size };
  if (!keys.some((key) => memory.keys.includes(key.text))) return { kind: "new_key", ...told };
  if (now.size < before.size) {
    // The answer may only be older than what another tab saw: that is no rollback if it is a beginning of it.
    return { kind: (await proven(log, now, before)) ? "same" : "shrunk", ...told };
  }
  if (!(await proven(log, before, now))) return { kind: "rewritten", ...told };
  remember(log, note, keys);
  return { kind: now.size === before.size ? "same" : "grown", ...told };
}

/** Prove that a receipt's checkpoint and the newest one are of one history. */
export async function proven(log: LogPlace, older: Checkpoint, newer: Checkpoint): Promise<boolean> {
  let proof: Hash[] = [];
  if (older.size !== newer.size) {
    try {
      const answer = JSON.parse(await get(`${log.consistency}${older.size}/${newer.size}`)) as { proof: string[] };
      proof = answer.proof.map(base64);
    } catch {
      return false;
    }
  }
  return grew(older.size, newer.size, older.root, newer.root, proof);
}

function recall(log: LogPlace): Memory | null {
  try {
    const text = localStorage.getItem(slot(log));
    return text ? (JSON.parse(text) as Memory) : null;
  } catch {
    return null;
  }
}

function remember(log: LogPlace, note: string, keys: Key[]): void {
  const memory: Memory = { note, keys: keys.map((key) => key.text), at: new Date().toISOString() };
  try {
    localStorage.setItem(slot(log), JSON.stringify(memory));
  } catch {
    // A browser that keeps nothing sees every visit as the first one.
  }
}

async function get(address: string): Promise<string> {
  const response = await fetch(address, { cache: "no-store" });
  if (!response.ok) throw new TypeError(`${address}: ${response.status}`);
  return response.text();
}
