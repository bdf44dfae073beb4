// A certificate's token: the link around it, its COSE_Sign1 envelope and its claims (docs/specs/certificate-qr.md).
import { byteString, type Cbor, concatenate, decode, FormatError, head } from "./cbor";

const MAX_TOKEN_BYTES = 1536;
const MAX_DIGITS = 3699;
const DIGEST_BYTES = 16;
const [ALGORITHM, KEY_ID, EDDSA] = [1, 4, -8];
const [ISSUER, SUBJECT, EXPIRES, ISSUED, TOKEN_ID, ENTITY] = [1, 2, 4, 6, 7, -65537];
const TEXTS = new Map([
  [1, "name"],
  [3, "legal_representative"],
  [4, "domicile"],
  [6, "authority"],
  [7, "supervising_body"],
  [9, "business_scope"],
]);
const [KIND, FUNDS, VALID_FROM, CHARITY, DEMO] = [2, 5, 8, 10, 11];
const KINDS = ["", "SG", "PN", "FD"];
const SERIAL_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const BEIJING_SECONDS = 8 * 3600;

export interface Message {
  protectedHeader: Uint8Array;
  keyId: string;
  payload: Uint8Array;
  signature: Uint8Array;
}

export type Value = string | number | boolean | null;

export interface Claims {
  issuer: string;
  serial: string;
  issuedAt: number;
  expiresAt: number | null;
  values: Record<string, Value>;
  digests: Record<string, string>;
  demo: boolean;
}

/** The token in a scanned or pasted link. Only the digits after the last "#" count, never the address before them. */
export function tokenIn(text: string): Uint8Array<ArrayBuffer> {
  const compact = text.replace(/\s+/g, "");
  const digits = compact.slice(compact.lastIndexOf("#") + 1);
  if (!/^[1-9][0-9]*$/.test(digits) || digits.length > MAX_DIGITS) throw new FormatError("no token");
  let hexadecimal = BigInt(digits).toString(16);
  if (hexadecimal.length % 2) hexadecimal = `0${hexadecimal}`;
  const octets = new Uint8Array(hexadecimal.length / 2);
  for (let index = 0; index < octets.length; index++) {
    octets[index] = Number.parseInt(hexadecimal.slice(2 * index, 2 * index + 2), 16);
  }
  return octets;
}

/** Take the envelope apart. */
export function parse(token: Uint8Array): Message {
  if (token.length > MAX_TOKEN_BYTES + 128 || token[0] !== 0xd2) throw new FormatError("no COSE_Sign1");
  const parts = decode(token.subarray(1));
  if (!Array.isArray(parts) || parts.length !== 4) throw new FormatError("no COSE_Sign1");
  const [protectedHeader, unprotectedHeader, payload, signature] = parts as [Cbor, Cbor, Cbor, Cbor];
  if (!(protectedHeader instanceof Uint8Array && payload instanceof Uint8Array && signature instanceof Uint8Array)) {
    throw new FormatError("no COSE_Sign1");
  }
  if (!(unprotectedHeader instanceof Map) || unprotectedHeader.size) throw new FormatError("unprotected header");
  const header = decode(protectedHeader);
  if (!(header instanceof Map) || header.get(ALGORITHM) !== EDDSA) throw new FormatError("algorithm");
  const keyId = header.get(KEY_ID);
  if (!(keyId instanceof Uint8Array) || header.size !== 2 || signature.length !== 64) throw new FormatError("header");
  return { protectedHeader, keyId: hex(keyId), payload, signature };
}

/** The octets that were signed: Sig_structure of RFC 9052 section 4.4. */
export function signedOctets(message: Message): Uint8Array<ArrayBuffer> {
  const context = new TextEncoder().encode("Signature1");
  return concatenate(
    Uint8Array.of(0x84),
    head(3, context.length),
    context,
    byteString(message.protectedHeader),
    byteString(new Uint8Array()),
    byteString(message.payload),
  );
}

/** Read the claims of a payload whose signature holds. */
export function claimsIn(payload: Uint8Array): Claims {
  const claims = labelled(decode(payload), [ISSUER, SUBJECT, EXPIRES, ISSUED, TOKEN_ID, ENTITY]);
  const entity = labelled(claims.get(ENTITY), [...TEXTS.keys(), KIND, FUNDS, VALID_FROM, CHARITY, DEMO]);
  const expiresAt = claims.has(EXPIRES) ? natural(claims.get(EXPIRES)) : null;
  const values: Record<string, Value> = { uscc: text(claims.get(SUBJECT)), kind: kindOf(entity.get(KIND)) };
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(values.uscc as string)) throw new FormatError("unified code");
  const digests: Record<string, string> = {};
  for (const [label, name] of TEXTS) {
    const value = entity.get(label) ?? "";
    if (value instanceof Uint8Array && value.length === DIGEST_BYTES) digests[name] = hex(value);
    else values[name] = text(value);
  }
  if (values.name === "" || values.authority === "") throw new FormatError("missing text");
  values.registered_funds = entity.has(FUNDS) ? natural(entity.get(FUNDS)) : null;
  values.certificate_valid_from = entity.has(VALID_FROM) ? day(natural(entity.get(VALID_FROM)) * 86_400) : null;
  values.certificate_valid_to = expiresAt === null ? null : day(expiresAt + BEIJING_SECONDS - 1);
  values.charity = flag(entity, CHARITY);
  return {
    issuer: text(claims.get(ISSUER)),
    serial: serialOf(claims.get(TOKEN_ID)),
    issuedAt: natural(claims.get(ISSUED)),
    expiresAt,
    values,
    digests,
    demo: flag(entity, DEMO),
  };
}

/** The check sign of a serial number makes the sum of values times 3^i divisible by 31. */
export function serialIsSound(serial: string): boolean {
  if (!/^[1-9][0-9]{3}[0-9A-HJ-NPQRTUWXY]{11}$/.test(serial)) return false;
  let weight = 1;
  let sum = 0;
  for (const sign of serial) {
    sum += SERIAL_SIGNS.indexOf(sign) * weight;
    weight = (weight * 3) % 31;
  }
  return sum % 31 === 0;
}

export function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function labelled(value: Cbor | undefined, known: number[]): Map<number, Cbor> {
  if (!(value instanceof Map)) throw new FormatError("no claims");
  for (const label of value.keys()) if (!known.includes(label)) throw new FormatError("unknown claim");
  return value;
}

function text(value: Cbor | undefined): string {
  if (typeof value !== "string") throw new FormatError("no text");
  return value;
}

function natural(value: Cbor | undefined): number {
  if (typeof value !== "number" || value < 0) throw new FormatError("no natural number");
  return value;
}

function kindOf(value: Cbor | undefined): string {
  const kind = KINDS[natural(value)];
  if (!kind) throw new FormatError("unknown kind");
  return kind;
}

function flag(entity: Map<number, Cbor>, label: number): boolean {
  if (entity.has(label) && entity.get(label) !== true) throw new FormatError("flag");
  return entity.has(label);
}

function serialOf(value: Cbor | undefined): string {
  if (!(value instanceof Uint8Array)) throw new FormatError("no serial number");
  const serial = String.fromCharCode(...value);
  if (!serialIsSound(serial)) throw new FormatError("serial number");
  return serial;
}

function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime()) || seconds > 253_402_300_799) throw new FormatError("date");
  return date.toISOString().slice(0, 10);
}
