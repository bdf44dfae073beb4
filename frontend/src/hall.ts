// Forms of the service hall save as one types and say what the checks find. Without scripts the buttons save.
import "./styles/hall.scss";

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

interface Answer {
  seen: string;
  saved: string;
  errors: Record<string, string>;
  notes: Record<string, string[]>;
}

const PAUSE_MS = 1200;
const PAUSE_AFTER_CHANGE_MS = 250;
const FIRST_RETRY_MS = 4000;
const LONGEST_RETRY_MS = 60_000;
// A pressed button waits for what is on its way to be saved, so that it is not taken for somebody else's; no longer.
const LONGEST_WAIT_MS = 5000;

class Autosave {
  private timer = 0;
  private busy = false;
  private again = false;
  private stopped = false;
  private failures = 0;
  private leave: (() => void) | null = null;
  private readonly touched = new Set<string>();

  constructor(
    private readonly form: HTMLFormElement,
    private readonly state: HTMLElement,
  ) {
    form.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) this.changed(event, PAUSE_MS);
    });
    form.addEventListener("compositionend", (event) => this.changed(event, PAUSE_MS));
    form.addEventListener("change", (event) => this.changed(event, PAUSE_AFTER_CHANGE_MS));
    form.addEventListener("submit", (event) => this.pressed(event));
    window.addEventListener("online", () => this.touched.size > 0 && this.later(0));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.timer) this.save(true);
    });
    // A page that the browser kept whole shows what was typed then, and would save it over what was saved since.
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  private changed(event: Event, pause: number): void {
    const control = event.target as HTMLInputElement;
    if (!control.id || control.name === "pasted") return;
    this.touched.add(control.id);
    this.later(pause);
  }

  private later(pause: number): void {
    if (this.stopped) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(false), pause);
  }

  private pressed(event: SubmitEvent): void {
    if (!this.busy || this.stopped) {
      this.stop();
      return;
    }
    event.preventDefault();
    if (this.leave) return;
    this.leave = () => {
      this.leave = null;
      this.stop();
      this.form.requestSubmit(event.submitter);
    };
    window.setTimeout(() => this.leave?.(), LONGEST_WAIT_MS);
  }

  private stop(): void {
    this.stopped = true;
    window.clearTimeout(this.timer);
  }

  private say(text: string, urgent = false): void {
    this.state.textContent = text;
    this.state.classList.toggle("st-saved--bad", urgent);
  }

  private async save(leaving: boolean): Promise<void> {
    window.clearTimeout(this.timer);
    this.timer = 0;
    if (this.stopped) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const words = this.form.dataset;
    this.say(words.saving ?? "");
    try {
      const answer = await fetch(words.autosave ?? "", {
        method: "POST",
        body: new FormData(this.form),
        headers: { "X-Requested-With": "fetch" },
        keepalive: leaving,
      });
      await this.heard(answer);
      this.failures = 0;
    } catch {
      this.say(words.failed ?? "", true);
      this.failures += 1;
      this.later(Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LONGEST_RETRY_MS));
    } finally {
      this.busy = false;
      if (this.leave) {
        this.leave();
      } else if (this.again) {
        this.again = false;
        this.later(0);
      }
    }
  }

  private async heard(answer: Response): Promise<void> {
    const words = this.form.dataset;
    if (this.stopped) return;
    if (answer.redirected || !(answer.headers.get("content-type") ?? "").includes("json")) {
      if (answer.status >= 500) throw new Error("server");
      this.stop();
      this.say(words.expired ?? "", true);
      return;
    }
    const told = await answer.json();
    if (!answer.ok) {
      this.stop();
      this.say(told.code === "saved-elsewhere" ? (words.elsewhere ?? "") : `${words.refused ?? ""}${told.message}`, true);
      return;
    }
    const kept = told as Answer;
    (this.form.elements.namedItem("seen") as HTMLInputElement).value = kept.seen;
    this.say(`${words.saved ?? ""} ${kept.saved}`);
    this.show(kept);
  }

  /** Show what is wrong beside the questions that were touched, and take away what no longer is. */
  private show(kept: Answer): void {
    for (const id of this.touched) {
      const control = document.getElementById(id);
      const group = control?.closest(".govuk-form-group");
      if (!control || !group) continue;
      group.querySelectorAll("[data-live], .govuk-error-message").forEach((old) => old.remove());
      const error = kept.errors[id];
      const notes = kept.notes[id] ?? [];
      group.classList.toggle("govuk-form-group--error", Boolean(error));
      control.classList.toggle("govuk-input--error", Boolean(error) && control.classList.contains("govuk-input"));
      if (error) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
      const ids = error ? [this.place(control, `${id}-error`, "govuk-error-message", error)] : [];
      notes.forEach((note, at) => {
        const text = `${this.form.dataset.note ?? ""}${note}`;
        ids.push(this.place(control, `${id}-note-${at}`, "st-live-note", text));
      });
      const hint = document.getElementById(`${id}-hint`);
      const described = [...(hint ? [hint.id] : []), ...ids].join(" ");
      if (described) control.setAttribute("aria-describedby", described);
      else control.removeAttribute("aria-describedby");
    }
  }

  private place(control: HTMLElement, id: string, className: string, text: string): string {
    const line = document.createElement("p");
    line.id = id;
    line.className = className;
    line.dataset.live = "";
    line.textContent = text;
    control.before(line);
    return id;
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-autosave]")) {
  const state = form.querySelector<HTMLElement>("[data-autosave-state]");
  if (state) new Autosave(form, state);
}
