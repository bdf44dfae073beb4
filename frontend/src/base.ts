// Every page: the style sheet. Pages work without scripts; what moves lives in the entries of the single pages.
import "./styles/base.scss";
