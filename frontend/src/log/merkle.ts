// Merkle tree proofs after RFC 9162 section 2.1, as in shetong.ledger.rules.merkle. Sizes stay below 2^53.

export type Hash = Uint8Array<ArrayBuffer>;

export class ProofError extends Error {}

/** One step of a path: the sibling's hash and side, how many entries it stands for, and the result. */
export interface Step {
  sibling: Hash;
  left: boolean;
  count: number;
  result: Hash;
}

export async function sha256(octets: Uint8Array<ArrayBuffer>): Promise<Hash> {
  if (globalThis.crypto?.subtle) return new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  const { sha256: digest } = await import("@noble/hashes/sha2.js");
  return new Uint8Array(digest(octets));
}

export const leafHash = (data: Uint8Array): Promise<Hash> => sha256(join(Uint8Array.of(0), data));

const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Hash> => sha256(join(Uint8Array.of(1), left, right));

/** Walk from a leaf to the root (2.1.3.2); the last step's result (the leaf itself in a tree of one) is the root. */
export async function path(index: number, size: number, leaf: Hash, proof: Hash[]): Promise<Step[]> {
  const sides = siblings(index, size);
  if (sides.length !== proof.length) throw new ProofError("the proof has the wrong length");
  const steps: Step[] = [];
  let value = leaf;
  for (const [at, { left, count }] of sides.entries()) {
    const sibling = proof[at] as Hash;
    value = left ? await nodeHash(sibling, value) : await nodeHash(value, sibling);
    steps.push({ sibling, left, count, result: value });
  }
  return steps;
}

/** The siblings on the way from a leaf to the root, lowest first: their side and how many entries they cover. */
export function siblings(index: number, size: number): { left: boolean; count: number }[] {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) {
    throw new ProofError("the entry lies outside the log");
  }
  const found: { left: boolean; count: number }[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    let half = 1;
    while (half * 2 < end - start) half *= 2;
    const middle = start + half;
    if (index < middle) {
      found.push({ left: false, count: end - middle });
      end = middle;
    } else {
      found.push({ left: true, count: half });
      start = middle;
    }
  }
  return found.reverse();
}

/** Check that the tree of `old` entries is the beginning of the tree of `size` entries (2.1.4.2). */
export async function grew(old: number, size: number, oldRoot: Hash, root: Hash, proof: Hash[]): Promise<boolean> {
  if (old > size || old < 1) return false;
  if (old === size) return proof.length === 0 && same(oldRoot, root);
  // Bits of large numbers: divide instead of shifting, for shifts cut at 32 bits.
  const half = (value: number): number => Math.floor(value / 2);
  const hashes = Number.isInteger(Math.log2(old)) ? [oldRoot, ...proof] : [...proof];
  if (hashes.length === 0) return false;
  let [position, last] = [old - 1, size - 1];
  while (position % 2) [position, last] = [half(position), half(last)];
  let first = hashes[0] as Hash;
  let second = first;
  for (const sibling of hashes.slice(1)) {
    if (last === 0) return false;
    if (position % 2 || position === last) {
      first = await nodeHash(sibling, first);
      second = await nodeHash(sibling, second);
      while (position % 2 === 0 && position) [position, last] = [half(position), half(last)];
    } else {
      second = await nodeHash(second, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && same(first, oldRoot) && same(second, root);
}

export const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((octet, at) => octet === other[at]);

export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
