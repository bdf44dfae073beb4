// Pages of volunteering: the button that fills in where one is. Without script the place is typed.
import "./styles/_office-work.scss";
import "./styles/office.scss";
import "./styles/volunteering.scss";

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-locate]")) {
  const field = document.getElementById(button.dataset.locate ?? "");
  if (!(field instanceof HTMLInputElement) || !("geolocation" in navigator)) continue;
  const says = button.parentElement?.querySelector<HTMLElement>("[data-locate-says]");
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = `${coords.longitude.toFixed(3)},${coords.latitude.toFixed(3)}`;
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
