"""Notes between officers about a case, with the colleagues named in them."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.queries.deputies import colleagues
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework.models import Case, CaseNote, Mention, State
from shetong.casework.services import telling
from shetong.core.errors import InvalidInputError, NotFoundError

LONGEST = 4_000
MOST_MENTIONS = 20
_MENTION = re.compile(r"@([^\s@，。；：、,.;:!?！？（）()]{1,100})")


@transaction.atomic
def write(*, case_id: int, actor: User, text: str) -> CaseNote:
    """Write a note; ``@姓名`` or ``@用户名`` names a colleague, who finds it among his work.

    Raises :class:`InvalidInputError` for an empty or too long text and for a name that no colleague of the authority
    has, so that nobody waits for an answer that nobody was asked for.
    """
    case = Case.objects.filter(pk=case_id).exclude(state__in=(State.DRAFT, State.DISCARDED)).first()
    if case is None:
        raise NotFoundError(gettext("没有找到这个办件，请核对办件编号。"))
    permissions.require(actor, Permission.CASE_VIEW, case.authority_division)
    words = text.strip()
    if not words or len(words) > LONGEST:
        message = gettext("请填写便笺，最多%(longest)s个字。") % {"longest": LONGEST}
        raise InvalidInputError(message, fields={"text": message})
    named = _named(case, words)
    note = CaseNote.objects.create(case=case, author=actor, text=words, written_at=timezone.now())
    for user in named:
        _mention(case, note, user, actor)
    audit.record(
        actor=actor,
        action="case.note",
        target=case,
        jurisdiction=case.authority_division,
        detail={"number": case.number or "", "note": note.pk, "mentions": [user.pk for user in named]},
    )
    return note


def write_to(case: Case, *, author: User, to: User, text: str) -> CaseNote:
    """Write a note to one colleague within the transaction of the act that it goes with."""
    words = text.strip()
    if len(words) > LONGEST:
        raise InvalidInputError(
            gettext("附言最多%(longest)s个字。") % {"longest": LONGEST},
            fields={"note": gettext("附言最多%(longest)s个字。") % {"longest": LONGEST}},
        )
    note = CaseNote.objects.create(case=case, author=author, text=words, written_at=timezone.now())
    _mention(case, note, to, author)
    return note


def _mention(case: Case, note: CaseNote, user: User, author: User) -> None:
    """Name somebody in a note and tell him; the text itself stays in the office."""
    if user.pk == author.pk:
        return
    Mention.objects.create(note=note, user=user)
    telling.officer(user, key=f"note:{note.pk}", title=f"{author.get_full_name()}在便笺中提到您", case=case)


def _named(case: Case, text: str) -> list[User]:
    names = dict.fromkeys(_MENTION.findall(text))
    if len(names) > MOST_MENTIONS:
        message = gettext("一张便笺最多提到%(most_mentions)s人。") % {"most_mentions": MOST_MENTIONS}
        raise InvalidInputError(message, fields={"text": message})
    if not names:
        return []
    able = colleagues((case.authority_division,), Permission.CASE_VIEW)
    found = list(able.filter(username__in=names) | able.filter(display_name__in=names))
    known = {name for user in found for name in (user.username, user.display_name)}
    if unknown := [name for name in names if name not in known]:
        message = gettext("没有叫“%(list)s”的同事能够查看这个办件，请核对姓名，姓名后空一格。") % {
            "list": "、".join(unknown)
        }
        raise InvalidInputError(message, fields={"text": message})
    return found


def seen(*, case_id: int, user: User) -> int:
    """Record that ``user`` has seen what names him in a case; return how many notes that were."""
    return Mention.objects.filter(note__case_id=case_id, user=user, seen_at__isnull=True).update(seen_at=timezone.now())
