"""Saved searches: kept with their criteria, and telling their owner what is new, each activity once.

What is new is kept as activities, not as a moment: the index follows a publication by some seconds, and what was
published on Monday for the Saturday after next is first found by "Saturday" a week later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue

from shetong.accounts.models import User
from shetong.accounts.models.choices import Topic
from shetong.accounts.services import messages
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError
from shetong.core.said import say
from shetong.volunteering.models import Activity, ActivityState, SavedSearch, VolunteerState
from shetong.volunteering.queries import finder
from shetong.volunteering.rules import criteria
from shetong.volunteering.rules.criteria import Criteria
from shetong.volunteering.services import volunteers

logger = structlog.get_logger(__name__)
MOST = 20
TOLD = 5  # titles in one message
# By so much the index may be behind; what is in it already by then is not told of.
BEHIND = timedelta(minutes=10)
_OVER = (ActivityState.FINISHED, ActivityState.ARCHIVED, ActivityState.CANCELLED)


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
                volunteer=volunteer, title=name, criteria=asked.parameters(), created_at=now, looked_at=now,
                since=now - BEHIND, told=_seen(asked, now - BEHIND),
            )  # fmt: skip
    except IntegrityError as error:
        raise ConflictError(gettext("已有同名的查找，请换一个名称。")) from error


@transaction.atomic
def change(*, user: User, search_id: int, notify: bool) -> SavedSearch:
    """Switch the messages of a saved search on or off. Raises :class:`NotFoundError`."""
    found = _own(user, search_id)
    if notify and not found.notify:
        # What came in the meantime is not told of.
        found.since = timezone.now() - BEHIND
        found.told = _seen(criteria_of(found), found.since)
    found.notify = notify
    found.save(update_fields=["notify", "since", "told"])
    return found


@transaction.atomic
def remove(*, user: User, search_id: int) -> None:
    """Delete a saved search. Raises :class:`NotFoundError`."""
    _own(user, search_id).delete()


def tell_all() -> int:
    """Tell the owners of saved searches what is new, the longest unseen first; return how many were told."""
    told = 0
    wanted = SavedSearch.objects.filter(
        notify=True, volunteer__state=VolunteerState.ACTIVE, volunteer__user__isnull=False
    )
    for pk in list(wanted.order_by("looked_at", "pk").values_list("pk", flat=True)):
        try:
            told += _tell(pk)
        except Exception as error:  # one search that fails must not keep the others from being told
            logger.error("saved-search.failed", search=pk, error=type(error).__name__)
            SavedSearch.objects.filter(pk=pk).update(looked_at=timezone.now())
    return told


@transaction.atomic
def _tell(search_id: int) -> bool:
    rows = SavedSearch.objects.select_for_update(of=("self",), skip_locked=True).select_related("volunteer__user")
    search = rows.filter(pk=search_id, notify=True).first()
    if search is None or search.volunteer.user is None:
        return False
    asked, now = criteria_of(search), timezone.now()
    new = finder.find(asked, since=search.since, without=search.told, limit=finder.LARGEST_LIMIT)
    over = set(Activity.objects.filter(pk__in=search.told, state__in=_OVER).values_list("pk", flat=True))
    search.told = [pk for pk in search.told if pk not in over] + [one.pk for one in new]
    search.looked_at = now
    search.save(update_fields=["told", "looked_at"])
    if not new:
        return False
    titles = "、".join(f"“{one.title}”" for one in new[:TOLD])
    messages.send(
        to=search.volunteer.user, topic=Topic.VOLUNTEER, key=f"saved-search-{search.pk}-{new[0].pk}-{now:%Y%m%d%H%M}",
        title=say(N_("“%(search)s”有新的志愿服务活动"), search=search.title),
        text=say(N_("%(titles)s等。"), titles=titles) if len(new) > TOLD else f"{titles}。",
        # By key: what is looked for may be longer than an address in a message, and where somebody lives stays here.
        url=f"/hall/volunteering/searches/{search.pk}/",
    )  # fmt: skip
    return True


def _seen(asked: Criteria, since: datetime) -> list[int]:
    return [one.pk for one in finder.find(asked, since=since, limit=finder.LARGEST_LIMIT)]


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
