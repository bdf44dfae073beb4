// The search box with live suggestions: an ARIA 1.2 combobox over a plain form that works without it.

interface Suggestion {
  text: string;
  name: string;
  code: string;
  kind_name: string;
  division_name: string;
  highlight?: [number, number][];
}

const PAUSE_MS = 120;
const KEPT = 60;

class SuggestingSearch {
  private readonly cache = new Map<string, Suggestion[]>();
  private shown: Suggestion[] = [];
  private active = -1;
  private timer = 0;
  private request: AbortController | null = null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly input: HTMLInputElement,
    private readonly list: HTMLElement,
    private readonly status: HTMLElement,
  ) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    input.autocomplete = "off";
    // While an input method composes, what stands in the field is not yet what the visitor means.
    input.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) this.later();
    });
    input.addEventListener("compositionend", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // Pressing on an option must not take the focus from the field first.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
      if (option) this.open(Number(option.dataset["index"]));
    });
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.update(), PAUSE_MS);
  }

  private async update(): Promise<void> {
    const text = this.input.value.trim();
    this.request?.abort();
    if (!text) {
      this.close();
      return;
    }
    let found = this.cache.get(text);
    if (!found) {
      const request = new AbortController();
      this.request = request;
      try {
        found = await this.fetch(text, request.signal);
      } catch {
        // Without suggestions the form still searches; a request that a later one replaced must not end that one.
        if (!request.signal.aborted) this.close();
        return;
      }
      if (this.cache.size >= KEPT) this.cache.clear();
      this.cache.set(text, found);
    }
    if (document.activeElement === this.input && this.input.value.trim() === text) this.show(found);
  }

  private async fetch(text: string, signal: AbortSignal): Promise<Suggestion[]> {
    const url = new URL(this.form.dataset["suggest"] ?? "", window.location.href);
    url.searchParams.set("q", text);
    const response = await window.fetch(url, { signal, headers: { Accept: "application/json" } });
    if (!response.ok) return [];
    const body: unknown = await response.json();
    return Array.isArray(body) ? (body as Suggestion[]) : [];
  }

  private show(found: Suggestion[]): void {
    this.shown = found;
    this.active = -1;
    this.list.replaceChildren(...found.map((suggestion, index) => this.option(suggestion, index)));
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    const words = found.length ? this.form.dataset["some"] : this.form.dataset["none"];
    this.status.textContent = (words ?? "").replace("{n}", String(found.length));
  }

  private option(suggestion: Suggestion, index: number): HTMLElement {
    const item = document.createElement("li");
    item.className = "st-search__option";
    item.id = `${this.list.id}-${index}`;
    item.role = "option";
    item.ariaSelected = "false";
    item.dataset["index"] = String(index);
    const name = document.createElement("span");
    name.lang = "zh-CN";
    name.append(...highlighted(suggestion.text, suggestion.highlight ?? []));
    const detail = document.createElement("span");
    detail.className = "st-search__detail";
    detail.lang = "zh-CN";
    // Where a former name matched, the present one says which organisation is meant.
    const present = suggestion.name === suggestion.text ? [] : [suggestion.name];
    detail.textContent = [...present, suggestion.kind_name, suggestion.division_name].filter(Boolean).join("　");
    item.append(name, detail);
    return item;
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.later();
      else this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.open(this.active);
    }
  }

  private move(step: number): void {
    // One place more than there are options: back in the field itself.
    const places = this.shown.length + 1;
    this.active = ((this.active + 1 + step + places) % places) - 1;
    for (const [index, option] of [...this.list.children].entries()) {
      option.ariaSelected = String(index === this.active);
      if (index === this.active) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
    if (this.active < 0) this.input.removeAttribute("aria-activedescendant");
  }

  private open(index: number): void {
    const chosen = this.shown[index];
    if (!chosen) return;
    const pattern = this.form.dataset["open"] ?? "";
    window.location.assign(pattern.replace("CODE", encodeURIComponent(chosen.code)));
  }

  private close(): void {
    window.clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** The text in pieces, matched parts (start, end) in `mark`; positions count characters, not UTF-16 units. */
function highlighted(text: string, spans: [number, number][]): (Node | string)[] {
  const characters = [...text];
  const pieces: (Node | string)[] = [];
  let at = 0;
  for (const [start, end] of spans) {
    if (start < at || end <= start) continue;
    pieces.push(characters.slice(at, start).join(""));
    const mark = document.createElement("mark");
    mark.textContent = characters.slice(start, end).join("");
    pieces.push(mark);
    at = end;
  }
  pieces.push(characters.slice(at).join(""));
  return pieces;
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-suggest]")) {
  const input = form.querySelector<HTMLInputElement>("input[name=q]");
  const list = form.querySelector<HTMLElement>(".st-search__list");
  const status = form.querySelector<HTMLElement>("[role=status]");
  if (input && list && status) new SuggestingSearch(form, input, list, status);
}
