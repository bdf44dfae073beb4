"""By which blind index designated systems know our volunteers: noted at registration, computed for older ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog
from django.conf import settings
from django.db import transaction

from shetong.core import pii
from shetong.volunteering.models import ExchangeItem, ExchangeKind, ExchangeProgress, Volunteer, VolunteerIndex
from shetong.volunteering.models import VolunteerState as State
from shetong.volunteering.rules import exchange as rules

logger = structlog.get_logger(__name__)
WALK = "exchange-index"
BATCH = 5_000
# The context under which volunteers' identity numbers are sealed.
NUMBER = "volunteer.identity_number"


def shared_key() -> bytes | None:
    """Return the key under which designated systems compute the index; ``None`` where this installation has none."""
    text: str = settings.VOLUNTEER_EXCHANGE_KEY
    return text.encode() if text else None


def note(volunteer_id: int, number: str) -> None:
    """Keep the index of a volunteer whose identity number is at hand. Nothing without the shared key."""
    key = shared_key()
    if key is not None:
        _keep({volunteer_id: rules.blind_index(number, key=key)})


def make(*, batches: int = 10) -> int:
    """Compute the indexes of volunteers from before there was a key; return how many. Nothing without the key.

    A walk in the order of keys that goes on where it ended: who registers later is noted then.
    """
    key = shared_key()
    made = 0
    for _ in range(batches if key is not None else 0):
        with transaction.atomic():
            walk, _new = ExchangeProgress.objects.select_for_update().get_or_create(name=WALK)
            rows = list(
                Volunteer.objects.filter(pk__gt=walk.position)
                .order_by("pk").values_list("pk", "identity_sealed", "exchange_index")[:BATCH]
            )  # fmt: skip
            if not rows:
                break
            opened = {
                pk: pii.open_sealed(bytes(sealed), context=NUMBER) for pk, sealed, has in rows if sealed and not has
            }
            made += _keep({pk: rules.blind_index(number, key=key or b"") for pk, number in opened.items()})
            walk.position = rows[-1][0]
            walk.save(update_fields=["position"])
    return made


def forget(people: Iterable[Volunteer]) -> None:
    """Delete the indexes of an erased person's records, and what systems sent under them.

    What became a record of service stays tied to it by the other system's number of the record alone.
    """
    ours = VolunteerIndex.objects.filter(volunteer__in=list(people))
    octets = list(ours.values_list("octets", flat=True))
    sent = ExchangeItem.objects.filter(index__in=octets)
    sent.filter(kind=ExchangeKind.VOLUNTEERS).delete()
    sent.filter(record__isnull=True).delete()
    sent.update(index=None)
    ours.delete()


def _keep(indexes: Mapping[int, bytes]) -> int:
    """Write indexes; one that a merged or erased record holds goes to whoever proves that identity now."""
    gone = (State.MERGED, State.ERASED)
    VolunteerIndex.objects.filter(octets__in=list(indexes.values()), volunteer__state__in=gone).delete()
    before = VolunteerIndex.objects.filter(volunteer__in=indexes).count()
    VolunteerIndex.objects.bulk_create(
        [VolunteerIndex(volunteer_id=pk, octets=octets) for pk, octets in indexes.items()], ignore_conflicts=True
    )
    kept = VolunteerIndex.objects.filter(volunteer__in=indexes).count()
    if kept < len(indexes):
        logger.warning("exchange.index_held_by_another", volunteers=len(indexes) - kept)
    return kept - before
