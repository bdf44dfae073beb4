// Deterministic CBOR (RFC 8949 section 4.2), only the kinds that certificates use. Anything else, and any other encoding
// of the same value, is refused: docs/specs/certificate-qr.md section 4.

export class FormatError extends Error {}

export type Cbor = number | string | boolean | Uint8Array | Cbor[] | Map<number, Cbor>;

const MAX_DEPTH = 6;

/** Decode one item that fills the octets exactly. Integers are limited to JavaScript's safe range. */
export function decode(octets: Uint8Array): Cbor {
  const reader = new Reader(octets);
  const value = reader.item(0);
  if (reader.position !== octets.length) throw new FormatError("trailing octets");
  return value;
}

class Reader {
  position = 0;
  private readonly view: DataView;

  constructor(private readonly octets: Uint8Array) {
    this.view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  item(depth: number): Cbor {
    if (depth > MAX_DEPTH) throw new FormatError("nested too deeply");
    const initial = this.take(1)[0] as number;
    const major = initial >> 5;
    const information = initial & 31;
    if (major === 7) return this.simple(information);
    const argument = this.argument(information);
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.take(argument);
      case 3:
        return this.text(argument);
      case 4:
        return this.array(argument, depth);
      case 5:
        return this.map(argument, depth);
      default:
        throw new FormatError("tag inside the message");
    }
  }

  private take(length: number): Uint8Array {
    if (length > this.octets.length - this.position) throw new FormatError("cut off");
    this.position += length;
    return this.octets.subarray(this.position - length, this.position);
  }

  private argument(information: number): number {
    if (information < 24) return information;
    if (information > 27) throw new FormatError("indefinite length");
    const width = 1 << (information - 24);
    const start = this.position;
    this.take(width);
    const value =
      width === 1
        ? this.view.getUint8(start)
        : width === 2
          ? this.view.getUint16(start)
          : width === 4
            ? this.view.getUint32(start)
            : Number(this.view.getBigUint64(start));
    const least = width === 1 ? 24 : 2 ** (width * 4);
    if (value < least) throw new FormatError("not the shortest form");
    if (!Number.isSafeInteger(value)) throw new FormatError("number too large");
    return value;
  }

  private simple(information: number): boolean {
    if (information === 20) return false;
    if (information === 21) return true;
    throw new FormatError("unexpected simple value");
  }

  private text(length: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(length));
    } catch {
      throw new FormatError("not UTF-8");
    }
  }

  private array(length: number, depth: number): Cbor[] {
    const items: Cbor[] = [];
    for (let index = 0; index < length; index++) items.push(this.item(depth + 1));
    return items;
  }

  private map(length: number, depth: number): Map<number, Cbor> {
    const entries = new Map<number, Cbor>();
    let previous = new Uint8Array();
    for (let index = 0; index < length; index++) {
      const start = this.position;
      const key = this.item(depth + 1);
      const encoded = this.octets.slice(start, this.position);
      if (typeof key !== "number") throw new FormatError("label is not a number");
      if (index > 0 && !sorted(previous, encoded)) throw new FormatError("labels not sorted");
      previous = encoded;
      entries.set(key, this.item(depth + 1));
    }
    return entries;
  }
}

/** Whether `second` comes after `first`: the shorter first, equal lengths octet by octet. */
function sorted(first: Uint8Array, second: Uint8Array): boolean {
  if (first.length !== second.length) return first.length < second.length;
  for (let index = 0; index < first.length; index++) {
    const difference = (second[index] as number) - (first[index] as number);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** Encode the octets of a byte string. */
export function byteString(octets: Uint8Array): Uint8Array {
  return concatenate(head(2, octets.length), octets);
}

/** Encode the head of an item. */
export function head(major: number, argument: number): Uint8Array {
  const base = major << 5;
  if (argument < 24) return Uint8Array.of(base | argument);
  if (argument < 0x100) return Uint8Array.of(base | 24, argument);
  return Uint8Array.of(base | 25, argument >> 8, argument & 0xff);
}

/** Join octets. */
export function concatenate(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.length;
  }
  return joined;
}
