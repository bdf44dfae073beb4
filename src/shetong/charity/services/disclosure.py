"""Disclosure: the calendar kept up with the facts, what is published, reminders, hand-over of what is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import Topic, User
from shetong.accounts.services import audit, messages
from shetong.casework.models import Mandate
from shetong.charity import entry_types
from shetong.charity.models import (
    FACT_KINDS,
    Disclosure,
    DisclosureDuty,
    DisclosureFact,
    DutyKind,
    ProgressReport,
    Project,
)
from shetong.charity.queries import disclosure as queries
from shetong.charity.queries import public_log as content
from shetong.charity.rules import disclosure as rules
from shetong.charity.rules import log_content, privacy
from shetong.charity.rules.disclosure_contents import CONTENTS
from shetong.charity.services.permission import Actor, authorise
from shetong.charity.services.public_texts import require_public
from shetong.core import statutes
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from shetong.ledger.services.entries import Act, append
from shetong.registry.models import AttributeCode, Organisation
from shetong.registry.services import referrals

logger = structlog.get_logger(__name__)
# How far the calendar looks ahead.
AHEAD = timedelta(days=120)
LONGEST_PART = 8_000


@transaction.atomic
def refresh(organisation: Organisation, *, today: date | None = None) -> int:
    """Bring the calendar up to date with the facts and return how many duties are new.

    Those that facts no longer ask for are withdrawn unless they were met or handed over; times move with the facts.
    """
    today = today or timezone.localdate()
    derived = {duty.key: duty for duty in rules.duties(queries.facts(organisation), today + AHEAD)}
    kept = {
        (row.kind, row.subject, row.period_from): row
        for row in DisclosureDuty.objects.select_for_update().filter(organisation=organisation).order_by("pk")
    }
    now = timezone.now()
    for key, row in kept.items():
        duty = derived.get(key)
        if duty is None:
            if row.fulfilled_on is None and row.referred_on is None and row.withdrawn_at is None:
                row.withdrawn_at = now
                row.save(update_fields=["withdrawn_at"])
        elif row.fulfilled_on is None and _moved(row, duty):
            row.due_on, row.period_to, row.about, row.provision = (
                duty.due_on, duty.period_to, duty.about[:240], duty.provision,
            )  # fmt: skip
            row.withdrawn_at = None
            row.save(update_fields=["due_on", "period_to", "about", "provision", "withdrawn_at"])
    new = [
        DisclosureDuty(
            organisation=organisation, kind=duty.kind, subject=duty.subject, about=duty.about[:240],
            period_from=duty.period_from, period_to=duty.period_to, due_on=duty.due_on, provision=duty.provision,
            derived_at=now,
        )
        for key, duty in derived.items()
        if key not in kept
    ]  # fmt: skip
    # Two that derive at once write the same; the second writes nothing.
    DisclosureDuty.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _moved(row: DisclosureDuty, duty: rules.Duty) -> bool:
    same = (row.due_on, row.period_to, row.about, row.provision) == (
        duty.due_on, duty.period_to, duty.about[:240], duty.provision,
    )  # fmt: skip
    return not same or row.withdrawn_at is not None


@transaction.atomic
def report_fact(
    *,
    organisation: Organisation,
    kind: DutyKind,
    happened_on: date,
    summary: str,
    actor: Actor,
    counterparty: str = "",
    amount: int | None = None,
) -> DisclosureFact:
    """Enter something that must be published within days, and put it into the calendar.

    Raises :class:`InvalidInputError`, :class:`ForbiddenError`.
    """
    authorise(actor, organisation)
    faults = {}
    if kind not in FACT_KINDS:
        faults["kind"] = gettext("请选择事项的种类。")
    if not summary.strip():
        faults["summary"] = gettext("请写明事项。")
    faults |= privacy.complaints({"summary": summary, "counterparty": counterparty})
    if happened_on > timezone.localdate():
        faults["happened_on"] = gettext("发生日期不能晚于今天。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    fact = DisclosureFact.objects.create(
        organisation=organisation,
        kind=kind,
        happened_on=happened_on,
        summary=summary.strip()[:200],
        counterparty=counterparty.strip()[:200],
        amount=amount,
        recorded_by=actor if isinstance(actor, User) else None,
        recorded_at=timezone.now(),
    )
    audit.record(actor=actor, action="charity.report-fact", target=fact, detail={"kind": kind})
    refresh(organisation)
    return fact


@transaction.atomic
def publish(*, duty_id: int, parts: Mapping[str, str], actor: Actor, today: date | None = None) -> Disclosure:
    """Publish what a duty asks for: the entry is public and in the log at once, the duty is met.

    ``parts``: text by name of :data:`CONTENTS`; what the books say goes with it. What was handed over already is marked
    as settled where nobody has taken it up. Raises :class:`ConflictError` where it was published before,
    :class:`WrongStateError` before its time has come, :class:`InvalidInputError`, :class:`NotFoundError`,
    :class:`ForbiddenError`.
    """
    duty = (
        DisclosureDuty.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=duty_id, withdrawn_at__isnull=True)
        .first()
    )
    if duty is None:
        raise NotFoundError(gettext("没有这项信息公开事项。"), code="duty-not-found")
    authorise(actor, duty.organisation)
    if duty.fulfilled_on is not None:
        raise ConflictError(gettext("这一项已经公布。内容有误的，请在公布的内容下更正。"), code="disclosed")
    today, kind = today or timezone.localdate(), DutyKind(duty.kind)
    if today < (first := rules.opens(kind, duty.period_from, duty.period_to)):
        message = gettext("这一项所说的期间还没有到，%(day)s起可以公布。") % {"day": first}
        raise WrongStateError(message, code="duty-not-open")
    entry = _enter(duty.organisation, duty, kind, title(duty), parts, _figures(duty), actor)
    met = [duty] if kind not in rules.PROGRESS else _begun(duty.organisation, kind, duty.subject, today)
    for one in met:
        _met(one, today)
    if kind in rules.PROGRESS:
        refresh(duty.organisation, today=today)
    return entry


def _begun(organisation: Organisation, kind: DutyKind, subject: str, until: date) -> list[DisclosureDuty]:
    """Lock what waits of one kind and subject and had begun by a day; what is told then tells of all of it."""
    return list(
        DisclosureDuty.objects.select_for_update(of=("self",))
        .filter(
            organisation=organisation, kind=kind, subject=subject, fulfilled_on__isnull=True,
            withdrawn_at__isnull=True, period_from__lte=until,
        )
        .order_by("period_from", "pk")
    )  # fmt: skip


@transaction.atomic
def meet(
    *, kind: DutyKind, until: date, parts: Mapping[str, str], named: str, actor: Actor, report: ProgressReport
) -> Disclosure:
    """Publish a report on a project and meet the duties of that kind whose time had begun by ``until``.

    The entry stands with the first of them; where none waits, it stands by itself. The caller holds the project.
    """
    project = report.project
    waiting = _begun(project.organisation, kind, project.number, until)
    figures: list[list[object]] = [[label, amount] for label, amount in queries.sums_of(project)]
    entry = _enter(
        project.organisation, waiting[0] if waiting else None, kind, named, parts, figures, actor, report=report
    )
    for duty in waiting:
        _met(duty, timezone.localdate())
    # The next interval begins where this report ends.
    refresh(project.organisation)
    return entry


def owes(project: Project, kind: DutyKind) -> bool:
    """Whether a project has something of a kind still to publish."""
    waiting = queries.standing().filter(organisation=project.organisation, kind=kind, subject=project.number)
    return waiting.filter(fulfilled_on__isnull=True).exists()


def _met(duty: DisclosureDuty, on: date) -> None:
    duty.fulfilled_on = on
    duty.save(update_fields=["fulfilled_on"])
    if duty.referred_on is not None:
        referrals.settle(source=source(duty), note=f"已于{on}公布。")


@transaction.atomic
def correct(*, entry_id: int, parts: Mapping[str, str], explanation: str, actor: Actor) -> Disclosure:
    """Publish a correction under an entry, with an explanation; what was published stays.

    Figures of a year or of a whole course are those in force now, for they may be what is corrected; progress keeps
    those of its time. Raises :class:`InvalidInputError`, :class:`NotFoundError`, :class:`ForbiddenError`.
    """
    entry = queries.entry(entry_id)
    first = entry.corrects or entry
    authorise(actor, first.organisation)
    if not explanation.strip():
        raise InvalidInputError(gettext("请写明更正的原因。"), fields={"explanation": gettext("请写明更正的原因。")})
    require_public(explanation=explanation)
    kind = DutyKind(first.kind)
    figures = first.figures if kind in rules.PROGRESS else _figures_anew(first)
    return _enter(
        first.organisation, first.duty, kind, first.title, parts, figures, actor,
        corrects=first, explanation=explanation.strip()[:500],
    )  # fmt: skip


def title(duty: DisclosureDuty) -> str:
    """What an entry of a duty is called."""
    label = str(DutyKind(duty.kind).label)
    if not duty.about:
        return label
    # Of a year: 2026年度 and 年度工作报告 are one title.
    if duty.about == f"{duty.period_to.year}年度":
        return f"{duty.about}{label.removeprefix('年度')}"
    return f"{duty.about}：{label}"[:200]


def source(duty: DisclosureDuty) -> str:
    """The key under which a duty is handed over."""
    return f"charity.disclosure/{duty.pk}"


def _figures(duty: DisclosureDuty) -> list[list[object]]:
    if duty.kind == DutyKind.ANNUAL:
        figures = queries.latest_figures(duty.organisation).get(duty.period_to.year)
        if figures is None:
            message = gettext("请先填写%(year)s年度数据，系统计算支出和管理费用比例后一并公布。") % {
                "year": duty.period_to.year
            }
            raise InvalidInputError(message, code="figures-missing", fields={"figures": message})
        return [
            ["总收入", figures.income], ["捐赠收入", figures.donations], ["慈善活动支出", figures.spending],
            ["管理费用", figures.management], ["募捐成本", figures.fundraising], ["总支出", figures.total],
            ["年末净资产", figures.net_assets],
        ]  # fmt: skip
    return [[label, amount] for label, amount in queries.from_books(duty)]


def _figures_anew(entry: Disclosure) -> list[list[object]]:
    if entry.duty is not None:
        return _figures(entry.duty)
    if entry.report is not None:
        return [[label, amount] for label, amount in queries.sums_of(entry.report.project)]
    figures: list[list[object]] = entry.figures
    return figures


def written(kind: DutyKind, parts: Mapping[str, str]) -> list[list[str]]:
    """Return label and text of each part of an entry, in order.

    Raises :class:`InvalidInputError` for parts that are missing or hold what nobody may read there.
    """
    wanted = CONTENTS[kind]
    faults = {one.name: gettext("请填写。") for one in wanted if one.required and not parts.get(one.name, "").strip()}
    for one in wanted:
        if len(parts.get(one.name, "")) > LONGEST_PART:
            faults[one.name] = gettext("最多%(LONGEST_PART)s个字，请缩短。") % {"LONGEST_PART": LONGEST_PART}
        elif found := privacy.complaint(parts.get(one.name, ""), phones=one.name == "contact"):
            faults[one.name] = found
    if faults:
        raise InvalidInputError(gettext("公布的内容不全，请按提示补充。"), fields=faults)
    return [[one.label, parts[one.name].strip()] for one in wanted if parts.get(one.name, "").strip()]


def _enter(
    organisation: Organisation,
    duty: DisclosureDuty | None,
    kind: DutyKind,
    named: str,
    parts: Mapping[str, str],
    figures: list[list[object]],
    actor: Actor,
    *,
    corrects: Disclosure | None = None,
    explanation: str = "",
    report: ProgressReport | None = None,
) -> Disclosure:
    said = written(kind, parts)
    entry = Disclosure.objects.create(
        organisation=organisation,
        duty=duty,
        kind=kind,
        title=named,
        content=said,
        figures=figures,
        explanation=explanation,
        report=report,
        corrects=corrects,
        digest=log_content.digest(
            {"content": said, "explanation": explanation, "figures": figures, "title": named}  # type: ignore[dict-item]
        ),
        published_by=actor if isinstance(actor, User) else None,
        published_at=timezone.now(),
    )
    body = content.disclosure_body(entry)
    append(log=content.CHARITY, acts=[Act(f"disclosure-{entry.pk}", entry_types.DISCLOSURE.name, 1, body)])
    audit.record(
        actor=actor, action="charity.disclose", target=entry, detail={"kind": kind, "corrects": bool(corrects)}
    )
    return entry


def charities() -> list[Organisation]:
    """Every organisation that is or was a charity."""
    held = Organisation.objects.filter(attributes__code=AttributeCode.CHARITY)
    return list(held.select_related("authority").distinct().order_by("pk"))


def remind(*, today: date) -> int:
    """Tell the people of charities what falls due soon and what is overdue, each once; return how many messages."""
    held = statutes.in_force("disclosure_reminder", on=today)
    soon = queries.standing().filter(fulfilled_on__isnull=True, due_on__lte=today + timedelta(days=held.value))
    told = 0
    for duty in soon.select_related("organisation").order_by("due_on", "pk").iterator():
        late = duty.due_on < today
        told += messages.send_all(
            to=_people(duty.organisation),
            topic=Topic.DEADLINE,
            key=f"disclosure:{duty.pk}/{duty.due_on}/{'late' if late else 'soon'}",
            title=f"{title(duty)}{'已经逾期' if late else f'应当在{duty.due_on}前公布'}",
            text=f"{duty.organisation.name}：期限为{duty.due_on}。{duty.provision}",
            url=reverse("charity:own-duty", args=[duty.pk]),
        )
    return told


def _people(organisation: Organisation) -> list[User]:
    held = Mandate.objects.filter(organisation_code=organisation.public_code, revoked_at__isnull=True)
    return [mandate.user for mandate in held.select_related("user").order_by("pk")]


def refer(*, today: date) -> int:
    """Hand over to credit management what stayed overdue for the time set; each once. Return how many."""
    held = statutes.in_force("disclosure_referral", on=today)
    late = queries.standing().filter(
        fulfilled_on__isnull=True, referred_on__isnull=True, due_on__lt=today - timedelta(days=held.value)
    )
    done = 0
    for number in list(late.order_by("due_on", "pk").values_list("pk", flat=True)):
        try:
            done += _refer(number, today)
        except Exception:
            # One that cannot be handed over stays for the next night and stops nobody else's.
            logger.exception("disclosure-not-referred", duty=number)
    return done


@transaction.atomic
def _refer(duty_id: int, today: date) -> bool:
    duty = (
        DisclosureDuty.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("organisation__authority")
        .filter(pk=duty_id, fulfilled_on__isnull=True, referred_on__isnull=True, withdrawn_at__isnull=True)
        .first()
    )
    if duty is None:
        return False
    referral = referrals.refer(
        organisation=duty.organisation,
        source=source(duty),
        ground=f"未按期公开信息：{title(duty)}",
        provision=duty.provision,
        facts=[
            ("事项", title(duty)),
            ("期限", str(duty.due_on)),
            ("逾期天数", str((today - duty.due_on).days)),
        ],
        referred_on=today,
    )
    duty.referred_on = today
    duty.save(update_fields=["referred_on"])
    return referral is not None
