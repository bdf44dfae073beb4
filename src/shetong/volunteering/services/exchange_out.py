"""What goes out to other volunteer systems: changes put in order by one sequencer, and who may read them.

Triggers note what changed; the sequencer, one at a time under an advisory lock, numbers it, so that a reader who has
come to a number has seen everything before it. Hours are followed by their events; events that were committed late are
still found within :data:`OVERLAP` numbers, and reconciliation finds the rest.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import ApiKey, User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.http_signatures import WINDOW, public_key
from shetong.volunteering.models import (
    ExchangeNonce,
    SystemKey,
    Volunteer,
    VolunteerIndex,
    VolunteerSystem,
)
from shetong.volunteering.queries import exchange as queries
from shetong.volunteering.rules import exchange as rules
from shetong.volunteering.services import volunteers

LOCK = 0x5348_5645_5843
BATCH = 5_000
OVERLAP = 20_000
SCOPE = "volunteering.exchange"

_PUBLIC = """
WITH taken AS (
    DELETE FROM volunteering_exchangedirty WHERE id IN (
        SELECT id FROM volunteering_exchangedirty WHERE kind IN ('organisations', 'activities')
        ORDER BY id LIMIT %(batch)s
    ) RETURNING id, kind, object_id
)
INSERT INTO volunteering_exchangechange (kind, object_id, recorded_at)
SELECT kind, object_id, %(now)s FROM taken ORDER BY id
"""
# Volunteers go to the systems that know them already, and all their records with them where they agree.
_PEOPLE = """
WITH taken AS (
    DELETE FROM volunteering_exchangedirty WHERE id IN (
        SELECT id FROM volunteering_exchangedirty WHERE kind = 'volunteers' ORDER BY id LIMIT %(batch)s
    ) RETURNING id, object_id
), known AS (
    SELECT t.id, t.object_id AS volunteer_id, s.id AS system_id
    FROM taken t
    JOIN volunteering_systemnumber n ON n.volunteer_id = t.object_id
    JOIN volunteering_volunteersystem s ON s.code = n.system AND s.ended_on IS NULL
), people AS (
    INSERT INTO volunteering_exchangechange (kind, object_id, system_id, recorded_at)
    SELECT 'volunteers', volunteer_id, system_id, %(now)s FROM known ORDER BY id
)
INSERT INTO volunteering_exchangechange (kind, object_id, system_id, event, recorded_at)
SELECT 'records', r.id, k.system_id, last.id, %(now)s
FROM known k
JOIN volunteering_servicerecord r ON r.volunteer_id = k.volunteer_id AND r.source = ''
JOIN LATERAL (SELECT max(e.id) AS id FROM volunteering_hoursevent e WHERE e.record_id = r.id) AS last
    ON last.id IS NOT NULL
WHERE EXISTS (SELECT FROM volunteering_consent c WHERE c.volunteer_id = k.volunteer_id AND c.purpose = 'transfer'
              AND c.withdrawn_at IS NULL)
