"""Certificates of service: asked for, issued by who organised and recorded the service, revoked, forged ones told.

谁组织谁记录、谁记录谁证明: a certificate covers the confirmed records of one team. It costs nothing (《志愿服务条例》
第十九条). Issuing holds the volunteer's row, so that two certificates of one period never stand beside each other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit, messages
from shetong.core import pii
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from shetong.core.said import say
from shetong.registry.rules.certificate_serials import new_serial, parse_serial
from shetong.registry.services import signing_keys
from shetong.volunteering.models import (
    CertificateBatch,
    CertificateRequest,
    ForgedNumber,
    RequestState,
    ServiceCertificate,
    ServiceCertificateState,
    StaffRole,
    Team,
    Volunteer,
    VolunteerState,
)
from shetong.volunteering.queries import certificates as queries
from shetong.volunteering.queries import staff
from shetong.volunteering.rules import service_certificates as rules
from shetong.volunteering.rules import service_tokens
from shetong.volunteering.services import volunteers

SNAPSHOT = "service_certificate.snapshot"
TOKEN_CONTEXT = "service_certificate.token"  # noqa: S105 - names what is sealed
LATIN = "service_certificate.latin_name"
URL = "/hall/volunteering/record/"
MOST_AT_ONCE = 500
_LATIN_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ' -.")


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a certificate covers, both included."""

    first: date
    last: date


def ask(
    *, user: User, team_id: int, first: date | None = None, last: date | None = None, latin_name: str = "",
    purpose: str = "",
) -> CertificateRequest:  # fmt: skip
    """Ask a team to certify what one served with it; issued at once where the setting says so.

    Raises :class:`InvalidInputError`, :class:`WrongStateError` where nothing confirmed was served,
    :class:`ConflictError` where one waits already.
    """
    with transaction.atomic():
        volunteer = volunteers.own(user)
        team = Team.objects.filter(pk=team_id).first()
        if team is None:
            raise NotFoundError(gettext("没有找到这个团体，请重新选择。"))
        name = " ".join(latin_name.split())
        if len(name) > 60 or set(name) - _LATIN_SIGNS:
            raise InvalidInputError(
                gettext("有些内容需要改正。"),
                fields={"latin_name": gettext("请用护照上的拉丁字母写法，最多60个字母。")},
            )
        period = _period(volunteer, team, first, last)
        if volunteer.certificate_requests.filter(team=team, state=RequestState.REQUESTED).exists():
            raise ConflictError(gettext("您已向这个团体申请过证明，正在办理，办好后会通知您。"))
        asked = CertificateRequest.objects.create(
            volunteer=volunteer, team=team, covers_from=period.first, covers_to=period.last,
            latin_name_sealed=pii.seal(name, context=LATIN) if name else None, purpose=purpose.strip()[:60],
            requested_at=timezone.now(),
        )  # fmt: skip
        audit.record(actor=user, action="service-certificate.ask", target=asked, jurisdiction=team.division_code)
        if settings.VOLUNTEER_CERTIFICATES_AT_ONCE:
            _answer(asked, actor=None)
        return asked


