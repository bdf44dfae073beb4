"""Electronic seals: made, imported, renewed, declared compromised; and set under documents.

One seal of an authority seals at any time. Its private half lies sealed by :mod:`shetong.core.pii` and is destroyed
when the seal stops sealing. Seals come and go under an advisory lock; who seals holds the row with ``FOR SHARE``, so
that several processes that need a first seal make one, and a renewal waits for the documents that are being sealed.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.models import Seal, SealIssuer
from shetong.casework.rules import seal_certificates
from shetong.casework.rules.seal_certificates import Pair
from shetong.core import pii
from shetong.core.errors import DomainError, InvalidInputError, NotFoundError, WrongStateError

logger = structlog.get_logger(__name__)

CONTEXT = "seal.private"
ISSUER_CONTEXT = "seal_issuer.private"
# Key of the advisory lock under which seals come and go.
SEALS_LOCK = 0x5348_5345_414C
DEMO_REMARK = "演示印章，不具有法律效力"


@dataclass(frozen=True, slots=True)
class Held:
    """A seal ready for use, valid within the transaction that asked for it."""

    seal: Seal
    pair: Pair


class SealRunOutError(DomainError):
    """The authority has had a seal, and none of its seals is valid now; what must bear one waits. Status 503."""

    code = "seal-run-out"
    status = 503


def hold(authority_name: str, division_code: str, *, demo: bool, kept: bool = True) -> Held | None:
    """Return the authority's seal, held until the transaction ends; ``None`` where it never had one.

    Demonstration cases have seals of their own, made on first need. So do all others where the setting
    ``SEALS_AUTOMATIC`` says so and no real seal was ever registered.

    ``kept``: the document is kept as it is made, so it must not go without a seal for ever because the seal has run out
    or was declared void meanwhile: then :class:`SealRunOutError`; ``None`` for one that is made anew at each need.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a document is sealed inside a transaction")
    found = None if demo else _hold(authority_name, division_code, demo=False)
    if found is None and not demo and _had(authority_name, division_code):
        if kept:
            logger.error("seal.run_out", authority=authority_name, division=division_code)
            raise SealRunOutError(
                gettext("%(authority)s的电子印章已经到期或者作废，文书要等印章更新以后才能制发，请稍后再来。")
                % {"authority": authority_name}
            )
        return None
    if found is None and (demo or settings.SEALS_AUTOMATIC):
        found = _hold(authority_name, division_code, demo=True)
        if found is None:
            _lock()
            found = _hold(authority_name, division_code, demo=True) or _replace(
                authority_name, division_code, _issued(authority_name, division_code, demo=True),
                actor="system:first-seal", demo=True,
            )  # fmt: skip
    if found is None:
        return None
    private_key = pii.ring().open_content(bytes(found.private_key_sealed), context=CONTEXT)
    return Held(found, Pair(found.certificate, private_key, found.chain))


@transaction.atomic
def create(*, authority_name: str, division_code: str, actor: User | str) -> Seal:
    """Issue a seal by the deployment's own authority; the one in use, if any, only verifies from now on.

    Raises :class:`InvalidInputError`, ``ForbiddenError``.
    """
    _authorise(actor)
    _require_authority(authority_name, division_code)
    _lock()
    pair = _issued(authority_name.strip(), division_code, demo=False)
    return _replace(authority_name.strip(), division_code, pair, actor=actor)


@transaction.atomic
def import_pkcs12(*, authority_name: str, division_code: str, content: bytes, password: str, actor: User | str) -> Seal:
    """Register a seal that somebody else issued, from its PKCS#12 file; it seals from now on.

    Raises :class:`InvalidInputError`, :class:`WrongStateError` (registered before), ``ForbiddenError``.
    """
    _authorise(actor)
    _require_authority(authority_name, division_code)
    pair = seal_certificates.from_pkcs12(content, password, at=timezone.now())
    _lock()
    if Seal.objects.filter(fingerprint=pair.fingerprint).exists():
        raise WrongStateError(gettext("这枚印章早已登记，不能重复导入。"))
    return _replace(authority_name.strip(), division_code, pair, actor=actor, imported=True)


