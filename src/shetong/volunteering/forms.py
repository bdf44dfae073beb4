"""Forms of volunteering: they take what is typed; services judge it."""

from __future__ import annotations

from itertools import product
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shetong.core import divisions
from shetong.volunteering.models import ALL_TIMES, ConsentPurpose, Field, Language, Skill, TeamKind
from shetong.volunteering.rules import places
from shetong.volunteering.services.volunteers import Profile

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
QUARTERS = (_("夜间"), _("上午"), _("下午"), _("晚上"))
_DIVISION = {"label": _("居住区域"), "help_text": _("写到区县，例如：北京市朝阳区。")}


def division_code(text: str) -> str:
    """Return the code of a division written in words or digits; the text itself where it is none."""
    text = text.strip()
    if not text or divisions.get(text) is not None:
        return text
    found = divisions.find(text)
    return found.division.code if found is not None else text


def several(label: Any, choices: Any) -> forms.MultipleChoiceField:
    """Return a field of boxes of which any may be ticked, or none."""
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple)


class SpotField(forms.CharField):
    """A place as ``longitude,latitude``; its value is a :class:`Spot`, ``None`` where nothing is written."""

    def clean(self, value: Any) -> Any:
        """Return the place. Raises :class:`ValidationError` for what cannot be read as one."""
        text = str(super().clean(value) or "").strip()
        spot = places.read(text)
        if text and spot is None:
            raise forms.ValidationError(_("看不懂这个位置。请写成“经度,纬度”，例如 116.48,39.95。"))
        return spot


class TimesField(forms.MultipleChoiceField):
    """A week in quarters of a day, one box for each; its value is their bits (:data:`ALL_TIMES`)."""

    def __init__(self, **options: Any) -> None:
        choices = [
            (str(bit), format_lazy("{} {}", day, quarter))
            for bit, (day, quarter) in enumerate(product(WEEKDAYS, QUARTERS))
        ]
        super().__init__(choices=choices, widget=forms.CheckboxSelectMultiple, **options)

    def clean(self, value: Any) -> Any:
        """Return the bits of the boxes that were ticked."""
        return sum(1 << int(bit) for bit in super().clean(value))

    @staticmethod
    def ticked(times: int) -> list[str]:
        """Return the boxes of bits."""
        return [str(bit) for bit in range(28) if times >> bit & 1]


class ProfileForm(forms.Form):
    """Skills, times and place of a volunteer."""

    division_code = forms.CharField(required=False, **_DIVISION)  # type: ignore[arg-type]
    spot = SpotField(
        label=_("常用位置（选填）"), required=False,
        help_text=_("经度,纬度，例如 116.48,39.95，只保存到约一公里。在手机上可以按“用我的位置”。"),
    )  # fmt: skip
    reach_km = forms.IntegerField(label=_("愿意前往多远（公里）"), initial=10, required=False)
    skills = several(_("我的技能"), Skill)
    languages = several(_("我会说的语言"), Language)
    fields_ = several(_("想参加的服务"), Field)
    times = TimesField(label=_("每周有空的时段"), required=False)

    def profile(self) -> Profile:
        """Return what was filled in."""
        given = self.cleaned_data
        return Profile(
            division_code=division_code(given["division_code"]), spot=given["spot"],
            reach_km=given["reach_km"] or 10, skills=given["skills"], languages=given["languages"],
            fields=given["fields_"], times=given["times"] or ALL_TIMES,
        )  # fmt: skip


class RegistrationForm(ProfileForm):
    """Registering as a volunteer."""

    name = forms.CharField(label=_("姓名"), max_length=40, required=False)
    identity_number = forms.CharField(
        label=_("证件号码"),
        required=False,
        help_text=_("居民身份证、港澳台居民居住证或外国人永久居留身份证的18位号码。"),
    )
    phone = forms.CharField(label=_("手机号"), required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    emergency = forms.CharField(label=_("紧急联系人和电话（选填）"), max_length=80, required=False)
    consents = several(_("同意"), ConsentPurpose)


class GuardianForm(forms.Form):
    """The guardian of a minor."""

    name = forms.CharField(label=_("监护人姓名"), required=False)
    relation = forms.CharField(label=_("与您的关系"), required=False, help_text=_("例如：母亲。"))
    identity_number = forms.CharField(label=_("监护人证件号码"), required=False)
    phone = forms.CharField(label=_("监护人手机号"), required=False, help_text=_("同意码会发到这个号码。"))


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(label=_("团体名称"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("类型"), choices=TeamKind, initial=TeamKind.GROUP)
    division_code = forms.CharField(label=_("服务区域"), help_text=_("写到区县，例如：北京市朝阳区。"), required=False)
    contact = forms.CharField(label=_("联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(label=_("公开的联系电话"), max_length=30, required=False)
    about = forms.CharField(label=_("简介（选填）"), required=False, max_length=2000, widget=forms.Textarea)
