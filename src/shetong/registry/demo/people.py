"""Generated people: names drawn from common characters, identity numbers that are well formed and can be nobody's."""

from __future__ import annotations

from datetime import date, timedelta

from shetong.core.identifiers import identity_check_character
from shetong.registry.demo.acts import DemoPerson

# Whoever was born then would be older than anybody ever was; and no county has a code that ends in 0000.
_FIRST_BIRTH = date(1880, 1, 1)
_DAYS = 6_900
MOST = _DAYS * 998


def demo_person(number: int, name: str, province: str) -> DemoPerson:
    """Return the person ``number`` (below :data:`MOST`, each another identity number) of a province's two digits.

    Raises ``ValueError`` for numbers beyond.
    """
    serial, day = divmod(number, _DAYS)
    if not 0 <= number < MOST:
        raise ValueError("more demonstration people than there are numbers for them")
    born = _FIRST_BIRTH + timedelta(days=day)
    first17 = f"{province}0000{born:%Y%m%d}{serial + 1:03d}"
    # 000 is no area code and no mobile prefix.
    return DemoPerson(name, first17 + identity_check_character(first17), f"000-{number:08d}")
