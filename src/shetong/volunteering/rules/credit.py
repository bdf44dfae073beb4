"""What credit information systems may be told of volunteers, after a catalogue and with consent only.

《慈善法》第一百零一条 and local catalogues of incentives name stars and hours; what somebody did is never told.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks texts for the catalogue


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the catalogue: its code in the exchange, title, unit and basis (empty: set by the deployment)."""

    code: str
    title: str
    unit: str
    basis: str = ""


CATALOGUE: tuple[Item, ...] = (
    Item("volunteer-star", N_("志愿者星级"), N_("级")),
    Item("volunteer-hours", N_("累计服务时长"), N_("小时"), "《中华人民共和国慈善法》第一百零一条"),
    Item("volunteer-honours", N_("受到的表彰"), N_("项"), "《志愿服务条例》第三十二条"),
)
CODES = tuple(item.code for item in CATALOGUE)