@transaction.atomic
def decide(*, actor: User, request_id: int, issues: bool, reason: str = "") -> CertificateRequest:
    """Issue what was asked for, or refuse with a reason; the team's organisers.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    # The volunteer first, as everywhere.
    owner = CertificateRequest.objects.filter(pk=request_id).values_list("volunteer_id", flat=True).first()
    if owner is None:
        raise NotFoundError(gettext("没有找到这个申请，请刷新页面查看。"))
    Volunteer.objects.select_for_update(no_key=True).get(pk=owner)
    asked = (
        CertificateRequest.objects.select_for_update(of=("self",))
        .select_related("volunteer", "team")
        .get(pk=request_id)
    )
    staff.require(actor, asked.team_id, StaffRole.ORGANISER)
    if asked.state != RequestState.REQUESTED:
        raise WrongStateError(gettext("这个申请已经办理，请刷新页面查看结果。"))
    if issues:
        _answer(asked, actor=actor)
        return asked
    if len(reason.strip()) < 4:
        raise InvalidInputError(
            gettext("不予出具的，请写明理由，本人会看到。"), fields={"reason": gettext("请写明理由。")}
        )
    asked.state, asked.reason = RequestState.REFUSED, reason.strip()[:300]
    asked.decided_at, asked.decided_by = timezone.now(), actor
    asked.save()
    _tell(asked.volunteer, f"certificate-request-{asked.pk}", say(N_("志愿服务记录证明未能出具")), asked.reason)
    audit.record(actor=actor, action="service-certificate.refuse", target=asked, jurisdiction=asked.team.division_code)
    return asked


def issue_batch(
    *, actor: User, team_id: int, title: str, first: date, last: date, volunteer_ids: Collection[int] | None = None
) -> CertificateBatch:
    """Issue certificates to all who served with a team in a period, or to those named; return the batch.

    Who has one of just this period keeps it. Raises :class:`ForbiddenError`, :class:`InvalidInputError`,
    :class:`WrongStateError` where nobody is left.
    """
    staff.require(actor, team_id, StaffRole.ORGANISER)
    if not title.strip() or last < first:
        raise InvalidInputError(
            gettext("有些内容需要改正。"),
            fields={"title": gettext("请填写。")}
            if not title.strip()
            else {"last": gettext("结束日期不能早于开始日期。")},
        )
    last = min(last, timezone.localdate())
    with transaction.atomic():
        team = Team.objects.get(pk=team_id)
        people = queries.served_with(team_id, first, last).exclude(
            service_certificates__in=ServiceCertificate.objects.filter(
                team=team, covers_from=first, covers_to=last, state=ServiceCertificateState.VALID
            )
        )
        if volunteer_ids is not None:
            people = people.filter(pk__in=volunteer_ids)
        chosen = list(people.select_for_update(of=("self",), no_key=True).order_by("pk")[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            raise InvalidInputError(gettext("一次最多出具%(most)d份，请缩短期间或者分批。") % {"most": MOST_AT_ONCE})
        if not chosen:
            raise WrongStateError(gettext("这段时间没有需要出具证明的人，请换一段时间。"))
        batch = CertificateBatch.objects.create(
            team=team, title=title.strip()[:60], covers_from=first, covers_to=last, count=len(chosen),
            issued_by=actor, issued_at=timezone.now(),
        )  # fmt: skip
        for volunteer in chosen:
            _issue(volunteer, team, Period(first, last), actor=actor, batch=batch)
        audit.record(
            actor=actor, action="service-certificate.batch", target=batch, jurisdiction=team.division_code,
            detail={"count": len(chosen)},
        )  # fmt: skip
    return batch


@transaction.atomic
def revoke(*, actor: User, serial: str, reason: str) -> ServiceCertificate:
    """Revoke a certificate for a reason that verifiers are told; its issuer's leader or the guiding authority.

    Raises :class:`NotFoundError`, :class:`ForbiddenError`, :class:`WrongStateError`, :class:`InvalidInputError`.
    """
    rows = ServiceCertificate.objects.select_for_update(of=("self",)).select_related("team", "volunteer__user")
    found = rows.filter(serial=parse_serial(serial)).first()
    if found is None:
        raise NotFoundError(gettext("没有这个编号的证明，请核对。"))
    if not staff.holds(actor, found.team_id, StaffRole.LEADER):
        permissions.require(actor, Permission.VOLUNTEERING_MANAGE, found.team.division_code)
    if not 4 <= len(reason.strip()) <= 300:
        raise InvalidInputError(gettext("撤销须写明理由，核验的人会看到。"), fields={"reason": gettext("请写明理由。")})
    if found.state != ServiceCertificateState.VALID:
        raise WrongStateError(gettext("这份证明已经失效，不用再撤销。"))
    _end(found, ServiceCertificateState.REVOKED, reason.strip())
    _tell(
        found.volunteer, f"service-certificate-{found.pk}-revoked",
        say(N_("志愿服务记录证明%(serial)s已撤销"), serial=found.serial), reason.strip(),
    )  # fmt: skip
    audit.record(
        actor=actor, action="service-certificate.revoke", target=found, jurisdiction=found.team.division_code,
        detail={"serial": found.serial},
    )  # fmt: skip
    return found


def end_mistaken(*, volunteer: Volunteer, team_ids: Collection[int | None], since: datetime, reason: str) -> int:
    """Revoke what teams certified since then of a locked volunteer whose records were not all theirs; tell them."""
    rows = ServiceCertificate.objects.select_for_update(of=("self",)).filter(
        volunteer=volunteer, team__in=[pk for pk in team_ids if pk],
        issued_at__gte=since.replace(microsecond=0), state=ServiceCertificateState.VALID,
    )  # fmt: skip
    for found in rows:
        _end(found, ServiceCertificateState.REVOKED, reason)
        _tell(
            volunteer, f"service-certificate-{found.pk}-revoked",
            say(N_("志愿服务记录证明%(serial)s已撤销，可以重新申请"), serial=found.serial),
            reason,
        )  # fmt: skip
    return len(rows)


@transaction.atomic
def tell_forged(*, actor: User, number: str, note: str, found_on: date) -> ForgedNumber:
    """Publish a number that stands on a forged paper; the guiding authority.

    Raises :class:`ForbiddenError`, :class:`InvalidInputError`, :class:`ConflictError`.
    """
    if not permissions.grants_of(actor).anywhere(Permission.VOLUNTEERING_MANAGE):
        raise ForbiddenError(gettext("只有志愿服务管理部门可以公布伪造的证明，请向其反映。"))
    written = "".join(number.split()).upper()
    faults = {}
    if not 4 <= len(written) <= 40:
        faults["number"] = gettext("请填写假证明上的编号。")
    if ServiceCertificate.objects.filter(serial=written, state=ServiceCertificateState.VALID).exists():
        faults["number"] = gettext("这个编号是有效的证明。内容被改动的，请先撤销原证明。")
    if len(note.strip()) < 4:
        faults["note"] = gettext("请说明怎样伪造，不要写个人信息。")
    if found_on > timezone.localdate():
        faults["found_on"] = gettext("发现日期不能晚于今天。")
    if faults:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields=faults)
    told, new = ForgedNumber.objects.get_or_create(
        number=written,
        defaults={
            "note": note.strip()[:300],
            "found_on": found_on,
            "recorded_by": actor,
            "recorded_at": timezone.now(),
        },
    )
    if not new:
        raise ConflictError(gettext("这个编号已经公布，不用再次公布。"))
    audit.record(actor=actor, action="service-certificate.forged", target=told, detail={"number": written})
    return told


def _period(volunteer: Volunteer, team: Team, first: date | None, last: date | None) -> Period:
    """Return the days asked for, cut to the present; from the first service on where none are named."""
    today = timezone.localdate()
    if first and last and last < first:
        raise InvalidInputError(gettext("有些内容需要改正。"), fields={"last": gettext("结束日期不能早于开始日期。")})
    end = min(last or today, today)
    served = queries.served(volunteer.pk, team.pk, first, end)
    if not served:
        raise _nothing_served()
    return Period(first or served[0].day, end)


def _nothing_served() -> WrongStateError:
    return WrongStateError(
        gettext("这段时间在这个团体没有已经确认的服务记录，不能出具证明。请换一段时间，或者等团体确认后再申请。"),
        code="nothing-served",
    )


def _answer(asked: CertificateRequest, *, actor: User | None) -> None:
    latin = pii.open_sealed(bytes(asked.latin_name_sealed), context=LATIN) if asked.latin_name_sealed else ""
    if asked.covers_from is None or asked.covers_to is None:
        raise WrongStateError(gettext("申请没有写明起止日期，请告知本人重新申请。"))
    asked.certificate = _issue(
        asked.volunteer, asked.team, Period(asked.covers_from, asked.covers_to), actor=actor, latin_name=latin,
        purpose=asked.purpose,
    )  # fmt: skip
    asked.state, asked.decided_at, asked.decided_by = RequestState.ISSUED, timezone.now(), actor
    asked.save()


def _issue(
    volunteer: Volunteer, team: Team, period: Period, *, actor: User | None, batch: CertificateBatch | None = None,
    latin_name: str = "", purpose: str = "",
) -> ServiceCertificate:  # fmt: skip
    """Issue a certificate; called with the volunteer's row held."""
    if volunteer.state != VolunteerState.ACTIVE or volunteer.verified_at is None:
        raise WrongStateError(gettext("通过实名核验的志愿者才能出具证明，请先完成实名核验。"))
    served = queries.served(volunteer.pk, team.pk, period.first, period.last)
    if not served:
        raise _nothing_served()
    old = ServiceCertificate.objects.filter(
        volunteer=volunteer, team=team, covers_from=period.first, covers_to=period.last,
        state=ServiceCertificateState.VALID,
    )  # fmt: skip
    for each in old:
        _end(each, ServiceCertificateState.REPLACED, "换发新证明")
    now = timezone.now().replace(microsecond=0)
    serial = new_serial(timezone.localtime(now).year)
    snapshot = _snapshot(volunteer, team, served, latin_name=latin_name, purpose=purpose, handler=actor)
    demo = volunteer.demo or team.demo
    signer = signing_keys.signer()
    token = signer.sign(
        service_tokens.payload(snapshot, issuer=settings.PUBLIC_URL, serial=serial, issued_at=now, demo=demo)
    )
    days = settings.VOLUNTEER_CERTIFICATE_NOTICE_DAYS
    try:
        with transaction.atomic():
            made = ServiceCertificate.objects.create(
                serial=serial, volunteer=volunteer, team=team, batch=batch, covers_from=period.first,
                covers_to=period.last, minutes=snapshot["minutes"],
                snapshot_sealed=pii.seal(json.dumps(snapshot, ensure_ascii=False), context=SNAPSHOT),
                shown=_shown(volunteer, snapshot), token_sealed=pii.ring().seal_content(token, context=TOKEN_CONTEXT),
                token_digest=hashlib.sha256(token).digest(), signing_key=signer.key, issued_at=now, issued_by=actor,
                notice_until=timezone.localdate(now) + timedelta(days=days) if days else None, demo=demo,
            )  # fmt: skip
    except IntegrityError as error:
        raise ConflictError(gettext("这份证明刚刚已经出具，请刷新页面查看。")) from error
    _tell(
        volunteer,
        f"service-certificate-{made.pk}",
        say(N_("“%(team)s”为您出具了志愿服务记录证明"), team=team.name),
        "",
    )
    audit.record(
        actor=actor or "system:volunteering", action="service-certificate.issue", target=made,
        jurisdiction=team.division_code, detail={"serial": serial, "minutes": made.minutes},
    )  # fmt: skip
    return made


