// Materials of cases: uploading and looking at them; documents and archives.
import "./styles/documents.scss";

const forms = document.querySelectorAll<HTMLFormElement>("form[data-tus]");
if (forms.length) {
  void import("./uploads").then(({ enhance }) => forms.forEach(enhance));
}

const viewers = document.querySelectorAll<HTMLElement>("[data-viewer]");
if (viewers.length) {
  void import("./viewer").then(({ enhance }) => viewers.forEach(enhance));
}
