"""A project as it goes: milestones, reports with photographs, its end and the final report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.services import audit
from shetong.casework.rules import contents
from shetong.casework.services import previews, scanning, storage
from shetong.charity.models import (
    Disclosure,
    DutyKind,
    Milestone,
    ProgressReport,
    Project,
    ProjectState,
    ReportPhoto,
)
from shetong.charity.rules import log_content, privacy
from shetong.charity.services import disclosure
from shetong.charity.services.permission import Actor, authorise
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError

MOST_PHOTOS = 9
LONGEST_SIDE = 1600


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph as it was handed in, with what it shows in words."""

    content: bytes
    caption: str


def _locked(number: str, actor: Actor) -> Project:
    found = Project.objects.select_for_update(of=("self",)).select_related("organisation").filter(number=number).first()
    if found is None:
        raise NotFoundError(gettext("没有这个慈善项目，请核对项目编号。"), code="project-not-found")
    authorise(actor, found.organisation)
    return found


@transaction.atomic
def add_milestone(*, project: str, name: str, due_on: date, actor: Actor) -> Milestone:
    """Promise a step of a running project. Raises :class:`InvalidInputError`, :class:`ForbiddenError`."""
    found = _locked(project, actor)
    if found.state != ProjectState.RUNNING:
        raise WrongStateError(gettext("项目已经结束，不能再增加节点。"))
    faults = {}
    if not name.strip():
        faults["name"] = gettext("请写明节点。")
    elif found.milestones.filter(name=name.strip()).exists():
        faults["name"] = gettext("已有同名的节点。")
    elif complaint := privacy.complaint(name):
        faults["name"] = complaint
    if due_on < found.starts_on:
        faults["due_on"] = gettext("不能早于项目开始日期。")
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    made = Milestone.objects.create(project=found, name=name.strip()[:200], due_on=due_on)
    audit.record(actor=actor, action="charity.add-milestone", target=made, detail={"project": found.number})
    return made


@transaction.atomic
def reach_milestone(*, milestone_id: int, reached_on: date, actor: Actor) -> Milestone:
    """Record the day on which a step was reached; once. Raises :class:`ConflictError`, :class:`ForbiddenError`."""
    found = (
        Milestone.objects.select_for_update(of=("self",))
        .select_related("project__organisation")
        .filter(pk=milestone_id)
        .first()
    )
    if found is None:
        raise NotFoundError(gettext("没有这个节点，请刷新页面查看。"))
    authorise(actor, found.project.organisation)
    if found.reached_on is not None:
        raise ConflictError(gettext("这个节点已经登记完成，请刷新页面查看。"), code="milestone-reached")
    if reached_on > timezone.localdate():
        raise InvalidInputError(
            gettext("完成日期不能晚于今天。"), fields={"reached_on": gettext("完成日期不能晚于今天。")}
        )
    found.reached_on = reached_on
    found.save(update_fields=["reached_on"])
    audit.record(actor=actor, action="charity.reach-milestone", target=found)
    return found


