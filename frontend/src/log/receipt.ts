// Receipts: as JSON (shetong-receipt/1), and as the digits of a QR code (CBOR), as in shetong.ledger.rules.receipts.
import { decode } from "../certificate/cbor";
import { type Hash, ProofError } from "./merkle";
import { base64, NoteError } from "./note";

export interface Receipt {
  index: number;
  entry: Uint8Array<ArrayBuffer>;
  proof: Hash[];
  checkpoint: string;
}

const FORMAT = "shetong-receipt/1";
const COMPACT = 2;
const MAX_DIGITS = 7089;

/** Read what was scanned, pasted or opened: a JSON receipt, or a link whose part behind "#" is one. */
export function read(text: string): Receipt {
  const trimmed = text.trim();
  return trimmed.startsWith("{") ? fromJson(trimmed) : fromDigits(trimmed.slice(trimmed.lastIndexOf("#") + 1));
}

function fromJson(text: string): Receipt {
  let document: Record<string, unknown>;
  try {
    document = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new NoteError("no receipt");
  }
  const { format, index, entry, proof, checkpoint } = document;
  if (format !== FORMAT || !Array.isArray(proof) || !Number.isSafeInteger(index)) throw new NoteError("no receipt");
  return {
    index: index as number,
    entry: base64(String(entry)),
    proof: proof.map((value) => hash(base64(String(value)))),
    checkpoint: String(checkpoint),
  };
}

function fromDigits(digits: string): Receipt {
  if (!/^[1-9][0-9]*$/.test(digits) || digits.length > MAX_DIGITS) throw new NoteError("no receipt");
  let hexadecimal = BigInt(digits).toString(16);
  if (hexadecimal.length % 2) hexadecimal = `0${hexadecimal}`;
  const octets = new Uint8Array(hexadecimal.length / 2);
  for (let at = 0; at < octets.length; at++) octets[at] = Number.parseInt(hexadecimal.slice(2 * at, 2 * at + 2), 16);
  const parts = decode(octets);
  if (!Array.isArray(parts) || parts.length !== 5 || parts[0] !== COMPACT) throw new NoteError("no receipt");
  const [, index, entry, proof, checkpoint] = parts;
  if (!(entry instanceof Uint8Array && proof instanceof Uint8Array) || typeof index !== "number") {
    throw new NoteError("no receipt");
  }
  const hashes: Hash[] = [];
  for (let at = 0; at < proof.length; at += 32) hashes.push(hash(proof.slice(at, at + 32)));
  return { index, entry: entry.slice(), proof: hashes, checkpoint: String(checkpoint) };
}

function hash(octets: Uint8Array<ArrayBuffer>): Hash {
  if (octets.length !== 32) throw new ProofError("a hash has the wrong length");
  return octets;
}
