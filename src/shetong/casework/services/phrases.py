"""Phrases used again and again (常用语): an officer's own and an authority's."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.models import Phrase
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

LONGEST_TITLE, LONGEST = 40, 1_000
MOST = 200


@transaction.atomic
def add(*, actor: User, title: str, text: str, division_code: str = "") -> Phrase:
    """Add a phrase of one's own, or with ``division_code`` one of the authority, by whoever assigns work there."""
    faults = {}
    if not title.strip() or len(title.strip()) > LONGEST_TITLE:
        faults["title"] = gettext("请填写名称，最多%(longest_title)s个字。") % {"longest_title": LONGEST_TITLE}
    if not text.strip() or len(text.strip()) > LONGEST:
        faults["text"] = gettext("请填写内容，最多%(longest)s个字。") % {"longest": LONGEST}
    if faults:
        raise InvalidInputError(gettext("常用语有误，请改正后重试。"), fields=faults)
    if division_code:
        permissions.require(actor, Permission.CASE_ASSIGN, division_code)
    owner = None if division_code else actor
    if Phrase.objects.filter(owner=owner, division_code=division_code).count() >= MOST:
        raise ConflictError(gettext("常用语最多%(most)s条，请先删去不用的。") % {"most": MOST})
    try:
        with transaction.atomic():
            phrase = Phrase.objects.create(
                owner=owner,
                division_code=division_code,
                title=title.strip(),
                text=text.strip(),
                recorded_by=actor,
                recorded_at=timezone.now(),
            )
    except IntegrityError:
        message = gettext("已经有这个名称的常用语，请换一个名称。")
        raise ConflictError(message, fields={"title": message}) from None
    _record(actor, "phrase.add", phrase)
    return phrase


@transaction.atomic
def remove(*, phrase_id: int, actor: User) -> None:
    """Delete a phrase: it is a help for writing, what was written with it stays where it stands."""
    found = Phrase.objects.select_for_update().filter(pk=phrase_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这条常用语，可能已经删去。"))
    if found.owner_id is None:
        permissions.require(actor, Permission.CASE_ASSIGN, found.division_code)
    elif found.owner_id != actor.pk:
        raise ForbiddenError(gettext("这是别人的常用语。"))
    _record(actor, "phrase.remove", found)
    found.delete()


def _record(actor: User, action: str, phrase: Phrase) -> None:
    audit.record(
        actor=actor, action=action, target=phrase, jurisdiction=phrase.division_code, detail={"title": phrase.title}
    )
