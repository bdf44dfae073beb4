// The verdict: signature in the browser with the published keys, then the register's word. Same rules as
// shetong.registry.rules.certificate_verification.
import { FormatError } from "./cbor";
import { type Claims, hex, type Message, parse, signedOctets } from "./token";

export type Verdict =
  | "valid"
  | "replaced"
  | "revoked"
  | "changed"
  | "expired"
  | "unrecorded"
  | "bad-signature"
  | "unknown-key"
  | "key-revoked"
  | "malformed"
  | "offline";

export interface PublishedKey {
  kid: string;
  x: string;
  nbf: number;
  exp?: number;
  revoked_at?: number;
}

export interface Difference {
  element: string;
  label: string;
  certified: string;
  registered: string;
}

export interface Status {
  serial: string;
  state: string;
  state_reason: string;
  state_changed_at: string | null;
  token_sha256: string;
  organisation: { code: string; url: string };
  certified: Record<string, string | number | boolean | null>;
  differences: Difference[];
}

export interface Check<T = Claims> {
  verdict: Verdict | null;
  claims?: T;
}

const CLOCK_TOLERANCE = 300;

/** Check form, key and signature; the verdict is null where the signature holds. `read` knows the claims expected. */
export async function checkSignature<T extends { issuedAt: number }>(
  token: Uint8Array,
  keys: PublishedKey[],
  read: (payload: Uint8Array) => T,
): Promise<Check<T>> {
  try {
    const message = parse(token);
    const key = keys.find((candidate) => candidate.kid === message.keyId);
    if (!key) return { verdict: "unknown-key" };
    if (!(await signatureHolds(message, fromBase64Url(key.x)))) return { verdict: "bad-signature" };
    const claims = read(message.payload);
    const late = key.exp !== undefined && claims.issuedAt > key.exp + CLOCK_TOLERANCE;
    const early = claims.issuedAt < key.nbf - CLOCK_TOLERANCE;
    return { verdict: key.revoked_at !== undefined || late || early ? "key-revoked" : null, claims };
  } catch (error) {
    if (error instanceof FormatError) return { verdict: "malformed" };
    throw error;
  }
}

/** Conclude from a signature that holds and the register's answer (null: no such certificate). */
export function conclude(claims: Claims, status: Status | null, tokenDigest: string, now: number): Verdict {
  if (status === null || status.token_sha256 !== tokenDigest) return "unrecorded";
  if (status.state === "revoked" || status.state === "replaced") return status.state;
  if (claims.expiresAt !== null && now >= claims.expiresAt) return "expired";
  return status.differences.length ? "changed" : "valid";
}

export async function sha256(octets: Uint8Array<ArrayBuffer>): Promise<string> {
  if (globalThis.crypto?.subtle) return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", octets)));
  const { sha256: digest } = await import("@noble/hashes/sha2.js");
  return hex(digest(octets));
}

/** WebCrypto where it knows Ed25519 (not on plain http, nor in older browsers), else the library, loaded then. */
async function signatureHolds(message: Message, publicKey: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const signed = signedOctets(message);
  if (globalThis.crypto?.subtle) {
    try {
      const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", key, message.signature.slice(), signed);
    } catch {
      // This browser's WebCrypto does not know Ed25519.
    }
  }
  const { ed25519 } = await import("@noble/curves/ed25519.js");
  try {
    return ed25519.verify(message.signature, signed, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
}
