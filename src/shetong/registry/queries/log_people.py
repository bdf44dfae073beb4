"""What the public log holds of people in an organisation's filings: commitments, by the words that name them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from shetong.core.errors import NotFoundError
from shetong.ledger.queries import people as salts
from shetong.ledger.rules.commitments import Opening, Personal
from shetong.registry.models import Filing, FilingKind, Organisation
from shetong.registry.queries.public_log import REGISTRY, people

SIDES = {"before": "变更前", "after": "变更后"}


@dataclass(frozen=True, slots=True)
class Mention:
    """One person mentioned by one filing; what is said of them is not here. ``erased``: nobody can open it any more."""

    filing_id: int
    field: str
    filing: str
    effective_on: date
    words: str
    erased: bool

    @property
    def reference(self) -> str:
        """Return the reference of the filing's entry in the log."""
        return f"filing-{self.filing_id}"


def mentions(organisation: Organisation) -> list[Mention]:
    """Return every mention in the organisation's own entries, the latest filing first. Two queries."""
    # The first filing of an imported body has no entry of its own; what an import changed later has.
    filings = (
        Filing.objects.filter(organisation=organisation).exclude(kind=FilingKind.IMPORT, before={}).order_by("-pk")
    )
    said = [(filing, field, personal) for filing in filings for field, personal in people(filing).items()]
    known = salts.salts(personal.subject for _, _, personal in said)
    return [
        Mention(
            filing.pk,
            field,
            filing.get_kind_display(),
            filing.effective_on,
            _words(field),
            personal.subject not in known,
        )
        for filing, field, personal in said
    ]


def mentioned(*, organisation: Organisation, filing_id: int, field: str) -> Personal:
    """Return what one filing says in one place. Raises :class:`NotFoundError`."""
    filing = Filing.objects.filter(pk=filing_id, organisation=organisation).first()
    personal = people(filing).get(field) if filing is not None else None
    if personal is None:
        raise NotFoundError(gettext("这条记载没有提到这个人，请刷新页面核对。"))
    return personal


def opening(*, filing_id: int, field: str, personal: Personal) -> Opening:
    """Return what opens the commitment. Raises :class:`NotFoundError` where it was erased."""
    return salts.openings(log=REGISTRY, reference=f"filing-{filing_id}", people={field: personal})[0]


def _words(field: str) -> str:
    side, _, place = field.partition(".")
    number = place.removeprefix("officer.")
    what = gettext("负责人第%(number)s项") % {"number": number} if number != place else gettext("法定代表人")
    return f"{gettext(SIDES[side])}：{what}"