def _snapshot(
    volunteer: Volunteer, team: Team, served: list[rules.Served], *, latin_name: str, purpose: str, handler: User | None
) -> dict[str, Any]:
    """Return everything that the paper says: ① who, ② hours and services, ③ who certifies, ④ the rest."""
    name = pii.open_sealed(bytes(volunteer.name_sealed or b""), context=volunteers.NAME)
    number = pii.open_sealed(bytes(volunteer.identity_sealed or b""), context=volunteers.NUMBER)
    issuer = queries.issuer(team)
    head = queries.head_of(issuer)
    return {
        "volunteer": volunteer.number, "name": name, "latin_name": latin_name, "paper": volunteer.identity_kind,
        "identity_number": number, "identity_masked": pii.mask_identity_number(number),
        "team": issuer.organisation.name if issuer.organisation else issuer.name, "team_code": queries.code_of(issuer),
        "head": head, "handler": handler.get_full_name() if handler else head or issuer.contact,
        "contact": f"{issuer.contact} {issuer.contact_phone}".strip(), "division": issuer.division_code,
        "minutes": sum(each.minutes for each in served), "records": len(served),
        "first_day": served[0].day.isoformat(), "last_day": served[-1].day.isoformat(),
        "lines": rules.lines(served), "purpose": purpose,
    }  # fmt: skip


def _shown(volunteer: Volunteer, snapshot: dict[str, Any]) -> dict[str, Any]:
    names = ("volunteer", "team", "team_code", "head", "minutes", "records", "first_day", "last_day", "contact")
    fields = rules.by_field(snapshot["lines"])
    return {"name_masked": volunteer.name_masked, "fields": fields, **{name: snapshot[name] for name in names}}


def _end(certificate: ServiceCertificate, state: ServiceCertificateState, reason: str) -> None:
    certificate.state, certificate.state_reason, certificate.state_changed_at = state, reason[:300], timezone.now()
    certificate.save(update_fields=["state", "state_reason", "state_changed_at"])


def _tell(volunteer: Volunteer, key: str, title: str, text: str) -> None:
    if volunteer.user is not None:
        messages.send(to=volunteer.user, topic=Topic.VOLUNTEER, key=key, title=title, text=text, url=URL)
