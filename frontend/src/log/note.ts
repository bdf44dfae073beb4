// Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature), as in shetong.ledger.rules.notes.
import { type Hash, join, same, sha256 } from "./merkle";

export class NoteError extends Error {}

export interface Key {
  text: string;
  name: string;
  id: Uint8Array;
  algorithm: number;
  octets: Uint8Array<ArrayBuffer>;
}

export interface Signature {
  name: string;
  id: Uint8Array;
  value: Uint8Array<ArrayBuffer>;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Hash;
  text: string;
  signatures: Signature[];
}

const DASH = "— ";
const ED25519 = 1;
const utf8 = new TextEncoder();

export function base64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    throw new NoteError("not base64");
  }
}

/** Read a key `name+id+key`; the id must be the one that name and key give. */
export async function parseKey(text: string): Promise<Key> {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(text.trim());
  const body = base64(match?.[3] ?? "");
  if (!match || body.length !== 33) throw new NoteError("not a key");
  const name = match[1] as string;
  const id = (await sha256(join(utf8.encode(`${name}\n`), body))).subarray(0, 4);
  if (hex(id) !== match[2]) throw new NoteError("the id does not fit the key");
  return { text: text.trim(), name, id, algorithm: body[0] as number, octets: body.slice(1) };
}

/** Take a checkpoint's note apart without believing it. */
export function parse(note: string): Checkpoint {
  const cut = note.lastIndexOf("\n\n");
  const text = note.slice(0, cut + 1);
  const lines = text.split("\n");
  if (cut < 0 || !note.endsWith("\n") || lines.length < 4) throw new NoteError("no checkpoint");
  const [origin, size, root] = lines as [string, string, string];
  const hash = base64(root);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || hash.length !== 32) throw new NoteError("no checkpoint");
  const signatures = note
    .slice(cut + 2, -1)
    .split("\n")
    .map((line) => {
      const [name, body] = line.slice(DASH.length).split(" ");
      const octets = base64(body ?? "");
      if (!line.startsWith(DASH) || !name || octets.length < 5) throw new NoteError("no signature");
      return { name, id: octets.subarray(0, 4), value: octets.slice(4) };
    });
  return { origin, size: Number(size), root: hash, text, signatures };
}

/** Whether one of the log's keys signed the checkpoint. */
export async function isSigned(checkpoint: Checkpoint, keys: Key[]): Promise<boolean> {
  const message = utf8.encode(checkpoint.text);
  for (const key of keys) {
    const found = checkpoint.signatures.find((one) => one.name === key.name && same(one.id, key.id));
    if (key.algorithm !== ED25519 || key.name !== checkpoint.origin || !found) continue;
    return holds(key.octets, found.value, message);
  }
  return false;
}

async function holds(key: Hash, signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch {
    // Older browsers, and pages without TLS, have no Ed25519 of their own.
    const { ed25519 } = await import("@noble/curves/ed25519.js");
    return signature.length === 64 && ed25519.verify(signature, message, key);
  }
}

export const hex = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
