"""Forms of organisers: activities, posts, sessions and their changes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shetong.volunteering.forms import SpotField, division_code, several
from shetong.volunteering.models import Admission, CheckInWay, Datum, Field, Language, Session, Shift, Skill
from shetong.volunteering.services.changing import When

_SPOT: dict[str, Any] = {
    "label": _("位置（选填）"), "required": False,
    "help_text": _("经度,纬度，例如 116.48,39.95。在活动地点时，可以用手机按“用我的位置”。"),
}  # fmt: skip
_CRS: dict[str, Any] = {
    "label": _("位置取自"), "choices": Datum, "initial": Datum.GCJ02, "required": False,
    "help_text": _("国内地图的坐标与手机定位相差最多约700米，选对了才能准确判断是否到场。"),
}  # fmt: skip


def _moment(label: Any, help_text: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, help_text=help_text, required=False, widget=widget)


class ActivityForm(forms.Form):
    """What an organiser writes of an activity."""

    title = forms.CharField(label=_("活动名称"), required=False)
    field = forms.ChoiceField(label=_("服务类别"), choices=Field)
    served = forms.CharField(label=_("服务对象（选填）"), required=False, help_text=_("例如：社区独居老人。"))
    content = forms.CharField(label=_("活动内容"), widget=forms.Textarea, required=False)
    division_code = forms.CharField(label=_("所在区县"), required=False, help_text=_("例如：北京市朝阳区。"))
    address = forms.CharField(label=_("地点"), required=False)
    spot = SpotField(**_SPOT)
    crs = forms.ChoiceField(**_CRS)
    risks = forms.CharField(
        label=_("风险提示"),
        widget=forms.Textarea,
        required=False,
        help_text=_("报名前会显示，例如：室外高温，请带水。"),
    )
    insurance = forms.CharField(label=_("保险（选填）"), required=False, help_text=_("险种、保额和保险单号。"))
    support = forms.CharField(
        label=_("保障（选填）"), required=False, help_text=_("例如：提供午餐、饮水，报销市内交通费。")
    )
    contact = forms.CharField(label=_("联系人"), required=False)
    contact_phone = forms.CharField(label=_("公开的联系电话"), required=False)
    admission = forms.ChoiceField(label=_("录用方式"), choices=Admission)
    opens_at = _moment(_("报名开始（选填）"), _("不填的，发布以后就可以报名。"))
    closes_at = _moment(_("报名截止（选填）"), _("不填的，每一场开始以前都可以报名。"))
    confirm_hours = forms.IntegerField(
        label=_("候补确认时限（小时）"), required=False, initial=24,
        help_text=_("有名额时，候补的人须在这段时间内确认，逾期的名额给下一位。1至168小时。"),
    )  # fmt: skip
    members_only = forms.BooleanField(label=_("只招募本团体成员"), required=False)
    check_in = forms.ChoiceField(
        label=_("签到方式"), choices=CheckInWay, initial=CheckInWay.QR, required=False,
        help_text=_("扫动态二维码最能防止代签；到达地点签到须填写位置；负责人点名适合不带手机的人。"),
    )  # fmt: skip
    fence_metres = forms.IntegerField(
        label=_("签到范围（米）"), required=False, initial=300, help_text=_("离活动位置多远以内算到场，50至5000米。")
    )
    SIGNING_UP = ("admission", "opens_at", "closes_at", "confirm_hours", "members_only")
    CHECKING_IN = ("check_in", "fence_metres")

    def values(self) -> dict[str, Any]:
        """Return what was written, as the service takes it; what may not be empty and is stays as it is."""
        given = dict(self.cleaned_data)
        spot = given.pop("spot")
        given["division_code"] = division_code(given["division_code"])
        kept = {
            name: value
            for name, value in given.items()
            if name not in ("crs", "confirm_hours", "check_in", "fence_metres") or value not in (None, "")
        }
        return {
            **kept,
            "longitude": spot.longitude if spot else None,
            "latitude": spot.latitude if spot else None,
        }

    def main(self) -> list[forms.BoundField]:
        """Return the fields that stand before the two groups."""
        return [each for each in self if each.name not in (*self.SIGNING_UP, *self.CHECKING_IN)]

    def signing_up(self) -> list[forms.BoundField]:
        """Return the fields about signing up."""
        return [self[name] for name in self.SIGNING_UP]

    def checking_in(self) -> list[forms.BoundField]:
        """Return the fields about checking in."""
        return [self[name] for name in self.CHECKING_IN]


class PostForm(forms.Form):
    """A post of an activity."""

    title = forms.CharField(label=_("岗位名称"), required=False)
    duties = forms.CharField(label=_("职责（选填）"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    places = forms.IntegerField(label=_("每场名额"), required=False)
    waiting_limit = forms.IntegerField(
        label=_("候补上限"), required=False, initial=100, help_text=_("名额满了以后还可以有多少人候补；0表示不设候补。")
    )
    age_from = forms.IntegerField(label=_("最低年龄（选填）"), required=False)
    age_to = forms.IntegerField(label=_("最高年龄（选填）"), required=False)
    skills = several(_("技能要求"), Skill)
    languages = several(_("语言要求"), Language)
    training = forms.CharField(
        label=_("培训要求（选填）"), required=False,
        help_text=_("写团体培训记录中的培训名称，一字不差；参加过这个培训的人才能报名。"),
    )  # fmt: skip
    insured = forms.BooleanField(
        label=_("须有保险"), required=False, help_text=_("有这样的岗位，发布前须写明活动的保险。")
    )
    DEMANDS = ("age_from", "age_to", "training", "insured")

    def values(self) -> dict[str, Any]:
        """Return what was written, as the service takes it."""
        given = dict(self.cleaned_data)
        if given["waiting_limit"] is None:
            del given["waiting_limit"]
        return given


class _TimeForm(forms.Form):
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("开始时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label=_("时长（分钟）"), initial=120)

    def starts_at(self) -> datetime:
        """Return the beginning, in the time zone of the site."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))


