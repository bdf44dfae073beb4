"""Published permits, those whose publication is late, and those that a receiver would send back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission
from shetong.core.errors import DomainError
from shetong.registry.models import Authority, PermitRecord
from shetong.registry.queries.authorities import within

MOST = 20_000
# What the office looks back upon: permits decided since so many days.
LOOK_BACK = timedelta(days=366)
TABS = ("waiting", "late", "incomplete", "published", "withdrawn")


class TooManyPermitsError(DomainError):
    """A file of the period would have more permits than one file has."""

    code = "too-many-permits"


# Longest texts of the format of 2019 where the register takes longer ones.
LONGEST_NUMBER, LONGEST_REPRESENTATIVE = 64, 50


def published(first: date, last: date) -> QuerySet[PermitRecord]:
    """Return the published permits decided in a period that stand, the latest first."""
    found = PermitRecord.objects.filter(published_at__isnull=False, decided_on__gte=first, decided_on__lte=last)
    found = found.filter(withdrawn_at__isnull=True)
    return found.select_related("organisation__authority").order_by("-decided_on", "-id")


def told(first: date, last: date, grants: Grants | None = None) -> list[PermitRecord]:
    """Return what a file of a period tells receivers: permits decided, corrected or withdrawn in it, published ones.

    ``grants``: of the viewer's jurisdictions alone. Raises :class:`TooManyPermitsError` for more than :data:`MOST`: a
    file that is cut off would be taken for the whole.
    """
    seen = PermitRecord.objects.all() if grants is None else _seen(grants)
    start = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    found = seen.filter(
        Q(decided_on__gte=first, decided_on__lte=last)
        | Q(withdrawn_at__gte=start, withdrawn_at__lt=end)
        | Q(corrected_at__gte=start, corrected_at__lt=end),
        published_at__isnull=False,
    )
    there = list(found.select_related("organisation__authority").order_by("-decided_on", "-id")[: MOST + 1])
    if len(there) > MOST:
        raise TooManyPermitsError(gettext("这段时间的许可超过%(most)s条，请缩短时间，分几份下载。") % {"most": MOST})
    return there


def late(today: date | None = None) -> QuerySet[PermitRecord]:
    """Return the permits that should have been published already, the oldest duty first."""
    day = today or timezone.localdate()
    waiting = PermitRecord.objects.filter(published_at__isnull=True, withdrawn_at__isnull=True, publish_by__lt=day)
    return waiting.select_related("organisation__authority").order_by("publish_by", "id")


def listed(grants: Grants, tab: str, *, text: str = "", today: date | None = None) -> QuerySet[PermitRecord]:
    """Return the permits of the viewer's jurisdictions under a tab, what is most urgent first.

    ``late``: not published in time, or published after the time; ``incomplete``: something that receivers call for is
    missing or too long. Of what is published, what was decided in the last year; of what is withdrawn, what was then.
    """
    day = today or timezone.localdate()
    found = _seen(grants).filter(withdrawn_at__isnull=tab != "withdrawn")
    order = ("publish_by", "pk")
    if tab == "waiting":
        found = found.filter(published_at__isnull=True)
    elif tab == "late":
        found = found.filter(
            Q(published_at__isnull=True, publish_by__lt=day)
            | Q(decided_on__gte=day - LOOK_BACK, published_at__date__gt=F("publish_by"))
        )
        order = (F("published_at").asc(nulls_first=True), "publish_by", "pk")  # type: ignore[assignment]
    elif tab == "incomplete":
        found = _incomplete(found.filter(Q(published_at__isnull=True) | Q(decided_on__gte=day - LOOK_BACK)))
    elif tab == "withdrawn":
        found = found.filter(published_at__isnull=False, withdrawn_at__date__gte=day - LOOK_BACK)
        order = ("-withdrawn_at", "-pk")
    else:
        found = found.filter(published_at__isnull=False, decided_on__gte=day - LOOK_BACK)
        order = ("-decided_on", "-pk")
    if asked := text.strip()[:100]:
        found = found.filter(
            Q(document_number=asked) | Q(subject_name__icontains=asked) | Q(organisation__uscc=asked.upper())
        )
    return found.select_related("organisation__authority").order_by(*order)


def for_officer(grants: Grants, permit_id: int) -> PermitRecord | None:
    """Return a permit of the viewer's jurisdictions, else ``None``."""
    return _seen(grants).select_related("organisation__authority").filter(pk=permit_id).first()


def without_code(grants: Grants) -> int:
    """Return how many of the viewer's authorities have decided permits and have no code to publish them under."""
    bare = Authority.objects.filter(within(grants, Permission.REGISTER_VIEW_INTERNAL), uscc="")
    decided = PermitRecord.objects.filter(organisation__authority=OuterRef("pk"), withdrawn_at__isnull=True)
    return bare.filter(Exists(decided)).count()


def foreign_authorities(permits: Iterable[PermitRecord]) -> set[str]:
    """Return the names of authorities that decided and are not the organisation's own any more."""
    return {one.authority_name for one in permits if one.authority_name != one.organisation.authority.name}


def _seen(grants: Grants) -> QuerySet[PermitRecord]:
    field = "organisation__authority__division_code"
    return PermitRecord.objects.filter(within(grants, Permission.REGISTER_VIEW_INTERNAL, field))


def _incomplete(found: QuerySet[PermitRecord]) -> QuerySet[PermitRecord]:
    """Return those that the format of 2019 would find fault with; what exactly, its elements say."""
    own = Q(authority_name=F("organisation__authority__name"))
    wanting = (
        Q(organisation__uscc__isnull=True)
        | Q(legal_representative="", organisation__legal_representative="")
        | Q(document_title="", title="")
        | Q(content="", title="")
        | (own & Q(organisation__authority__uscc=""))
        | (~own & ~Q(authority_name__in=Authority.objects.exclude(uscc="").values("name")))
        | Q(number_length__gt=LONGEST_NUMBER)
        | Q(representative_length__gt=LONGEST_REPRESENTATIVE)
    )
    measured = found.alias(
        number_length=Length("document_number"), representative_length=Length("legal_representative")
    )
    return measured.filter(wanting)
