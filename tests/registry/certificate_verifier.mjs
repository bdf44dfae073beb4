// A verifier written from docs/specs/certificate-qr.md alone: Node's own cryptography, no line shared with the project.
// Reads {cases, keys} on standard input and writes the verdict and claims of each case.
import { createPublicKey, verify } from "node:crypto";

const TEXTS = { 1: "name", 3: "legal_representative", 4: "domicile", 6: "authority", 7: "supervising_body", 9: "business_scope" };
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

class Malformed extends Error {}
const refuse = (why) => {
  throw new Malformed(why);
};

function decode(buffer) {
  let at = 0;
  const need = (count) => (at + count <= buffer.length ? (at += count) - count : refuse("cut off"));
  const item = () => {
    const first = buffer[need(1)];
    const [major, low] = [first >> 5, first & 31];
    if (major === 7) return low === 20 ? false : low === 21 ? true : refuse("simple");
    let argument = BigInt(low);
    if (low > 23) {
      if (low > 27) refuse("indefinite");
      const width = 1 << (low - 24);
      const start = need(width);
      argument = BigInt(`0x${buffer.subarray(start, start + width).toString("hex")}`);
      if (argument < (width === 1 ? 24n : 1n << BigInt(width * 4))) refuse("not shortest");
    }
    const count = Number(argument);
    if (major === 0) return argument;
    if (major === 1) return -1n - argument;
    if (major === 2) {
      const start = need(count);
      return buffer.subarray(start, start + count);
    }
    if (major === 3) {
      const start = need(count);
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(buffer.subarray(start, start + count));
    }
    if (major === 4) return Array.from({ length: count > buffer.length ? refuse("length") : count }, item);
    if (major === 5) {
      const map = new Map();
      let last = null;
      for (let index = 0; index < count; index++) {
        const start = at;
        const key = item();
        if (typeof key !== "bigint") refuse("label");
        const octets = buffer.subarray(start, at);
        if (last && (octets.length < last.length || (octets.length === last.length && Buffer.compare(octets, last) <= 0))) refuse("order");
        last = octets;
        map.set(Number(key), item());
      }
      return map;
    }
    return refuse("tag");
  };
  const value = item();
  return at === buffer.length ? value : refuse("trailing");
}

const bytes = (value) => (Buffer.isBuffer(value) ? value : refuse("bytes"));
const number = (value) => (typeof value === "bigint" && value >= 0n ? Number(value) : refuse("number"));
const string = (value) => (typeof value === "string" ? value : refuse("text"));
const only = (map, labels) =>
  map instanceof Map && [...map.keys()].every((label) => labels.includes(label)) ? map : refuse("labels");
const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

function head(major, length) {
  return length < 24 ? Buffer.of((major << 5) | length) : length < 256 ? Buffer.of((major << 5) | 24, length) : Buffer.of((major << 5) | 25, length >> 8, length & 255);
}

function serial(octets) {
  const text = bytes(octets).toString("latin1");
  if (!/^[1-9]\d{3}[0-9A-HJ-NPQRTUWXY]{11}$/.test(text)) refuse("serial");
  const sum = [...text].reduce((total, sign, place) => total + BigInt(ALPHABET.indexOf(sign)) * 3n ** BigInt(place), 0n);
  return sum % 31n === 0n ? text : refuse("check sign");
}

function claimsOf(payload) {
  const claims = only(decode(payload), [1, 2, 4, 6, 7, -65537]);
  const entity = only(claims.get(-65537), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const expires = claims.has(4) ? number(claims.get(4)) : null;
  const values = { uscc: string(claims.get(2)), kind: ["", "SG", "PN", "FD"][number(entity.get(2))] || refuse("kind") };
  const digests = {};
  for (const [label, name] of Object.entries(TEXTS)) {
    const value = entity.get(Number(label)) ?? "";
    if (Buffer.isBuffer(value) && value.length === 16) digests[name] = value.toString("hex");
    else values[name] = string(value);
  }
  if (values.name === "" || values.authority === "") refuse("missing");
  for (const flag of [10, 11]) if (entity.has(flag) && entity.get(flag) !== true) refuse("flag");
  values.registered_funds = entity.has(5) ? number(entity.get(5)) : null;
  values.certificate_valid_from = entity.has(8) ? day(number(entity.get(8)) * 86400) : null;
  values.certificate_valid_to = expires === null ? null : day(expires - 1 + 28800);
  values.charity = entity.has(10);
  string(claims.get(1));
  return { serial: serial(claims.get(7)), issued_at: number(claims.get(6)), expires_at: expires, values, digests, demo: entity.has(11) };
}

function judge(link, sets, now) {
  const digits = link.slice(link.lastIndexOf("#") + 1);
  if (!/^[1-9]\d*$/.test(digits)) refuse("digits");
  const hex = BigInt(digits).toString(16);
  const token = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
  if (token[0] !== 0xd2) refuse("tag");
  const parts = decode(token.subarray(1));
  if (!Array.isArray(parts) || parts.length !== 4) refuse("parts");
  const [protectedHeader, , payload, signature] = [bytes(parts[0]), parts[1], bytes(parts[2]), bytes(parts[3])];
  if (!(parts[1] instanceof Map) || parts[1].size || signature.length !== 64) refuse("envelope");
  const header = only(decode(protectedHeader), [1, 4]);
  if (header.get(1) !== -8n) refuse("algorithm");
  const kid = bytes(header.get(4)).toString("hex");
  const key = [...sets.keys, ...sets.revoked_keys].find((candidate) => candidate.kid === kid);
  if (!key) return { verdict: "unknown-key" };
  const signed = Buffer.concat([
    Buffer.from("846a5369676e617475726531", "hex"), head(2, protectedHeader.length), protectedHeader,
    Buffer.of(0x40), head(2, payload.length), payload,
  ]);
  const jwk = { kty: key.kty, crv: key.crv, x: key.x };
  if (!verify(null, signed, createPublicKey({ key: jwk, format: "jwk" }), signature)) return { verdict: "bad-signature" };
  const claims = claimsOf(payload);
  const inUse = claims.issued_at >= key.nbf - 300 && (key.exp === undefined || claims.issued_at <= key.exp + 300);
  if (key.revoked_at !== undefined || !inUse) return { verdict: "key-revoked", claims };
  return { verdict: claims.expires_at !== null && now >= claims.expires_at ? "expired" : "signature-holds", claims };
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
const { cases, keys } = JSON.parse(input);
const results = cases.map((one) => {
  try {
    return judge(one.link, keys[one.keys ?? "default"], one.now);
  } catch (error) {
    if (error instanceof Malformed || error instanceof TypeError) return { verdict: "malformed" };
    throw error;
  }
});
process.stdout.write(JSON.stringify(results));
