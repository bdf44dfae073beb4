// Pages of volunteering: the button that fills in where one is, and which of one's phones this is. Without script the
// place is typed.
import { kept } from "./attendance/store";
import "./styles/_office-work.scss";
import "./styles/office.scss";
import "./styles/volunteering.scss";

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-locate]")) {
  const field = document.getElementById(button.dataset.locate ?? "");
  if (!(field instanceof HTMLInputElement) || !("geolocation" in navigator)) continue;
  const crs = document.getElementById(button.dataset.crs ?? "");
  // What is typed comes from a map, what the phone finds is WGS 84; either may be put right by hand.
  const source = (value: string) => {
    if (crs instanceof HTMLSelectElement) crs.value = value;
  };
  field.addEventListener("input", () => source("gcj-02"));
  const says = button.parentElement?.querySelector<HTMLElement>("[data-locate-says]");
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const digits = Number(button.dataset.digits ?? 3);
        field.value = `${coords.longitude.toFixed(digits)},${coords.latitude.toFixed(digits)}`;
        source("wgs-84");
        button.disabled = false;
        if (says) says.textContent = field.value;
      },
      () => {
        button.disabled = false;
        if (says) says.textContent = button.dataset.refused ?? "";
      },
      { timeout: 10_000, maximumAge: 600_000 },
    );
  });
}

const devices = document.querySelector<HTMLElement>("[data-devices-of]");
if (devices) {
  kept<number>(`number:${devices.dataset.devicesOf}`)
    .then((number) => {
      const mark = devices.querySelector<HTMLElement>(`[data-device="${number}"] [data-this]`);
      if (mark) mark.hidden = false;
    })
    .catch(() => undefined); // a browser that keeps nothing has no key either
}
