"""A guardian's consent for a minor: asked for, given with a code that went to the guardian's phone, revocable.

《个人信息保护法》第三十一条. The guardian's identity is verified like the volunteer's.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from shetong.accounts.models import User
from shetong.accounts.models.choices import Channel
from shetong.accounts.services import audit, channels
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError, WrongStateError
from shetong.core.identifiers import parse_identity_number
from shetong.volunteering.models import GuardianConsent, VolunteerState
from shetong.volunteering.rules.conditions import age_on
from shetong.volunteering.services import identity, volunteers

NAME, NUMBER, PHONE, CODE = "guardian.name", "guardian.identity_number", "guardian.phone", "guardian.code"
CODE_TASK = "volunteering.send_guardian_code"
CODE_LASTS = timedelta(hours=24)
BETWEEN_CODES = timedelta(seconds=60)


def ask(*, user: User, name: str, identity_number: str, phone: str, relation: str) -> GuardianConsent:
    """Verify the guardian whom a minor names and send them a code.

    Raises :class:`InvalidInputError`, :class:`WrongStateError` where no consent is waited for, :class:`ConflictError`
    where a code went out a moment ago, :class:`IdentityServiceError`.
    """
    faults: dict[str, str] = {}
    digits = "".join(sign for sign in phone if sign.isdigit())
    if not (len(digits) == 11 and digits.startswith("1")):
        faults["phone"] = gettext("请填写11位手机号码。")
    if not relation.strip():
        faults["relation"] = gettext("请写明与您的关系，例如母亲。")
    try:
        person = parse_identity_number(identity_number, today=timezone.localdate())
    except InvalidInputError as error:
        faults["identity_number"] = error.message
    else:
        if age_on(person.born_on, timezone.localdate()) < 18:
            faults["identity_number"] = gettext("监护人须年满18岁。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    verified = identity.verify(name=name.strip(), number=person.number, document=person.kind.value)
    with transaction.atomic():
        volunteer = volunteers.own(user)
        if volunteer.state != VolunteerState.PENDING:
            raise WrongStateError(gettext("您的注册不在等待监护人同意。"))
        before = volunteer.guardian_consents.filter(revoked_at__isnull=True).first()
        now = timezone.now()
        if before is not None and now - before.asked_at < BETWEEN_CODES:
            raise ConflictError(gettext("验证码刚刚发送过，请等一分钟再试。"))
        volunteer.guardian_consents.filter(revoked_at__isnull=True).update(revoked_at=now)
        code = f"{secrets.randbelow(10**8):08}"
        asked = GuardianConsent.objects.create(
            volunteer=volunteer, relation=relation.strip()[:20], asked_at=now,
            name_sealed=pii.seal(name.strip(), context=NAME), phone_sealed=pii.seal(digits, context=PHONE),
            identity_sealed=pii.seal(person.number, context=NUMBER), code_digest=_digest(volunteer.pk, code),
            verified_through=verified.through if verified else "",
        )  # fmt: skip
        # Sealed, because the job's row is read by the operators of the queue.
        sealed = pii.seal(code, context=CODE).hex()
        app.configure_task(CODE_TASK, queue="messages").defer(consent_id=asked.pk, sealed=sealed)
        audit.record(
            actor=user, action="guardian.ask", target=volunteer, jurisdiction=volunteer.division_code,
            detail={"phone": pii.mask_phone(digits)},
        )  # fmt: skip
    return asked


def send_code(*, consent_id: int, sealed: str) -> None:
    """Send the code of a consent that is waited for to the guardian's phone. Raises :class:`ChannelError`."""
    asked = GuardianConsent.objects.filter(pk=consent_id, given_at__isnull=True, revoked_at__isnull=True).first()
    if asked is None or timezone.now() - asked.asked_at > CODE_LASTS:
        return
    code = pii.open_sealed(bytes.fromhex(sealed), context=CODE)
    channels.adapter(Channel.SMS).send(
        channels.Outgoing(
            key=f"guardian-{asked.pk}",
            address=pii.open_sealed(bytes(asked.phone_sealed), context=PHONE),
            title=gettext("监护人同意码 %(code)s") % {"code": code},
            text=gettext(
                "您的被监护人申请注册为志愿者。同意的，请把同意码 %(code)s 告诉本人，24小时内有效；不同意的，请忽略。"
            )
            % {"code": code},
            url=f"{settings.PUBLIC_URL}/hall/volunteering/",
            sent_at=asked.asked_at,
        )
    )


@transaction.atomic
def give(*, user: User, code: str) -> None:
    """Complete a minor's registration with the code that went to the guardian.

    Raises :class:`InvalidInputError` for a wrong code, :class:`WrongStateError` for one that is too old.
    """
    volunteer = volunteers.own(user)
    asked = (
        volunteer.guardian_consents.select_for_update().filter(revoked_at__isnull=True, given_at__isnull=True).first()
    )
    if asked is None or timezone.now() - asked.asked_at > CODE_LASTS:
        raise WrongStateError(gettext("同意码已经失效，请重新发送。"))
    if not hmac.compare_digest(bytes(asked.code_digest), _digest(volunteer.pk, code.strip())):
        raise InvalidInputError(gettext("同意码不正确，请核对。"), fields={"code": gettext("同意码不正确，请核对。")})
    asked.given_at = timezone.now()
    asked.save(update_fields=["given_at"])
    volunteer.state = VolunteerState.ACTIVE
    volunteer.save(update_fields=["state"])
    volunteer.consents.filter(withdrawn_at__isnull=True).update(guardian=True)
    audit.record(actor=user, action="guardian.consent", target=volunteer, jurisdiction=volunteer.division_code)


def _digest(volunteer_id: int, code: str) -> bytes:
    key = pii.blind_index(str(volunteer_id), context=CODE)
    return hmac.new(key, code.encode(), sha256).digest()
