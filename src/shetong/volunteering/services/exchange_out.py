"""Who may speak for another volunteer system: its keys, its certification, nonces that were used."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import ApiKey, User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.http_signatures import WINDOW, public_key
from shetong.volunteering.models import (
    ExchangeNonce,
    SystemKey,
    VolunteerSystem,
)
from shetong.volunteering.queries import exchange as queries

SCOPE = "volunteering.exchange"


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
