// The claims of a certificate of service (docs/specs/service-certificate-qr.md); envelope, keys and link are those of
// certificates of registration.
import { type Cbor, decode, FormatError } from "./cbor";
import { hex, serialIsSound } from "./token";

const [ISSUER, SUBJECT, ISSUED, TOKEN_ID, SERVICE] = [1, 2, 6, 7, -65538];
const TEXTS = new Map([
  [1, "name"],
  [2, "paper"],
  [3, "identity_masked"],
  [4, "team"],
  [5, "team_code"],
  [10, "head"],
  [11, "handler"],
]);
const NUMBERS = new Map([
  [6, "minutes"],
  [7, "records"],
]);
const DAYS = new Map([
  [8, "first_day"],
  [9, "last_day"],
]);
const [LINES, DEMO] = [12, 13];

export interface ServiceClaims {
  serial: string;
  volunteer: string;
  issuedAt: number;
  values: Record<string, string | number>;
  lines: string;
  demo: boolean;
}

/** Read the claims of a payload whose signature holds. */
export function serviceClaimsIn(payload: Uint8Array): ServiceClaims {
  const claims = labelled(decode(payload), [ISSUER, SUBJECT, ISSUED, TOKEN_ID, SERVICE]);
  const known = [...TEXTS.keys(), ...NUMBERS.keys(), ...DAYS.keys(), LINES, DEMO];
  const service = labelled(claims.get(SERVICE), known);
  const values: Record<string, string | number> = {};
  for (const [label, name] of TEXTS) if (service.has(label)) values[name] = text(service.get(label));
  for (const [label, name] of NUMBERS) values[name] = natural(service.get(label));
  for (const [label, name] of DAYS) values[name] = day(natural(service.get(label)));
  const lines = service.get(LINES);
  const volunteer = text(claims.get(SUBJECT));
  text(claims.get(ISSUER));
  if (!(lines instanceof Uint8Array) || lines.length !== 16) throw new FormatError("lines");
  if (!values.name || !values.team || !values.minutes || !/^V[0-9]{13}$/.test(volunteer)) throw new FormatError("missing");
  if (service.has(DEMO) && service.get(DEMO) !== true) throw new FormatError("flag");
  return {
    serial: serialOf(claims.get(TOKEN_ID)),
    volunteer,
    issuedAt: natural(claims.get(ISSUED)),
    values,
    lines: hex(lines),
    demo: service.has(DEMO),
  };
}

function labelled(value: Cbor | undefined, known: number[]): Map<number, Cbor> {
  if (!(value instanceof Map)) throw new FormatError("no claims");
  for (const label of value.keys()) if (!known.includes(label as number)) throw new FormatError("unknown claim");
  return value as Map<number, Cbor>;
}

function text(value: Cbor | undefined): string {
  if (typeof value !== "string") throw new FormatError("no text");
  return value;
}

function natural(value: Cbor | undefined): number {
  if (typeof value !== "number" || value < 0 || value > 253_402_300_799) throw new FormatError("no natural number");
  return value;
}

function day(number: number): string {
  if (number > 253_402_300_799 / 86_400) throw new FormatError("date");
  return new Date(number * 86_400_000).toISOString().slice(0, 10);
}

function serialOf(value: Cbor | undefined): string {
  if (!(value instanceof Uint8Array)) throw new FormatError("no serial number");
  const serial = String.fromCharCode(...value);
  if (!serialIsSound(serial)) throw new FormatError("serial number");
  return serial;
}