ORDER BY k.id, r.id
ON CONFLICT DO NOTHING
"""
_HOURS = """
INSERT INTO volunteering_exchangechange (kind, object_id, system_id, event, recorded_at)
SELECT 'records', r.id, s.id, e.id, %(now)s
FROM volunteering_hoursevent e
JOIN volunteering_servicerecord r ON r.id = e.record_id AND r.source = ''
JOIN volunteering_systemnumber n ON n.volunteer_id = r.volunteer_id
JOIN volunteering_volunteersystem s ON s.code = n.system AND s.ended_on IS NULL
JOIN volunteering_consent c ON c.volunteer_id = r.volunteer_id AND c.purpose = 'transfer' AND c.withdrawn_at IS NULL
WHERE e.id > %(since)s
ORDER BY e.id
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def sequence() -> int:
    """Put what changed in order; return how many changes were numbered. Does nothing where another does it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT coalesce(max(event), 0) FROM volunteering_exchangechange")
        since = cursor.fetchone()[0] - OVERLAP
        given = {"batch": BATCH, "now": timezone.now(), "since": since}
        total = 0
        for statement in (_PUBLIC, _PEOPLE, _HOURS):
            cursor.execute(statement, given)
            total += cursor.rowcount
    return total


def make_indexes(*, batch: int = BATCH) -> int:
    """Compute the exchange index of volunteers who have none; return how many. Nothing without the shared key."""
    key = shared_key()
    if key is None:
        return 0
    rows = Volunteer.objects.filter(identity_sealed__isnull=False, exchange_index__isnull=True).order_by("pk")[:batch]
    made = 0
    for pk, sealed in rows.values_list("pk", "identity_sealed"):
        number = pii.open_sealed(bytes(sealed or b""), context=volunteers.NUMBER)
        octets = rules.blind_index(number, key=key)
        made += bool(VolunteerIndex.objects.get_or_create(volunteer_id=pk, defaults={"octets": octets})[1])
    return made


def shared_key() -> bytes | None:
    """Return the key under which designated systems compute the index; ``None`` where this installation has none."""
    text: str = settings.VOLUNTEER_EXCHANGE_KEY
    return text.encode() if text else None


@transaction.atomic
def add_key(*, actor: User | None, system_code: str, api_key_prefix: str, key: str) -> SystemKey:
    """Let an API key speak for a system, its requests signed with ``key`` (Ed25519, base64 of 32 octets).

    Who may grant attributes for the nation; ``None`` is the installation itself. Raises :class:`NotFoundError`,
    :class:`InvalidInputError`, :class:`ConflictError`, :class:`ForbiddenError`.
    """
    _authorise(actor)
    system = VolunteerSystem.objects.filter(code=system_code, ended_on__isnull=True).first()
    if system is None:
        raise NotFoundError(gettext("没有这个系统。"))
    api_key = ApiKey.objects.filter(prefix=api_key_prefix.strip(), revoked_at__isnull=True).first()
    if api_key is None or SCOPE not in api_key.scopes:
        raise InvalidInputError(
            gettext("没有这个接口密钥，或者没有数据交换权限。"), fields={"api_key": gettext("请核对接口密钥的前缀。")}
        )
    octets = public_key(key)
    if octets is None:
        raise InvalidInputError(
            gettext("签名公钥的格式不对。"), fields={"public_key": gettext("Ed25519 公钥，32字节的 base64。")}
        )
    try:
        with transaction.atomic():
            made = SystemKey.objects.create(system=system, api_key=api_key, public_key=octets, added_at=timezone.now())
    except IntegrityError as error:
        raise ConflictError(gettext("这个接口密钥已经登记给一个系统。")) from error
    audit.record(
        actor=actor or "system:volunteering", action="volunteer-system.key", target=system, jurisdiction="100000",
        detail={"api_key": api_key.prefix},
    )  # fmt: skip
    return made


@transaction.atomic
def certify(*, actor: User, system_code: str) -> VolunteerSystem:
    """Let a system that has passed every step of the test exchange for good.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`.
    """
    _authorise(actor)
    system = VolunteerSystem.objects.select_for_update().filter(code=system_code, ended_on__isnull=True).first()
    if system is None:
        raise NotFoundError(gettext("没有这个系统。"))
    if system.certified_at is not None:
        raise WrongStateError(gettext("这个系统早已通过测试。"))
    if missing := queries.missing_steps(system):
        raise WrongStateError(
            gettext("还有测试步骤没有通过：%(steps)s。")
            % {"steps": "、".join(gettext(step.title) for step in missing)},
            code="steps-missing",
        )
    system.certified_at = timezone.now()
    system.save(update_fields=["certified_at"])
    audit.record(actor=actor, action="volunteer-system.certify", target=system, jurisdiction="100000")
    return system


def use_nonce(key: SystemKey, nonce: str, created: int) -> bool:
    """Note that a nonce was used; ``False`` where it was used before."""
    expires = datetime.fromtimestamp(created, tz=timezone.get_default_timezone()) + timedelta(seconds=2 * WINDOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO volunteering_exchangenonce (key_id, nonce, expires_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [key.pk, nonce, expires],
        )
        return bool(cursor.rowcount)


def forget_nonces() -> int:
    """Delete nonces whose signatures are stale anyway; return how many."""
    return ExchangeNonce.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def _authorise(actor: User | None) -> None:
    if actor is not None:
        permissions.require(actor, Permission.ATTRIBUTE_GRANT, "100000")
