// Checking documents and looking at materials.
import "./styles/documents.scss";