class SessionsForm(_TimeForm):
    """Sessions of an activity, once or repeated."""

    RULES = (
        ("", _("只一次")),
        ("FREQ=DAILY", _("每天")),
        ("FREQ=WEEKLY", _("每周")),
        ("FREQ=WEEKLY;INTERVAL=2", _("每两周")),
        ("FREQ=MONTHLY", _("每月")),
        ("FREQ=WEEKLY;BYDAY=SA,SU", _("每个周末")),
    )
    rule = forms.ChoiceField(label=_("重复"), choices=RULES, required=False)
    until = forms.DateField(label=_("重复到（选填）"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def last_day(self) -> date | None:
        """Return the day up to which sessions repeat."""
        until: date | None = self.cleaned_data.get("until")
        return until


class SessionChangeForm(_TimeForm):
    """Another time or place of a session."""

    address = forms.CharField(
        label=_("这一场的地点（选填）"), required=False, help_text=_("与活动的地点不同时才填写。"), max_length=200
    )
    spot = SpotField(**_SPOT)
    crs = forms.ChoiceField(**_CRS)

    @staticmethod
    def shown(session: Session) -> dict[str, Any]:
        """Return what the form shows of a session as it is."""
        begins = timezone.localtime(session.during.lower)
        length = session.during.upper - session.during.lower
        spot = f"{session.longitude},{session.latitude}" if session.longitude is not None else ""
        return {
            "day": begins.date(), "time": begins.time(), "minutes": int(length.total_seconds() // 60),
            "address": session.address, "spot": spot, "crs": session.crs if spot else Datum.GCJ02,
        }  # fmt: skip

    def when(self) -> When:
        """Return what was written, as the service takes it."""
        given = self.cleaned_data
        spot = given["spot"] if given["address"].strip() else None
        return When(self.starts_at(), given["minutes"], given["address"], spot, given["crs"])


class ShiftForm(forms.Form):
    """The places of a shift."""

    places = forms.IntegerField(label=_("名额"))
    waiting_limit = forms.IntegerField(label=_("候补上限"))

    @classmethod
    def of(cls, shift: Shift, data: Any = None) -> ShiftForm:
        """Return the form of a shift, with names of its own on a page of several."""
        shown = {"places": shift.places, "waiting_limit": shift.waiting_limit}
        return cls(data, initial=shown, prefix=f"shift-{shift.pk}")
