"""A person's channels: an address is given, confirmed with the code that was sent there, used, muted, taken back."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from shetong.accounts.models import AuditEvent, Channel, MessageChannel, Topic, User
from shetong.accounts.services import audit, channels
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from shetong.store import resealing

ADDRESS, CODE = "message.address", "message.code"
CODE_TASK = "accounts.send_channel_code"
CODE_LASTS = timedelta(minutes=30)
BETWEEN_CODES = timedelta(seconds=60)
MOST_TRIES = 5
# So many codes go out for one person within 24 hours, whatever addresses are given.
MOST_CODES = 10

_MOBILE = re.compile(r"1[3-9]\d{9}")
_OPEN_ID = re.compile(r"[A-Za-z0-9_-]{20,40}")


@transaction.atomic
def set_address(*, user: User, channel: str, address: str) -> MessageChannel:
    """Keep an address and have a code sent there; it is used once confirmed.

    Raises :class:`InvalidInputError`, :class:`ConflictError` where a code went out a moment ago.
    """
    way = _known(channel)
    cleaned = _cleaned(way, address)
    User.objects.select_for_update().get(pk=user.pk)
    found = MessageChannel.objects.filter(user=user, channel=way).first() or MessageChannel(user=user, channel=way)
    now = timezone.now()
    if found.code_sent_at is not None and now - found.code_sent_at < BETWEEN_CODES:
        raise ConflictError(_("验证码刚刚发送过，请等一分钟再试。"))
    sent = AuditEvent.objects.filter(
        actor=user, action="message-channel.set", recorded_at__gte=now - timedelta(days=1)
    ).count()
    if sent >= MOST_CODES:
        raise ConflictError(_("24小时内最多发送%(most)s次验证码，请明天再试。") % {"most": MOST_CODES})
    found.address = pii.seal(cleaned, context=ADDRESS)
    found.address_masked = _mask(way, cleaned)
    found.code = pii.seal(f"{secrets.randbelow(1_000_000):06}", context=CODE)
    found.code_sent_at, found.code_tries, found.confirmed_at = now, 0, None
    found.save()
    app.configure_task(CODE_TASK, queue="messages").defer(channel_id=found.pk)
    audit.record(actor=user, action="message-channel.set", target=user, detail={"channel": way.value})
    return found


def confirm(*, user: User, channel: str, code: str) -> MessageChannel:
    """Take an address into use with the code that was sent there.

    Raises :class:`NotFoundError`, :class:`WrongStateError` (too many tries, too late), :class:`InvalidInputError`.
    A wrong try is counted even though it is refused.
    """
    with transaction.atomic():
        found = _locked(user, channel)
        if found.confirmed_at is not None:
            return found
        late = found.code_sent_at is None or timezone.now() - found.code_sent_at > CODE_LASTS
        if late or found.code_tries >= MOST_TRIES or not found.code:
            raise WrongStateError(_("验证码已经失效，请重新发送。"))
        given = _digits(code)
        if secrets.compare_digest(given, pii.open_sealed(bytes(found.code), context=CODE)):
            found.confirmed_at, found.code = timezone.now(), b""
            found.save(update_fields=["confirmed_at", "code"])
            audit.record(actor=user, action="message-channel.confirm", target=user, detail={"channel": found.channel})
            return found
        found.code_tries += 1
        found.save(update_fields=["code_tries"])
    raise InvalidInputError(_("验证码不正确，请核对。"), fields={"code": _("验证码不正确，请核对。")})


@transaction.atomic
def choose(*, user: User, channel: str, topics: Collection[str]) -> MessageChannel:
    """Let only these topics come by a channel. Raises :class:`NotFoundError`."""
    found = _locked(user, channel)
    found.muted = [topic.value for topic in Topic if topic.value not in topics]
    found.save(update_fields=["muted"])
    return found


@transaction.atomic
def remove(*, user: User, channel: str) -> None:
    """Forget an address; what waits for it is not sent. Raises :class:`NotFoundError`."""
    _locked(user, channel).delete()
    audit.record(actor=user, action="message-channel.remove", target=user, detail={"channel": channel})


def send_code(*, channel_id: int) -> None:
    """Send the code of an address that waits for confirmation. Raises :class:`ChannelError`."""
    found = MessageChannel.objects.filter(pk=channel_id, confirmed_at__isnull=True).first()
    if found is None or not found.code or found.code_sent_at is None:
        return
    if timezone.now() - found.code_sent_at > CODE_LASTS:
        return
    code = pii.open_sealed(bytes(found.code), context=CODE)
    channels.adapter(found.channel).send(
        channels.Outgoing(
            key=f"code-{found.pk}-{int(found.code_sent_at.timestamp())}",
            address=pii.open_sealed(bytes(found.address), context=ADDRESS),
            title=_("验证码 %(code)s") % {"code": code},
            text=_("您的验证码是 %(code)s，30分钟内有效。不是您本人操作的，请忽略。") % {"code": code},
            url=f"{settings.PUBLIC_URL}/hall/messages/settings/",
            sent_at=found.code_sent_at,
        )
    )


def _locked(user: User, channel: str) -> MessageChannel:
    found = MessageChannel.objects.select_for_update().filter(user=user, channel=channel).first()
    if found is None:
        raise NotFoundError(_("还没有设置这种接收方式。"))
    return found


def _known(channel: str) -> Channel:
    if channel not in channels.offered():
        raise InvalidInputError(_("本平台没有开通这种接收方式。"))
    return Channel(channel)


def _cleaned(channel: Channel, address: str) -> str:
    given = address.strip()
    if channel is Channel.EMAIL:
        try:
            validate_email(given)
        except ValidationError:
            raise _wrong(_("电子邮箱地址的写法不对，请核对，例如 name@example.com。")) from None
    elif channel is Channel.SMS:
        given = _digits(given)
        if not _MOBILE.fullmatch(given):
            raise _wrong(_("请填写11位手机号码。"))
    elif not _OPEN_ID.fullmatch(given):
        raise _wrong(_("请填写公众号告知您的微信识别码。"))
    return given


def _digits(text: str) -> str:
    """Return the digits of what was typed, also with a Chinese input method (１２３)."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign in "0123456789")


def _wrong(message: str) -> InvalidInputError:
    return InvalidInputError(message, fields={"address": message})


def _mask(channel: Channel, address: str) -> str:
    if channel is Channel.EMAIL:
        return pii.mask_email(address)
    return pii.mask_phone(address) if channel is Channel.SMS else f"{address[:2]}****{address[-2:]}"


def reseal() -> int:
    """Seal addresses of retired keys anew under the current key; return how many were done."""
    return resealing.reseal(MessageChannel._meta.db_table, {"address": ADDRESS})
