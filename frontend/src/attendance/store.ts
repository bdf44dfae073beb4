// What the check-in page keeps in the browser: the device's name and key, one's sessions, scans that wait to be handed
// in. Everything belongs to one volunteer; who logs in next with the same browser sees and sends nothing of it.

export interface Scan {
  scan: string;
  volunteer: string;
  text: string;
  signature: string;
  session: number;
  act: string;
  at: number;
  /** Why it is never taken. */
  refused?: string;
  /** Why it was not taken yet; it goes on waiting. */
  answer?: string;
}

export interface Place {
  lon: number;
  lat: number;
  accuracy: number;
}

interface Held {
  name: string;
  value: unknown;
}

const NAME = "shetong-attendance";

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("storage"));
  });
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("kept", { keyPath: "name" });
    request.result.createObjectStore("scans", { keyPath: "scan" });
  };
  return asked(request);
}

let database: Promise<IDBDatabase> | undefined;

async function store(name: "kept" | "scans", mode: IDBTransactionMode): Promise<IDBObjectStore> {
  database ??= open();
  return (await database).transaction(name, mode).objectStore(name);
}

export async function kept<T>(name: string): Promise<T | undefined> {
  const held = (await asked((await store("kept", "readonly")).get(name))) as Held | undefined;
  return held?.value as T | undefined;
}

export async function keep(name: string, value: unknown): Promise<void> {
  await asked((await store("kept", "readwrite")).put({ name, value }));
}

export async function forget(names: string[]): Promise<void> {
  for (const name of names) await asked((await store("kept", "readwrite")).delete(name));
}

export async function scans(volunteer: string): Promise<Scan[]> {
  const all = (await asked((await store("scans", "readonly")).getAll())) as Scan[];
  return all.filter((scan) => scan.volunteer === volunteer).sort((one, other) => one.at - other.at);
}

export async function put(scan: Scan): Promise<void> {
  await asked((await store("scans", "readwrite")).put(scan));
}

export async function drop(scan: string): Promise<void> {
  await asked((await store("scans", "readwrite")).delete(scan));
}

/** The random name of this browser, the same for all who use it. */
export async function deviceName(): Promise<string> {
  const held = await kept<string>("device");
  if (held) return held;
  const made = crypto.randomUUID();
  await keep("device", made);
  return made;
}

/** The volunteer's key in this browser; its private half never leaves it. */
export async function keyOf(volunteer: string): Promise<CryptoKeyPair> {
  const name = `key:${volunteer}`;
  const held = await kept<CryptoKeyPair>(name);
  if (held) return held;
  const made = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  await keep(name, made);
  return made;
}

export function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

/** Sign a scan as the server reads it: the text itself is what is signed. */
export async function signed(
  volunteer: string,
  content: { session: number; step: number; code: string; act: string; typed: boolean; sure: boolean; place: Place | null },
): Promise<Scan> {
  const [scan, at] = [crypto.randomUUID(), Date.now()];
  const text = JSON.stringify({ format: "shetong-scan/1", scan, at, device: await deviceName(), ...content });
  const { privateKey } = await keyOf(volunteer);
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" }, privateKey, new TextEncoder().encode(text),
  );
  return { scan, volunteer, text, signature: base64(signature), session: content.session, act: content.act, at };
}
