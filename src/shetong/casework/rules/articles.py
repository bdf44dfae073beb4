"""Articles of the knowledge base: from Markdown to safe HTML, and what changed between two versions."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum

import nh3
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = {
    "p", "br", "hr", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "h2", "h3", "h4", "h5", "h6", "a",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}


def html(markdown: str) -> str:
    """Return an article as HTML that is safe to show: no raw HTML, no scripts, no pictures, links of known kinds."""
    tokens = _MARKDOWN.parse(markdown.replace("\x00", ""))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(int(token.tag[1]), 2)}"  # the page's own heading stands above
    drawn = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return nh3.clean(
        drawn, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow"
    )


class Mark(StrEnum):
    """What became of a line."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison."""

    mark: Mark
    text: str


def compare(before: str, after: str) -> tuple[Line, ...]:
    """Return the lines of both versions in order, each with what became of it."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for tag, first, last, start, stop in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line(Mark.SAME, text) for text in old[first:last]]
            continue
        lines += [Line(Mark.REMOVED, text) for text in old[first:last]]
        lines += [Line(Mark.ADDED, text) for text in new[start:stop]]
    return tuple(lines)
