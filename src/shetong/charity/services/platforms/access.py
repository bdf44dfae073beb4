"""Programs of platforms: clients made and revoked, their secrets believed, tokens issued and read."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.services import audit
from shetong.charity.models import Platform, PlatformClient, PlatformEnvironment, PlatformMember, PlatformToken
from shetong.charity.queries.platforms import certification
from shetong.core import http_signatures
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.store import rows

TOKEN_PREFIX = "stp_"  # noqa: S105 - the mark of a token, no token
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a client with its platform. ``sandbox``: nothing it says is real."""

    client: int
    client_id: str
    public_key: bytes
    platform: int
    code: str
    name: str
    designated_on: date
    withdrawn_on: date | None
    sandbox: bool

    def designated(self, on: date) -> bool:
        """Whether the platform is designated on a day."""
        return self.designated_on <= on and (self.withdrawn_on is None or on < self.withdrawn_on)


def require_member(actor: User, platform: Platform) -> None:
    """Raise :class:`ForbiddenError` for who does not look after the platform."""
    if not PlatformMember.objects.filter(platform=platform, user=actor, left_at__isnull=True).exists():
        raise ForbiddenError(gettext("只有这个平台的技术负责人可以办理。"))


@transaction.atomic
def add_member(*, platform: Platform, username: str, actor: User) -> PlatformMember:
    """Let a colleague look after the platform too. Raises :class:`InvalidInputError`, :class:`ForbiddenError`."""
    require_member(actor, platform)
    user = User.objects.filter(username=username.strip(), is_active=True).first() if "\0" not in username else None
    if user is None:
        message = gettext("没有这个账号，请核对用户名；对方应当先注册。")
        raise InvalidInputError(message, fields={"username": message})
    member, made = PlatformMember.objects.get_or_create(
        platform=platform, user=user, left_at=None, defaults={"added_at": timezone.now()}
    )
    if not made:
        message = gettext("已经是技术负责人。")
        raise InvalidInputError(message, fields={"username": message})
    audit.record(actor=actor, action="platform.member-add", target=member, detail={"platform": platform.code})
    return member


@transaction.atomic
def remove_member(*, platform: Platform, number: int, actor: User) -> None:
    """Let a member look after the platform no more; the last one stays.

    Raises :class:`NotFoundError`, :class:`ConflictError`, :class:`ForbiddenError`.
    """
    require_member(actor, platform)
    # All are locked, so that of the last two that remove each other one stays.
    held = list(platform.members.select_for_update().filter(left_at__isnull=True).order_by("pk"))
    member = next((one for one in held if one.pk == number), None)
    if member is None:
        raise NotFoundError(gettext("没有这位技术负责人。"))
    if len(held) == 1:
        raise ConflictError(gettext("至少要有一位技术负责人，请先增加接替的人。"), code="member-last")
    member.left_at = timezone.now()
    member.save(update_fields=["left_at"])
    audit.record(actor=actor, action="platform.member-remove", target=member, detail={"platform": platform.code})


@transaction.atomic
def create_client(
    *, platform: Platform, environment: PlatformEnvironment, public_key: str, label: str, actor: User | str
) -> tuple[PlatformClient, str]:
    """Make a client and return it with its secret, which is shown this once and never kept.

    ``public_key``: Ed25519, base64 of 32 octets. A production client needs a designated platform that has passed the
    certification test. ``actor``: a member, or the installation itself (``system:…``). Raises
    :class:`InvalidInputError`, :class:`ForbiddenError`, :class:`ConflictError`.
    """
    if isinstance(actor, User):
        require_member(actor, platform)
    key = _public_key(public_key)
    if not label.strip():
        raise InvalidInputError(gettext("请填写用途。"), fields={"label": gettext("请填写用途。")})
    if environment == PlatformEnvironment.PRODUCTION:
        if not platform.designated(timezone.localdate()):
            raise ConflictError(gettext("平台不在指定名单内，不能签发正式客户端。"), code="platform-not-designated")
        if isinstance(actor, User) and not certification.passed(platform):
            raise ConflictError(gettext("请先在沙箱通过全部认证步骤。"), code="certification-incomplete")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    client = PlatformClient.objects.create(
        platform=platform,
        environment=environment,
        client_id=f"{platform.code}-{environment[:4]}-{secrets.token_hex(4)}",
        secret_digest=_digest(secret),
        public_key=key,
        label=label.strip()[:100],
        created_by=actor if isinstance(actor, User) else None,
        created_at=timezone.now(),
    )
    audit.record(actor=actor, action="platform.client-create", target=client, detail={"client": client.client_id})
    return client, secret


@transaction.atomic
def revoke_client(*, client: PlatformClient, actor: User | str) -> None:
    """Revoke a client and its tokens at once. Raises :class:`ForbiddenError`, :class:`WrongStateError`."""
    locked = PlatformClient.objects.select_for_update(of=("self",)).select_related("platform").get(pk=client.pk)
    if isinstance(actor, User):
        require_member(actor, locked.platform)
    if locked.revoked_at is not None:
        raise WrongStateError(gettext("该客户端已经吊销，无需再次办理。"))
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    PlatformToken.objects.filter(client=locked).delete()
    audit.record(actor=actor, action="platform.client-revoke", target=locked, detail={"client": locked.client_id})


def authenticate(client_id: str, secret: str) -> PlatformClient | None:
    """Return the live client whose secret this is, else ``None``."""
    if not client_id.isascii() or "\0" in client_id:
        return None
    client = PlatformClient.objects.filter(client_id=client_id[:40], revoked_at__isnull=True).first()
    good = hmac.compare_digest(bytes(client.secret_digest) if client else bytes(32), _digest(secret))
    return client if client and good else None


def issue_token(client: PlatformClient) -> tuple[str, int]:
    """Return a new access token of a client and the seconds that it is good for."""
    seconds = settings.PLATFORM_TOKEN_MINUTES * 60
    token = TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    now = timezone.now()
    PlatformToken.objects.create(
        client=client, digest=_digest(token), issued_at=now, expires_at=now + timedelta(seconds=seconds)
    )
    return token, seconds


def read_token(token: str) -> Caller | None:
    """Return whose token this is; ``None`` where it is none, expired, or its client revoked. One query."""
    found = rows.fetch(
        "SELECT client.id, client.client_id, client.public_key, platform.id, platform.code, platform.name,"
        " platform.designated_on, platform.withdrawn_on, client.environment = 'sandbox'"
        " FROM charity_platformtoken AS token JOIN charity_platformclient AS client ON client.id = token.client_id"
        " JOIN charity_platform AS platform ON platform.id = client.platform_id"
        " WHERE token.digest = %s AND token.expires_at > %s AND client.revoked_at IS NULL",
        [_digest(token), timezone.now()],
    )
    if not found:
        return None
    row = found[0]
    return Caller(row[0], row[1], bytes(row[2]), *row[3:])


def _public_key(text: str) -> bytes:
    key = http_signatures.public_key(text)
    if key is None:
        message = gettext("请填写 Ed25519 公钥：32 个字节的 base64。")
        raise InvalidInputError(message, fields={"public_key": message})
    return key


def _digest(raw: str) -> bytes:
    # 256 bits of randomness need no slow hash.
    return hashlib.sha256(raw.encode()).digest()