@transaction.atomic
def compromise(*, fingerprint: str, reason: str, actor: User | str) -> Seal:
    """Declare that a seal must no longer be believed. ``fingerprint``: its beginning, as ``list`` shows it.

    Raises :class:`InvalidInputError`, :class:`NotFoundError`, :class:`WrongStateError`, ``ForbiddenError``.
    """
    _authorise(actor)
    if not reason.strip():
        raise InvalidInputError(gettext("请写明印章作废的原因。"), fields={"reason": gettext("请写明原因。")})
    _lock()
    found = list(Seal.objects.select_for_update().filter(fingerprint__startswith=fingerprint.strip().lower())[:2])
    if len(found) != 1 or len(fingerprint.strip()) < 8:
        raise NotFoundError(gettext("没有找到这枚印章，请写出证书指纹的前12位，可用 shetong keys seals 查看。"))
    seal = found[0]
    if seal.use == Seal.Use.COMPROMISED:
        raise WrongStateError(gettext("该印章早已作废，无须再次操作。"))
    seal.compromised_at, seal.compromise_reason = timezone.now(), reason.strip()[:300]
    _end(seal, Seal.Use.COMPROMISED)
    detail = {"fingerprint": seal.fingerprint, "reason": seal.compromise_reason}
    audit.record(actor=actor, action="seal.compromise", target=seal, jurisdiction=seal.division_code, detail=detail)
    return seal


def _authorise(actor: User | str) -> None:
    # A text names a part of the system: the command line, where the operating system has already asked.
    if isinstance(actor, User):
        permissions.require(actor, Permission.SIGNING_KEYS_MANAGE, "")


def _require_authority(name: str, division_code: str) -> None:
    if not name.strip() or len(name) > 200:
        raise InvalidInputError(
            gettext("请写明机关全称，最多200个字。"), fields={"authority_name": gettext("请写明机关全称。")}
        )
    if not (len(division_code) == 6 and division_code.isascii() and division_code.isdigit()):
        raise InvalidInputError(
            gettext("行政区划代码应为6位数字。"), fields={"division_code": gettext("应为6位数字。")}
        )


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALS_LOCK])


def _hold(authority_name: str, division_code: str, *, demo: bool) -> Seal | None:
    """Return the seal in use with its row held, ``None`` without one or where its certificate has run out."""
    held = Seal.objects.raw(
        "SELECT * FROM casework_seal WHERE use = 'active' AND authority_name = %s AND division_code = %s"
        " AND demo = %s AND valid_to > now() FOR SHARE",
        [authority_name, division_code, demo],
    )
    return next(iter(held), None)


def _had(authority_name: str, division_code: str) -> bool:
    """Whether a real seal of the authority was ever registered."""
    return Seal.objects.filter(authority_name=authority_name, division_code=division_code, demo=False).exists()


def _issued(authority_name: str, division_code: str, *, demo: bool) -> Pair:
    remark = DEMO_REMARK if demo else ""
    return seal_certificates.issue(authority_name, division_code, _issuer(), at=timezone.now(), remark=remark)


def _issuer() -> Pair:
    """Return the deployment's authority, made where there is none; called under the lock."""
    there = SealIssuer.objects.filter(active=True).first()
    if there is not None:
        private_key = pii.ring().open_content(bytes(there.private_key_sealed), context=ISSUER_CONTEXT)
        return Pair(there.certificate, private_key)
    name, now = settings.SEALS_ISSUER_NAME, timezone.now()
    pair = seal_certificates.make_issuer(name, at=now)
    made = SealIssuer.objects.create(
        name=name,
        certificate=pair.certificate,
        private_key_sealed=pii.ring().seal_content(pair.private_key, context=ISSUER_CONTEXT),
        created_at=now,
    )
    audit.record(actor="system:first-seal", action="seal-issuer.create", target=made, detail={"name": name})
    return pair


def _replace(
    authority_name: str,
    division_code: str,
    pair: Pair,
    *,
    actor: User | str,
    imported: bool = False,
    demo: bool = False,
) -> Seal:
    """Put a new seal in the place of the one in use; called under the lock."""
    old = Seal.objects.select_for_update().filter(
        authority_name=authority_name, division_code=division_code, demo=demo, use=Seal.Use.ACTIVE
    )
    for seal in old:
        _end(seal, Seal.Use.RETIRED)
        audit.record(actor=actor, action="seal.retire", target=seal, jurisdiction=division_code)
    parsed = pair.parsed
    made = Seal.objects.create(
        authority_name=authority_name,
        division_code=division_code,
        demo=demo,
        imported=imported,
        certificate=pair.certificate,
        chain=pair.chain,
        fingerprint=pair.fingerprint,
        private_key_sealed=pii.ring().seal_content(pair.private_key, context=CONTEXT),
        valid_from=parsed.not_valid_before_utc,
        valid_to=parsed.not_valid_after_utc,
        created_at=timezone.now(),
    )
    detail = {"fingerprint": made.fingerprint, "authority": authority_name, "imported": imported, "demo": demo}
    audit.record(actor=actor, action="seal.create", target=made, jurisdiction=division_code, detail=detail)
    return made


def _end(seal: Seal, use: Seal.Use) -> None:
    seal.use = use
    seal.retired_at = seal.retired_at or timezone.now()
    seal.private_key_sealed = b""
    seal.save()
