"""Keys for programs: made, believed, revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import ApiKey, Topic, User
from shetong.accounts.queries.permissions import require
from shetong.accounts.rules import API_SCOPES, NATIONAL, OWN_SCOPES, RATE_CLASSES, Permission
from shetong.accounts.services import audit, messages
from shetong.core.errors import ConflictError, InvalidInputError, WrongStateError

MARK = "st_"
# Lower case base32 without letters that look like digits.
_PREFIX_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
PREFIX_LENGTH = 8
SECRET_BYTES = 32
LONGEST_VALIDITY = timedelta(days=730)
# ``last_used_at`` is written at most this often.
USE_GRAIN = timedelta(hours=1)
# How many live keys a person may have for his own cases, and how fast these may ask.
MOST_OWN = 5
OWN_RATE_CLASSES = ("public", "standard")


def create(
    *,
    owner: User,
    label: str,
    scopes: list[str],
    rate_class: str,
    expires_at: datetime,
    actor: User | None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, which is shown this once and never kept.

    ``actor`` needs ``api-keys.manage`` for the country; ``None`` is the installation itself (demonstration). A key that
    reads somebody's cases (:data:`~shetong.accounts.rules.OWN_SCOPES`) is made by that person alone, who needs no
    permission for it: its secret would let whoever sees it read them too. The owner is told of a key that others made.
    Raises :class:`InvalidInputError`, :class:`ForbiddenError`, :class:`ConflictError` (too many of one's own).
    """
    own = actor is not None and actor.pk == owner.pk and bool(scopes) and set(scopes) <= OWN_SCOPES
    if actor is not None and not own:
        require(actor, Permission.API_KEYS_MANAGE, NATIONAL)
    now = timezone.now()
    if own and owner.api_keys.filter(revoked_at__isnull=True, expires_at__gt=now).count() >= MOST_OWN:
        raise ConflictError(gettext("有效的密钥最多%(most)s个，请先吊销不用的。") % {"most": MOST_OWN})
    errors = {}
    if actor is not None and actor.pk != owner.pk and OWN_SCOPES & set(scopes):
        errors["scopes"] = gettext("查看办件的密钥由本人在“我的接口密钥”中签发，不能代他人签发。")
    if own and rate_class not in OWN_RATE_CLASSES:
        errors["rate_class"] = gettext("请选择限流等级。")
    if not label.strip():
        errors["label"] = gettext("请填写密钥的用途，例如“某市数据共享平台”。")
    if not scopes or set(scopes) - set(API_SCOPES):
        errors["scopes"] = gettext("请选择权限范围。")
    if rate_class not in RATE_CLASSES:
        errors["rate_class"] = gettext("请选择限流等级。")
    if not now < expires_at <= now + LONGEST_VALIDITY:
        errors["expires_at"] = gettext("到期时间须在今后两年以内。")
    if errors:
        raise InvalidInputError(gettext("密钥信息不完整，请改正后重试。"), fields=errors)
    prefix = MARK + "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(PREFIX_LENGTH))
    raw = f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            owner=owner,
            label=label.strip(),
            prefix=prefix,
            digest=_digest(raw),
            scopes=sorted(set(scopes)),
            rate_class=rate_class,
            created_by=actor,
            created_at=now,
            expires_at=expires_at,
        )
        audit.record(
            actor=actor or "system:installation",
            action="api-key.create",
            target=key,
            detail={"prefix": prefix, "owner": owner.pk, "scopes": key.scopes, "rate_class": rate_class},
        )
        if actor is not None and actor.pk != owner.pk:
            messages.send(
                to=owner,
                topic=Topic.ACCOUNT,
                key=f"api-key:{key.pk}",
                title=f"以您的名义签发了接口密钥 {prefix}",
                text=f"用途：{key.label}。由账号管理员签发。不知情的，请在“我的接口密钥”中吊销。",
                url=reverse("accounts:own-keys"),
            )
    return key, raw


def authenticate(raw: str) -> ApiKey | None:
    """Return the live key that ``raw`` is the secret of, else ``None``. Never raises for garbage.

    Expired and revoked keys, and those of disabled accounts, are refused. One query, one write an hour. A key that
    somebody else made for its owner does not read the owner's cases, whatever was written into it once.
    """
    prefix = raw[: len(MARK) + PREFIX_LENGTH]
    if not raw.startswith(MARK) or len(raw) > 100 or not raw.isascii() or "\x00" in raw:
        return None
    key = ApiKey.objects.select_related("owner").filter(prefix=prefix).first()
    if key is None or not hmac.compare_digest(bytes(key.digest), _digest(raw)):
        return None
    now = timezone.now()
    if key.revoked_at is not None or key.expires_at <= now or not key.owner.is_active:
        return None
    if key.created_by_id not in (None, key.owner_id):
        key.scopes = [scope for scope in key.scopes if scope not in OWN_SCOPES]
    if key.last_used_at is None or key.last_used_at <= now - USE_GRAIN:
        ApiKey.objects.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_GRAIN), pk=key.pk).update(
            last_used_at=now
        )
    return key


def revoke(*, key: ApiKey, reason: str, actor: User) -> ApiKey:
    """Revoke a key at once. ``actor`` is its owner or holds ``api-keys.manage`` for the country.

    Raises :class:`ForbiddenError`; :class:`InvalidInputError` without a reason; :class:`WrongStateError` when done.
    """
    if actor.pk != key.owner_id:
        require(actor, Permission.API_KEYS_MANAGE, NATIONAL)
    if not reason.strip():
        raise InvalidInputError(gettext("请填写吊销理由。"), fields={"reason": gettext("请填写吊销理由。")})
    with transaction.atomic():
        locked = ApiKey.objects.select_for_update().get(pk=key.pk)
        if locked.revoked_at is not None:
            raise WrongStateError(gettext("该密钥已经吊销，无需再次办理。"))
        locked.revoked_at = timezone.now()
        locked.revoke_reason = reason.strip()
        locked.save(update_fields=["revoked_at", "revoke_reason"])
        audit.record(
            actor=actor,
            action="api-key.revoke",
            target=locked,
            detail={"prefix": locked.prefix, "owner": locked.owner_id},
        )
    return locked


def _digest(raw: str) -> bytes:
    # 256 bits of randomness need no slow hash.
    return hashlib.sha256(raw.encode()).digest()
