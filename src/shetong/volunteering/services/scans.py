"""Scans made without a network: signed on the device, kept there, handed in later.

While online and logged in a browser makes a key (P-256, not extractable) and makes it known (:func:`enrol`). A scan is
the JSON text that the device signed. What the server relies on is not the device's clock but the code: only who saw the
organiser's phone in that half minute knows it. The clock is compared with it, and what differs is for a person to look
at. Handing a scan in again gives the answer that it had.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.core import pii
from shetong.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, NotFoundError
from shetong.volunteering.models import Device, Presence, PresenceAct, PresenceWay
from shetong.volunteering.rules import codes, fence
from shetong.volunteering.rules.fence import Position
from shetong.volunteering.services import attendance, volunteers
from shetong.volunteering.services.attendance import Shown

logger = structlog.get_logger(__name__)

LARGEST_BATCH = 50
FORMAT = "shetong-scan/1"
_DIGITS = re.compile(r"[0-9]{8}")
# Who is not admitted yet may be later: the scan waits on the phone.
_MAY_HELP = frozenset({"no-signup"})
# What is handed in within so much of its code was not made offline.
AT_ONCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Signed:
    """A scan as it comes: the very text, and the signature over its UTF-8 (r ‖ s, 64 octets)."""

    text: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scan. ``code``: ``accepted`` or why not; ``again``: whether trying later may help."""

    scan: str
    code: str
    message: str
    again: bool = False


@transaction.atomic
def enrol(*, actor: User, public_key: bytes, device: str) -> Device:
    """Make a browser's key known for the volunteer who is logged in; the same key again changes nothing.

    ``public_key``: SubjectPublicKeyInfo of a P-256 key in DER. Raises :class:`InvalidInputError`,
    :class:`ConflictError` where the key is somebody else's.
    """
    volunteer = volunteers.own(actor)
    try:
        key = load_der_public_key(public_key)
    except ValueError as error:
        raise InvalidInputError(gettext("这部手机的登记信息不对，请刷新页面重试。")) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1) or len(device) < 16:
        raise InvalidInputError(gettext("这部手机的登记信息不对，请刷新页面重试。"))
    held, new = Device.objects.get_or_create(
        public_key=public_key,
        defaults={"volunteer": volunteer, "tag": pii.blind_index(device, context=attendance.TAG),
                  "enrolled_at": timezone.now()},
    )  # fmt: skip
    if held.volunteer_id != volunteer.pk or held.revoked_at is not None:
        raise ConflictError(gettext("这部设备已停用或者属于另一位志愿者，请刷新页面重试。"))
    if new:
        audit.record(
            actor=actor, action="volunteer.device", target=volunteer, jurisdiction=volunteer.division_code,
            detail={"device": held.pk},
        )  # fmt: skip
    return held


@transaction.atomic
def revoke(*, actor: User, device_id: int) -> None:
    """End a device of one's own, for example one that was lost. Raises :class:`ForbiddenError`."""
    held = Device.objects.select_for_update().filter(pk=device_id, volunteer__user=actor).first()
    if held is None:
        raise ForbiddenError(gettext("只能停用自己的设备，请在“我的服务时长”中选择。"))
    if held.revoked_at is None:
        held.revoked_at = timezone.now()
        held.save(update_fields=["revoked_at"])
        audit.record(actor=actor, action="volunteer.device-end", target=held.volunteer, detail={"device": held.pk})


def synchronise(*, actor: User, device_id: int, sent_at: datetime, scans: Sequence[Signed]) -> list[Outcome]:
    """Take in what a device scanned while it was offline, in the order of time; each stands or falls alone.

    ``sent_at``: what the device's clock says while it sends this. Raises :class:`InvalidInputError` for more than
    :data:`LARGEST_BATCH`, :class:`ForbiddenError` where the device is not the person's.
    """
    if len(scans) > LARGEST_BATCH:
        raise InvalidInputError(gettext("一次最多提交%(most)d条，请分批提交。") % {"most": LARGEST_BATCH})
    device = Device.objects.filter(pk=device_id, volunteer__user=actor, revoked_at__isnull=True).first()
    if device is None:
        raise ForbiddenError(gettext("这部设备没有登记或者已经停用，请在联网时重新打开签到页面。"), code="device")
    slow = timezone.now() - sent_at
    read = sorted((_read(signed) for signed in scans), key=lambda one: str(one[1].get("at", "")))
    return [_one(actor, device, slow, signed, content) for signed, content in read]


def _read(signed: Signed) -> tuple[Signed, Mapping[str, Any]]:
    try:
        content = json.loads(signed.text)
    except ValueError:
        content = {}
    return signed, content if isinstance(content, dict) else {}


