"""Saved searches: kept with their criteria, and telling their owner what is new."""

from __future__ import annotations

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.services import messages
from shetong.core.errors import ConflictError, DomainError, InvalidInputError, NotFoundError
from shetong.volunteering.models import SavedSearch, VolunteerState
from shetong.volunteering.queries import finder
from shetong.volunteering.rules import criteria
from shetong.volunteering.rules.criteria import Criteria
from shetong.volunteering.services import volunteers

logger = structlog.get_logger(__name__)
MOST = 20
TOLD = 5  # titles in one message


@transaction.atomic
def save(*, user: User, title: str, asked: Criteria) -> SavedSearch:
    """Keep a search. Raises :class:`InvalidInputError`, :class:`ConflictError` for a title that is taken."""
    volunteer = volunteers.own(user)
    name = title.strip()[:60]
    if not name:
        raise InvalidInputError(gettext("请给这次查找起个名称。"), fields={"title": gettext("请填写。")})
    if volunteer.saved_searches.count() >= MOST:
        raise ConflictError(gettext("最多保存%(most)d个查找，请先删去不用的。") % {"most": MOST})
    now = timezone.now()
    try:
        with transaction.atomic():
            return SavedSearch.objects.create(
                volunteer=volunteer, title=name, criteria=asked.parameters(), created_at=now, looked_at=now
            )
    except IntegrityError as error:
        raise ConflictError(gettext("已有同名的查找，请换一个名称。")) from error


@transaction.atomic
def change(*, user: User, search_id: int, notify: bool) -> SavedSearch:
    """Switch the messages of a saved search on or off. Raises :class:`NotFoundError`."""
    found = _own(user, search_id)
    if notify and not found.notify:
        found.looked_at = timezone.now()  # what came in the meantime is not told of
    found.notify = notify
    found.save(update_fields=["notify", "looked_at"])
    return found


@transaction.atomic
def remove(*, user: User, search_id: int) -> None:
    """Delete a saved search. Raises :class:`NotFoundError`."""
    _own(user, search_id).delete()


def tell_all() -> int:
    """Tell the owners of saved searches what was published since they were last looked at; return how many."""
    told = 0
    wanted = SavedSearch.objects.filter(
        notify=True, volunteer__state=VolunteerState.ACTIVE, volunteer__user__isnull=False
    )
    for pk in list(wanted.order_by("looked_at", "pk").values_list("pk", flat=True)):
        try:
            told += _tell(pk)
        except DomainError as error:
            logger.warning("saved-search.failed", search=pk, code=error.code)
    return told


@transaction.atomic
def _tell(search_id: int) -> bool:
    rows = SavedSearch.objects.select_for_update(of=("self",), skip_locked=True).select_related("volunteer__user")
    search = rows.filter(pk=search_id, notify=True).first()
    if search is None or search.volunteer.user is None:
        return False
    asked, now = criteria_of(search), timezone.now()
    new = finder.find(asked, since=search.looked_at, limit=TOLD + 1)
    search.looked_at = now
    search.save(update_fields=["looked_at"])
    if not new:
        return False
    titles = "、".join(f"“{one.title}”" for one in new[:TOLD])
    messages.send(
        to=search.volunteer.user, topic=Topic.VOLUNTEER, key=f"saved-search-{search.pk}-{new[0].pk}-{now:%Y%m%d%H%M}",
        title=f"“{search.title}”有新的志愿服务活动",
        text=f"{titles}等。" if len(new) > TOLD else f"{titles}。",
        url=f"/volunteering/?{asked.query_string()}",
    )  # fmt: skip
    return True


def criteria_of(search: SavedSearch) -> Criteria:
    """Return what a saved search looks for; what the lists do not know any more is left out."""
    given: dict[str, object] = {}
    for name, value in search.criteria:
        if name in ("skill", "language"):
            given[name] = [*given.get(name, []), value]  # type: ignore[misc] # a list by then
        else:
            given[name] = value
    return criteria.read(given)[0]  # type: ignore[arg-type] # lists where several may stand


def _own(user: User, search_id: int) -> SavedSearch:
    found = SavedSearch.objects.select_for_update(of=("self",)).filter(pk=search_id, volunteer__user=user).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这个查找，可能已经删去。"))
    return found
