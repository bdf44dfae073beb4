"""The shapes of volunteering's answers: written by msgspec, documented by the same names."""

from __future__ import annotations

from datetime import datetime

import msgspec
from ninja import Field, Schema

from shetong.volunteering.models.choices import Datum, SignupState
from shetong.volunteering.queries.finder import Found
from shetong.volunteering.services.signups import Answer


class ActivityItem(Schema):
    """An activity in a list."""

    number: str = Field(description="活动编号")
    title: str
    team: str = Field(description="发起团体")
    address: str
    division_code: str
    field: str = Field(description="服务类别")
    longitude: float | None = Field(description="经度；坐标系见单个活动的 crs")
    latitude: float | None
    room: int = Field(description="空余名额")
    metres: int | None = Field(description="与所给位置的距离（米）")
    url: str
    demo: bool


class ActivityList(Schema):
    """Activities that were found."""

    items: list[ActivityItem]


class ShiftItem(Schema):
    """A shift that can be signed up for."""

    id: int
    post: str
    address: str = Field(description="这一场的地点；与活动的相同时为空")
    starts_at: datetime
    ends_at: datetime
    places: int
    taken: int
    waiting: int
    open: bool
    skills: list[str]
    languages: list[str]
    age_from: int | None
    age_to: int | None


class ActivityDetail(ActivityItem):
    """An activity with its shifts to come."""

    state: str
    content: str
    risks: str
    insurance: str
    opens_at: datetime | None
    closes_at: datetime | None
    crs: str = Field(description="坐标系", json_schema_extra={"enum": [str(one) for one in Datum.values]})
    shifts: list[ShiftItem]


class SignupAnswer(Schema):
    """Where a sign-up stands."""

    signup: int = Field(description="报名编号")
    state: str = Field(description="状态", json_schema_extra={"enum": [str(state) for state in SignupState.values]})
    queue: int = Field(description="候补次序，1 为下一位；不在候补中为 0")
    confirm_by: datetime | None = Field(default=None, description="候补到位后的确认期限")


class _Item(msgspec.Struct):
    number: str
    title: str
    team: str
    address: str
    division_code: str
    field: str
    longitude: float | None
    latitude: float | None
    room: int
    metres: int | None
    url: str
    demo: bool


class _List(msgspec.Struct):
    items: list[_Item]


class _Signup(msgspec.Struct):
    signup: int
    state: str
    queue: int
    confirm_by: datetime | None = None


def listed(found: list[Found], base: str) -> bytes:
    """Return a list of activities; ``base``: the address of their pages, up to the number."""
    return msgspec.json.encode(
        _List(
            [
                _Item(
                    one.number, one.title, one.team, one.address, one.division_code, one.field, one.longitude,
                    one.latitude, one.room, None if one.metres is None else round(one.metres),
                    f"{base}{one.number}/", one.demo,
                )
                for one in found
            ]
        )
    )  # fmt: skip


def answered(answer: Answer) -> bytes:
    """Return what somebody who signed up is told."""
    return msgspec.json.encode(_Signup(answer.signup_id, answer.state.value, answer.queue))


def standing(signup_id: int, state: str, queue: int, confirm_by: datetime | None) -> bytes:
    """Return where a sign-up stands now."""
    return msgspec.json.encode(_Signup(signup_id, state, queue, confirm_by))
