// Pages of accounts and the office: wide tables that scroll by themselves on a phone.
import "./styles/_office-work.scss";
import "./styles/office.scss";

// On a phone the navigation is one line that scrolls: the present page should be in sight.
const here = document.querySelector<HTMLElement>(".st-face__list [aria-current]");
const line = here?.closest<HTMLElement>(".st-face__list");
if (here && line) {
  const [at, edge] = [here.getBoundingClientRect(), line.getBoundingClientRect()];
  line.scrollLeft += at.left - edge.left - (edge.width - at.width) / 2;
}
