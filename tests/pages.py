"""Reading pages in tests: a strict little reader of HTML, and what every page must keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)


@dataclass
class Element:
    """A start tag with its attributes."""

    tag: str
    attributes: dict[str, str | None]


@dataclass
class PageReader(HTMLParser):
    """Reads a page; ``complaints`` names tags that do not nest."""

    elements: list[Element] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.complaints.append(f"<{tag}> has an attribute twice")
        self.elements.append(Element(tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.complaints.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [element.attributes for element in self.elements if element.tag == tag]


def read(html: str) -> PageReader:
    """Read a whole page."""
    reader = PageReader()
    reader.feed(html)
    reader.close()
    return reader


def faults(html: str) -> list[str]:
    """Return what a page does that none may: bad nesting, ids twice, inline style or script, labels for nothing."""
    page = read(html)
    found = list(page.complaints)
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    found += [f"id {name} twice" for name in {name for name in ids if ids.count(name) > 1}]
    for element in page.elements:
        found += [f"{element.tag}: {name}" for name in element.attributes if name == "style" or name.startswith("on")]
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for wanted in (element.attributes.get(name) or "").split():
                if wanted not in ids:
                    found.append(f"{element.tag}: {name} points to no {wanted}")
    found += [
        "inline script"
        for script in page.all("script")
        if "src" not in script and script.get("type") != "application/ld+json"
    ]
    found += ["picture without alt" for picture in page.all("img") if picture.get("alt") is None]
    if len(page.all("h1")) != 1:
        found.append(f"{len(page.all('h1'))} main headings")
    if not (page.all("html")[0].get("lang") and page.all("title")):
        found.append("no language or no title")
    found += [f"style sheet element {len(page.all('style'))}"] if page.all("style") else []
    return found