def report(
    *,
    project: str,
    title: str,
    covers_to: date,
    parts: Mapping[str, str],
    photos: Sequence[Photo],
    actor: Actor,
    final: bool = False,
) -> Disclosure:
    """Publish how a project goes, with photographs; it meets the duty of the calendar that waits for it.

    Photographs are checked by content and encoded anew before they are kept, so that neither place nor device is in
    them. A final report needs a project that has ended, and is made once; what was not told while it ran can be told
    afterwards. Raises :class:`InvalidInputError`,
    :class:`WrongStateError`, :class:`ForbiddenError`.
    """
    faults = {}
    if not title.strip():
        faults["title"] = gettext("请填写标题。")
    elif complaint := privacy.complaint(title):
        faults["title"] = complaint
    if covers_to > timezone.localdate():
        faults["covers_to"] = gettext("截至日期不能晚于今天。")
    if len(photos) > MOST_PHOTOS:
        faults["photos"] = gettext("照片最多%(MOST_PHOTOS)s张。") % {"MOST_PHOTOS": MOST_PHOTOS}
    if any(not photo.caption.strip() for photo in photos):
        faults["photos"] = gettext("请为每张照片写明内容，看不见照片的人也能知道。")
    if any(complaint := privacy.complaint(photo.caption) for photo in photos):
        faults["photos"] = complaint
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    pictures = [(_cleaned(photo.content), photo.caption.strip()[:200]) for photo in photos]
    with transaction.atomic():
        found = _locked(project, actor)
        if final and found.state != ProjectState.ENDED:
            raise WrongStateError(gettext("项目结束以后才公布终期报告，并且只公布一次。"))
        if final and found.ends_on is not None and covers_to < found.ends_on:
            message = gettext("终期报告应当写到项目结束之日（%(day)s）。") % {"day": found.ends_on}
            raise InvalidInputError(message, fields={"covers_to": message})
        kind = DutyKind.PROJECT_FINAL if final else DutyKind.PROJECT_PROGRESS
        disclosure.refresh(found.organisation)
        if not final and found.state != ProjectState.RUNNING and not disclosure.owes(found, kind):
            raise WrongStateError(gettext("项目已经结束，没有逾期的进展需要补公布。"))
        heading = title.strip()[:200]
        written = disclosure.written(kind, parts)
        made = ProgressReport.objects.create(
            project=found,
            covers_to=covers_to,
            title=heading,
            body="\n".join(text for _label, text in written),
            final=final,
            digest=log_content.digest({"content": written, "title": heading}),
            published_at=timezone.now(),
        )
        kept = {storage.keep(jpeg, media_type=contents.JPEG).digest: caption for jpeg, caption in pictures}
        ReportPhoto.objects.bulk_create(
            [ReportPhoto(report=made, digest=digest, caption=caption) for digest, caption in kept.items()]
        )
        entry = disclosure.meet(
            kind=kind, until=covers_to, parts=parts, named=f"{found.name}：{heading}"[:200], actor=actor, report=made
        )
        if final:
            found.state = ProjectState.REPORTED
            found.save(update_fields=["state"])
        return entry


def _cleaned(content: bytes) -> bytes:
    contents.check(content, allowed=(contents.JPEG, contents.PNG), largest=settings.UPLOAD_LARGEST)
    scanning.require_clean(content)
    return previews.encoded_anew(content, longest=LONGEST_SIDE)


@transaction.atomic
def end(*, project: str, ended_on: date, surplus: str, actor: Actor) -> Project:
    """Record that a project has ended and what became of the surplus; the final report is due from now on.

    Raises :class:`WrongStateError`, :class:`InvalidInputError`, :class:`ForbiddenError`.
    """
    found = _locked(project, actor)
    if found.state != ProjectState.RUNNING:
        raise WrongStateError(gettext("项目已经结束，请刷新页面查看。"))
    faults = {}
    if not found.starts_on <= ended_on <= timezone.localdate():
        faults["ended_on"] = gettext("结束日期应在开始日期和今天之间。")
    if not surplus.strip():
        faults["surplus"] = gettext("请写明剩余财产怎样处理，没有剩余的写“无”。")
    elif complaint := privacy.complaint(surplus):
        faults["surplus"] = complaint
    if faults:
        raise InvalidInputError(gettext("填报的内容有误，请按提示修改。"), fields=faults)
    found.ends_on, found.surplus, found.state = ended_on, surplus.strip()[:800], ProjectState.ENDED
    found.save(update_fields=["ends_on", "surplus", "state"])
    audit.record(actor=actor, action="charity.end-project", target=found, detail={"ended_on": str(ended_on)})
    disclosure.refresh(found.organisation)
    return found


def photo(number: int) -> bytes:
    """Return a photograph as JPEG. Raises :class:`NotFoundError`, ``FileNotFoundError`` where the store lost it."""
    digest = ReportPhoto.objects.filter(pk=number).values_list("digest", flat=True).first()
    if digest is None:
        raise NotFoundError(gettext("没有这张照片，请刷新页面查看。"))
    return storage.read(digest)
