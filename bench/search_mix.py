"""The fixed mix of 2,000 queries of ``bench_search``, drawn from the register by a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from shetong.core import divisions
from shetong.core.pinyin import transliterate
from shetong.core.text import key
from shetong.registry.models import Organisation, SearchEntry

SEED = 20260630
COUNTS = {
    "exact": 300,
    "fragment": 540,  # one to six characters, ninety of each length
    "pinyin": 240,  # half initials of the whole name, half its full pinyin
    "code": 150,  # two thirds whole codes, one third their beginnings
    "filter": 200,
    "typo": 250,
    "short": 200,
    "miss": 120,
}
TYPOS = 2_000
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_NOWHERE = "魑魅魍魉饕餮貔貅囫囵龃龉旮旯氍毹"  # characters that no name in the register's vocabulary has
# A name without its division may be borne in many places; only where few bear it can one of them be meant.
_FEW = 5


@dataclass(frozen=True, slots=True)
class Query:
    """One query: its kind, its parameters, and the code of the organisation that it was made from, if one is meant."""

    kind: str
    parameters: tuple[tuple[str, str], ...]
    wanted: str = ""

    @property
    def path(self) -> str:
        """The address on the server."""
        return "/api/v1/organisations?" + urlencode(self.parameters)


@dataclass(frozen=True, slots=True)
class Sampled:
    """An organisation as drawn."""

    code: str
    name: str
    kind: str
    division: str
    year: int


def queries() -> list[Query]:
    """Return the 2,000 queries, in an order that mixes the kinds."""
    rng = random.Random(SEED)
    pool = _sample(rng, 6_000)
    rng.shuffle(pool)
    found: list[Query] = []
    makers: dict[str, Callable[[random.Random, Sampled, int], Query | None]] = {
        "exact": lambda _r, one, _n: Query("exact", (("q", one.name),), one.code),
        "fragment": _fragment,
        "pinyin": _pinyin,
        "code": _code,
        "filter": _filter,
        "typo": _typo,
        "short": _short,
        "miss": _miss,
    }
    supply = iter(pool)
    for kind, count in COUNTS.items():
        made = 0
        while made < count:
            query = makers[kind](rng, next(supply), made)
            if query is not None:
                found.append(query)
                made += 1
    rng.shuffle(found)
    return found


def typos() -> list[Query]:
    """Return 2,000 queries with an error: where most of a few misses are ambiguous, 250 tell little about the share."""
    rng = random.Random(SEED + 1)
    return [query for number, one in enumerate(_sample(rng, TYPOS)) if (query := _typo(rng, one, number))]


def _sample(rng: random.Random, count: int) -> list[Sampled]:
    """Draw by place in the order of codes: row numbers differ from load to load, and the mix would with them."""
    codes = sorted(filter(None, Organisation.objects.values_list("uscc", flat=True).iterator(chunk_size=50_000)))
    wanted = rng.sample(codes, min(count * 2, len(codes)))
    rows = Organisation.objects.filter(uscc__in=wanted).order_by("uscc")
    fields = rows.values_list("uscc", "name", "kind", "division_code", "founded_on")
    drawn = [Sampled(code or "", name, kind, where, founded.year) for code, name, kind, where, founded in fields]
    rng.shuffle(drawn)
    if len(drawn) < count:
        raise SystemExit("the register is too small for the mix of queries; load the demo first")
    return drawn[:count]


def _fragment(rng: random.Random, one: Sampled, number: int) -> Query | None:
    length = number % 6 + 1
    if len(one.name) < length:
        return None
    start = rng.randrange(len(one.name) - length + 1)
    return Query(f"fragment-{length}", (("q", one.name[start : start + length]),))


def _pinyin(_rng: random.Random, one: Sampled, number: int) -> Query:
    spelling = transliterate(key(one.name))
    return Query("pinyin", (("q", spelling.pinyin.replace(" ", "") if number % 2 else spelling.initials),), one.code)


def _code(rng: random.Random, one: Sampled, number: int) -> Query:
    if number % 3:
        return Query("code", (("q", one.code),), one.code)
    return Query("code-prefix", (("q", one.code[: rng.randint(2, 12)]),))


def _filter(rng: random.Random, one: Sampled, number: int) -> Query:
    province, city = one.division[:2] + "0000", one.division[:4] + "00"
    start = rng.randrange(max(1, len(one.name) - 2))
    fragment = one.name[start : start + 2]
    choices = (
        (("q", fragment), ("division", province)),
        (("q", fragment), ("kind", one.kind)),
        (("division", city if divisions.get(city) else province), ("kind", one.kind)),
        (("q", fragment), ("charity", "1")),
        (("q", fragment), ("founded_from", str(one.year)), ("founded_to", str(one.year + 3))),
        (("q", fragment), ("status", "deregistered"), ("sort", "newest")),
        (("division", one.division), ("fundraising", "1")),
        (("q", fragment), ("sort", "oldest")),
    )
    return Query("filter", choices[number % len(choices)])


def _typo(rng: random.Random, one: Sampled, number: int) -> Query:
    """One character missing, or replaced by a character that names have."""
    at = rng.randrange(len(one.name))
    if number % 2:
        return Query("typo", (("q", one.name[:at] + one.name[at + 1 :]),), one.code)
    common = "会协心学中国市县区人民社教育文化服务爱生健康乐天明和平安"
    other = rng.choice([each for each in common if each != one.name[at]])
    return Query("typo", (("q", one.name[:at] + other + one.name[at + 1 :]),), one.code)


def _short(_rng: random.Random, one: Sampled, number: int) -> Query | None:
    """The short name of the division only (瑶海…), or no division at all."""
    match = divisions.find(one.name)
    if match is None or len(match.remaining) < 4 or match.remaining == one.name:
        return None
    if number % 2:
        return Query("short", (("q", match.division.short_name + match.remaining),), one.code)
    if _bearers(match.remaining) > _FEW:
        return None
    return Query("short", (("q", match.remaining),), one.code)


def _bearers(part: str) -> int:
    """Count the names that end with ``part``, independently of the search's own tokens."""
    return SearchEntry.objects.filter(text__endswith=key(part)).count()


def _miss(rng: random.Random, one: Sampled, number: int) -> Query:
    """Something that no organisation is called."""
    if number % 3 == 0:
        word = "".join(rng.choice("qxzvjk") for _ in range(rng.randint(4, 9)))
    elif number % 3 == 1:
        word = "".join(rng.sample(_NOWHERE, rng.randint(2, 6)))
    else:
        word = one.name[:2] + "".join(rng.sample(_NOWHERE, 3))
    return Query("miss", (("q", word),))
