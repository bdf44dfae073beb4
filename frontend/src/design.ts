// The design page alone: swatches and specimens.
import "./styles/design.scss";
