// What comes next for somebody on the check-in page, told from their sessions and from what still waits on the phone.
import type { Scan } from "./store";

export interface Session {
  id: number;
  title: string;
  when: string;
  place: string;
  way: string;
  state: string;
  label: string;
  /** Milliseconds since 1970, as everywhere here; `came`: when the person checked in. */
  begins: number;
  ends: number;
  came: number | null;
}

/** Who checks out sooner after checking in is asked first: most have scanned twice. */
const SOON = 5 * 60_000;
/** Who is expected within this time is chosen before a session that ended and was not left. */
const EARLY = 60 * 60_000;

function standing(waits: Scan[], session: number, act: string): Scan | undefined {
  return waits.find((scan) => scan.session === session && scan.act === act && !scan.refused);
}

/** When somebody came to a session, as far as this phone knows; a scan that waits counts like one handed in. */
export function cameAt(session: Session, waits: Scan[]): number | null {
  return session.came ?? standing(waits, session.id, "in")?.at ?? null;
}

/** Coming, then leaving. */
export function nextAct(session: Session | undefined, waits: Scan[]): "in" | "out" {
  if (!session) return "in";
  const came = cameAt(session, waits) !== null || standing(waits, session.id, "out") !== undefined;
  return came || session.state === "present" || session.state === "done" ? "out" : "in";
}

/** What waits for a session: the act that was done last, or nothing. */
export function waitingAct(session: Session, waits: Scan[]): "in" | "out" | undefined {
  return standing(waits, session.id, "out") ? "out" : standing(waits, session.id, "in") ? "in" : undefined;
}

/** Whether checking out now is so soon that it is probably the first scan once more; then when they came. */
export function tooSoon(session: Session | undefined, waits: Scan[], now: number): number | null {
  const came = session ? cameAt(session, waits) : null;
  return came !== null && now - came < SOON ? came : null;
}

/** The session that somebody means who opens the page: the present one, else one not left yet, else the next. */
export function preferred(sessions: Session[], waits: Scan[], now: number): Session | undefined {
  const open = sessions.filter((session) => session.state !== "done");
  return (
    open.find((session) => session.begins <= now && now <= session.ends) ??
    open.find((session) => session.begins - EARLY <= now && now < session.begins) ??
    open.find((session) => session.ends < now && nextAct(session, waits) === "out") ??
    open.find((session) => session.begins > now) ??
    sessions.at(-1)
  );
}
