"""Write the tables that names are folded and transliterated with (``src/shetong/core/data``).

Run it when pypinyin or OpenCC brought new data: ``python tools/build_name_tables.py``. Sources: pypinyin (MIT) for
readings, OpenCC's ``TSCharacters`` (Apache-2.0) for traditional characters. The tables are shipped so that starting a
server loads small files instead of dictionaries of a hundred thousand words, and so that two servers never disagree.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections import defaultdict
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "src" / "shetong" / "core" / "data"

# Readings that prevail in names of organisations and places where the dictionary puts another first.
PREVAILING = {
    "厦": "xia",
    "都": "du",
    "长": "chang",
    "曾": "zeng",
    "调": "tiao",
    "佛": "fo",
    "薄": "bo",
    "给": "ji",
    "泊": "bo",
    "什": "shi",
    "勒": "le",
    "仔": "zi",
}

# Place names and terms of the field that the phrase dictionary lacks or reads otherwise.
ADDITIONS = {
    "洪洞": "hong tong",
    "浚县": "xun xian",
    "莘庄": "xin zhuang",
    "歙县": "she xian",
    "民乐团": "min yue tuan",
    "乐团": "yue tuan",
    "乐协": "yue xie",
    "乐学会": "yue xue hui",
    "乐器": "yue qi",
    "乐队": "yue dui",
    "行业": "hang ye",
    "行协": "hang xie",
    "成长": "cheng zhang",
    "家长": "jia zhang",
    "校长": "xiao zhang",
    "长者": "zhang zhe",
    "会展": "hui zhan",
    "重大": "zhong da",
    "重点": "zhong dian",
}

# Ordinary words that keep the next phrase from being read across a boundary: 协会|计划 is no 会计.
BOUNDARIES = [
    f"{first}会" for first in "协学商总工分社合金究进谊员盟友机体大年宴晚展盛聚运茶集公议国教慈善理董监妇侨残科文联"
]

# Phrases of the dictionary that in names are nearly always two words: 湖南省|长沙市, 市|长银.
DROPPED = {"市长", "省长", "县长", "区长", "州长", "镇长", "乡长", "村长", "一了", "中行", "会行", "会和", "区重"}


def plain(reading: str) -> str:
    """Return a reading without tone marks, ü written v."""
    umlaut = reading.translate(str.maketrans("üǖǘǚǜ", "vvvvv"))
    return "".join(c for c in unicodedata.normalize("NFD", umlaut) if not unicodedata.combining(c))


def readings() -> tuple[dict[str, str], dict[str, str]]:
    """Return the prevailing reading of every character, and the phrases that are read otherwise."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    single = {chr(code): plain(value.split(",")[0]) for code, value in PINYIN_DICT.items()} | PREVAILING
    single = {c: r for c, r in single.items() if r.isascii() and r.isalpha()}

    def default(phrase: str) -> str:
        return " ".join(single[c] for c in phrase)

    phrases: dict[str, str] = {}
    known = {p: " ".join(plain(r[0]) for r in rs) for p, rs in PHRASES_DICT.items() if len(p) == len(rs)} | ADDITIONS
    for phrase in sorted(known, key=lambda p: (len(p), p)):
        if len(phrase) > 3 or any(c not in single for c in phrase) or phrase in BOUNDARIES or phrase in DROPPED:
            continue
        explained = default(phrase).split()
        for start in range(len(phrase)):
            for length in (2, 3):
                part = phrases.get(phrase[start : start + length])
                if part:
                    explained[start : start + length] = part.split()
        if " ".join(explained) != known[phrase] or phrase in ADDITIONS:
            phrases[phrase] = known[phrase]
    for boundary in BOUNDARIES:
        phrases[boundary] = default(boundary)
    return single, phrases


def main() -> None:
    """Write ``pinyin.txt`` (readings), ``pinyin_phrases.txt`` and ``variants.txt`` (traditional → simplified)."""
    single, phrases = readings()
    by_reading: dict[str, list[str]] = defaultdict(list)
    for character in sorted(single):
        by_reading[single[character]].append(character)
    DATA.mkdir(exist_ok=True)
    lines = [f"{reading}\t{''.join(characters)}\n" for reading, characters in sorted(by_reading.items())]
    (DATA / "pinyin.txt").write_text("".join(lines), encoding="utf-8")
    lines = [f"{phrase}\t{reading}\n" for phrase, reading in sorted(phrases.items())]
    (DATA / "pinyin_phrases.txt").write_text("".join(lines), encoding="utf-8")
    spec = importlib.util.find_spec("opencc")
    if spec is None or spec.origin is None:
        raise SystemExit("opencc-python-reimplemented is not installed")
    source = Path(spec.origin).parent / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in source.read_text(encoding="utf-8").splitlines() if "\t" in line)
    single_pairs = sorted((old, new.split(" ")[0]) for old, new in pairs if len(old) == 1)
    lines = [f"{old}{new}\n" for old, new in single_pairs if old != new and len(new) == 1]
    (DATA / "variants.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
