"""The English catalogue: collect what code and templates say, keep translations, compile. Needs no GNU gettext.

``python -m tools.translations`` brings ``django.po`` up to date (new texts come untranslated) and writes ``django.mo``;
``--check`` only reports drift; ``--merge FILE …`` takes translations over from other ``.po`` files first.
"""

from __future__ import annotations

import argparse
import ast
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1] / "src" / "shetong"
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
# Functions of django.utils.translation with the number of leading arguments that are texts.
FUNCTIONS = {
    "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2,
    "pgettext": 2, "pgettext_lazy": 2,
}  # fmt: skip
# Those whose first text is the context: one Chinese word with another English in another place.
PLACED = {"pgettext", "pgettext_lazy"}
HEADER = (
    "Project-Id-Version: shetong\\nLanguage: en\\nMIME-Version: 1.0\\nContent-Type: text/plain; charset=UTF-8\\n"
    "Content-Transfer-Encoding: 8bit\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"
).replace("\\n", "\n")
STRING = r"""(?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"\b(ngettext|pgettext|gettext|_)\(\s*({STRING})(?:\s*,\s*({STRING}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Text:
    """A Chinese text to translate, with its plural form where it counts something."""

    singular: str
    plural: str = ""
    context: str = ""


def texts_of_code(source: str) -> Iterator[Text]:
    """Yield the texts that Python ``source`` hands to functions of ``django.utils.translation``."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in FUNCTIONS
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Name):
            called = names.get(function.id, "")
        elif isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "translation":
            called = function.attr
        else:
            called = ""
        number = FUNCTIONS.get(called, 0)
        texts = [argument.value for argument in node.args[:number] if isinstance(argument, ast.Constant)]
        if number and len(texts) == number and all(isinstance(text, str) for text in texts):
            first, *rest = map(str, texts)
            yield Text(rest[0], context=first) if called in PLACED else Text(first, *rest)


# What a matter declares is Chinese, in documents too; pages say it in the reader's language (decision 0150). Left out:
# what has its English beside it, citations, words that are only searched, and the text of sample documents.
DECLARING = re.compile(r"(?<!/api)/(?:\w+_)?matters(?:\.py|/(?!samples))")
NAMED_TWICE = {"question", "ask", "_ask", "yes", "_yes", "Code", "CodeList", "DataElement", "Sample"}
NEVER_SHOWN = {"keywords", "basis", "provision", "examples"}