def _one(actor: User, device: Device, slow: timedelta, signed: Signed, content: Mapping[str, Any]) -> Outcome:
    name = str(content.get("scan", ""))
    try:
        with transaction.atomic():
            presence = _take(actor, device, slow, signed, content)
    except DomainError as error:
        audit.record(
            actor=actor,
            action="scan.refused",
            target=device.volunteer,
            detail={"device": device.pk, "code": error.code},
        )
        return Outcome(name, error.code, error.message, again=error.code in _MAY_HELP)
    except Exception as error:
        # One scan that nobody thought of must not keep the phone's others from coming in.
        logger.exception("scan.failed", device=device.pk, error=type(error).__name__)
        return Outcome(name, "later", gettext("暂时没有提交成功，稍后会自动再试。"), again=True)
    act = PresenceAct(presence.act).label
    at = f"{timezone.localtime(presence.at):%m-%d %H:%M}"
    return Outcome(name, "accepted", gettext("%(act)s已记录：%(at)s") % {"act": act, "at": at})


def _take(actor: User, device: Device, slow: timedelta, signed: Signed, content: Mapping[str, Any]) -> Presence:
    _verify(device, signed)
    number, session, step, code, act, at, position = _parts(content)
    before = Presence.objects.filter(scan=number).select_related("signup__volunteer").first()
    digest = sha256(signed.text.encode()).digest()
    if before is not None:
        if before.signup.volunteer_id != device.volunteer_id or bytes(before.digest or b"") != digest:
            raise ConflictError(gettext("这次扫码已经提交过别的内容，请重新扫描签到码。"))
        return before
    session, found = _shown(actor, session, step, code, typed=bool(content.get("typed")))
    shown = codes.middle_of(found)
    now = timezone.now()
    if shown > now + timedelta(seconds=codes.STEP_SECONDS * (codes.TOLERANCE_STEPS + 1)):
        raise InvalidInputError(gettext("签到码的时间晚于现在，请核对手机的时间后重新扫描。"), code="code")
    if shown < now - timedelta(days=settings.VOLUNTEER_OFFLINE_DAYS):
        raise InvalidInputError(gettext("离线签到已经过期，请联系团体工作人员补录。"), code="too-old")
    differs = round((at + slow - shown).total_seconds())
    way = PresenceWay.DIGITS if content.get("typed") else PresenceWay.QR
    if now - shown > AT_ONCE:
        way = PresenceWay.OFFLINE
    return attendance.come_or_leave(
        attendance.own_signup(actor, session), act,
        Shown(way, min(shown, now), position, found, "", device, number, digest,
              max(-(2**31), min(differs, 2**31 - 1)), sure=content.get("sure") is True),
        actor=actor,
    )  # fmt: skip


def _shown(actor: User, session: int, step: int, code: str, *, typed: bool) -> tuple[int, int]:
    """Return in which session and at which step a code was shown.

    Who typed the digits names the step by the device's clock, which may be a little off, and may have chosen another
    of their sessions than the one whose code they saw.
    """
    moment = codes.middle_of(step)
    near = [session, *(pk for pk in attendance.near_sessions(actor, moment) if typed and pk != session)]
    for pk in near:
        try:
            found = codes.shown_at(attendance.secret_of(pk), code, moment)
        except NotFoundError:
            continue
        if found is not None:
            return pk, found
    raise InvalidInputError(gettext("签到码不对，请重新扫描现场工作人员手机上的签到码。"), code="code")


def _verify(device: Device, signed: Signed) -> None:
    key = load_der_public_key(bytes(device.public_key))
    half = len(signed.signature) // 2
    try:
        if len(signed.signature) != 64 or not isinstance(key, ec.EllipticCurvePublicKey):
            raise InvalidSignature
        encoded = encode_dss_signature(
            int.from_bytes(signed.signature[:half], "big"), int.from_bytes(signed.signature[half:], "big")
        )
        key.verify(encoded, signed.text.encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, UnicodeEncodeError) as error:
        raise InvalidInputError(
            gettext("离线签到的签名不对，没有采用。请联网后重新签到，或者联系团体工作人员补录。"), code="signature"
        ) from error


def _parts(
    content: Mapping[str, Any],
) -> tuple[UUID, int, int, str, PresenceAct, datetime, Position | None]:
    """Read a scan. Raises :class:`InvalidInputError` where it is not of the form."""
    try:
        if content["format"] != FORMAT or len(str(content["device"])) < 16:
            raise ValueError
        number, code = content["scan"], content["code"]
        session, step = int(content["session"]), int(content["step"])
        if not (isinstance(number, str) and isinstance(code, str) and _DIGITS.fullmatch(code)):
            raise ValueError
        if not (0 < session < 2**63 and 1 < step < 2**31):
            raise ValueError
        return (
            UUID(number), session, step, code, PresenceAct(content["act"]),
            datetime.fromtimestamp(content["at"] / 1000, UTC), fence.read(content["place"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise InvalidInputError(
            gettext("离线签到的内容残缺，没有采用。请联网后重新签到，或者联系团体工作人员补录。"), code="scan-format"
        ) from error