def texts_of_matters(source: str) -> Iterator[Text]:
    """Yield the texts that a module of matters declares for people to read."""
    tree = ast.parse(source)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in NAMED_TWICE:
            skipped |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.keyword) and node.arg in NEVER_SHOWN:
            skipped |= {id(part) for part in ast.walk(node.value)}
        elif isinstance(node, ast.Expr | ast.JoinedStr):
            skipped |= {id(part) for part in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in skipped else None
        if isinstance(text, str) and re.search("[\u4e00-\u9fff]", text) and not text.startswith("《"):
            yield Text(text)


def texts_of_template(source: str) -> Iterator[Text]:
    """Yield the texts that a Django template translates."""
    for function, first, second in TEMPLATE_CALL.findall(templatize(source)):
        if function == "pgettext":
            yield Text(ast.literal_eval(second), context=ast.literal_eval(first))
        else:
            yield Text(ast.literal_eval(first), ast.literal_eval(second) if function == "ngettext" else "")


def collect() -> dict[Text, list[str]]:
    """Return every text with the files that say it."""
    found: dict[Text, list[str]] = {}
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix == ".py":
            source = path.read_text(encoding="utf-8")
            declared = texts_of_matters(source) if DECLARING.search(path.as_posix()) else iter(())
            texts = chain(texts_of_code(source), declared)
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            texts = chain(texts_of_template(path.read_text(encoding="utf-8")))
        else:
            continue
        name = path.relative_to(SOURCE.parent).as_posix()
        for text in texts:
            files = found.setdefault(text, [])
            if name not in files and text.singular:
                files.append(name)
    found.pop(Text(""), None)
    return found


def read(catalogue: str) -> dict[Text, tuple[str, ...]]:
    """Return the translations in the text of a ``.po`` file; entries left empty and the header are skipped."""
    found: dict[Text, tuple[str, ...]] = {}
    fields: dict[str, str] = {}
    current = ""
    for line in [*catalogue.splitlines(), 'msgid ""']:
        match = re.match(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)\s+(\".*\")\s*$", line)
        if match and (match[1] == "msgctxt" or (match[1] == "msgid" and current != "msgctxt")):
            strings = tuple(value for key, value in sorted(fields.items()) if key.startswith("msgstr"))
            if fields.get("msgid") and all(strings) and strings:
                found[Text(fields["msgid"], fields.get("msgid_plural", ""), fields.get("msgctxt", ""))] = strings
            fields = {}
        if match:
            current = match[1]
            fields[current] = ast.literal_eval(match[2])
        elif current and line.startswith('"'):
            fields[current] += ast.literal_eval(line.strip())
    return found


def write(texts: Mapping[Text, list[str]], translations: Mapping[Text, tuple[str, ...]]) -> str:
    """Return the ``.po`` file: texts in the order of their files, each with its translation or none yet."""
    blocks = ['msgid ""\nmsgstr ""\n' + "\n".join(_quoted(line + "\n") for line in HEADER.splitlines())]
    for text, files in sorted(texts.items(), key=lambda item: (item[1][0], item[0].singular, item[0].context)):
        lines = [f"#: {name}" for name in files]
        if re.search(r"%\(\w+\)", text.singular):
            lines.append("#, python-format")
        if text.context:
            lines.append(f"msgctxt {_quoted(text.context)}")
        lines.append(f"msgid {_quoted(text.singular)}")
        strings = translations.get(text, ())
        if text.plural:
            lines.append(f"msgid_plural {_quoted(text.plural)}")
            given = strings or ("", "")
            lines += [f"msgstr[{number}] {_quoted(string)}" for number, string in enumerate(given)]
        else:
            lines.append(f"msgstr {_quoted(strings[0] if strings else '')}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def compiled(translations: Mapping[Text, tuple[str, ...]]) -> bytes:
    """Return the ``.mo`` file of GNU gettext (format revision 0, little-endian, no hash table)."""
    entries = {b"": HEADER.encode()}
    for text, strings in translations.items():
        key = (
            (text.context + "\4" if text.context else "") + text.singular + ("\0" + text.plural if text.plural else "")
        )
        entries[key.encode()] = "\0".join(strings).encode()
    keys = sorted(entries)
    start = 28 + 16 * len(keys)
    tables, body = b"", b""
    for strings_ in (keys, [entries[key] for key in keys]):
        for string in strings_:
            tables += struct.pack("<II", len(string), start + len(body))
            body += string + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 28 + 16 * len(keys))
    return head + tables + body


def complaints() -> list[str]:
    """Return what is wrong with the committed catalogue: texts missing, untranslated, altered, or not compiled."""
    texts = collect()
    translations = read(CATALOGUE.read_text(encoding="utf-8")) if CATALOGUE.is_file() else {}
    found = [
        f"{files[0]}: no English for {text.singular!r}" for text, files in texts.items() if text not in translations
    ]
    for text, strings in translations.items():
        wanted = set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text.singular))
        found += [
            f"the English of {text.singular!r} has other placeholders: {string!r}"
            for string in strings
            if set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", string)) != wanted
        ]
    current = {text: strings for text, strings in translations.items() if text in texts}
    if not found and (
        CATALOGUE.read_text(encoding="utf-8") != write(texts, current)
        or CATALOGUE.with_suffix(".mo").read_bytes() != compiled(current)
    ):
        found.append("the catalogue is not up to date: python -m tools.translations")
    return found


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def main(arguments: list[str]) -> int:
    """Bring the catalogue up to date, or check it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--merge", nargs="*", type=Path, default=[])
    options = parser.parse_args(arguments)
    if not options.check:
        texts = collect()
        known = read(CATALOGUE.read_text(encoding="utf-8")) if CATALOGUE.is_file() else {}
        for path in options.merge:
            known = {**read(path.read_text(encoding="utf-8")), **known}
        kept = {text: strings for text, strings in known.items() if text in texts}
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_text(write(texts, kept), encoding="utf-8")
        CATALOGUE.with_suffix(".mo").write_bytes(compiled(kept))
    found = complaints()
    for complaint in found:
        sys.stdout.write(f"{complaint}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
