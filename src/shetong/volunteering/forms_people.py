"""Forms about teams and their people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shetong.volunteering.models import StaffRole

PASSED = (("", _("没有考核")), ("1", _("考核通过")), ("0", _("考核未通过")))


class TeamChangeForm(forms.Form):
    """What a team says of itself and what it asks who wants to join."""

    division_code = forms.CharField(label=_("服务区域"), help_text=_("写到区县，例如：北京市朝阳区。"))
    address = forms.CharField(label=_("地址（选填）"), max_length=200, required=False)
    contact = forms.CharField(label=_("联系人"), max_length=40)
    contact_phone = forms.CharField(label=_("公开的联系电话"), max_length=30)
    about = forms.CharField(label=_("简介（选填）"), required=False, max_length=2000, widget=forms.Textarea)
    questions = forms.CharField(
        label=_("申请加入要回答的问题（选填）"), required=False, widget=forms.Textarea,
        help_text=_("一行一个问题；必须回答的，行末加 *。不要询问证件号码等个人信息。"),
    )  # fmt: skip
    admits_members = forms.BooleanField(label=_("招募成员"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # Three forms stand on one page.
        super().__init__(*arguments, **{"auto_id": "team-%s", **options})


class StaffForm(forms.Form):
    """A role for somebody."""

    number = forms.CharField(label=_("志愿者编号"), max_length=20, help_text=_("请本人在“我的志愿服务”中查看。"))
    role = forms.ChoiceField(label=_("角色"), choices=StaffRole)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # Three forms stand on one page.
        super().__init__(*arguments, **{"auto_id": "staff-%s", **options})


class TrainingForm(forms.Form):
    """A training that somebody took part in."""

    number = forms.CharField(label=_("志愿者编号"), max_length=20)
    title = forms.CharField(label=_("培训内容"), max_length=100)
    held_on = forms.DateField(label=_("培训日期"), widget=forms.DateInput(attrs={"type": "date"}))
    minutes = forms.IntegerField(label=_("时长（分钟）"), min_value=1, max_value=10_000)
    passed = forms.ChoiceField(label=_("考核"), choices=PASSED, required=False)
    valid_to = forms.DateField(
        label=_("有效期至（选填）"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def values(self) -> dict[str, Any]:
        """Return what was written, as the service takes it."""
        given = dict(self.cleaned_data)
        return {**given, "passed": {"1": True, "0": False}.get(given["passed"])}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # Three forms stand on one page.
        super().__init__(*arguments, **{"auto_id": "training-%s", **options})


class JoinForm(forms.Form):
    """A team's questions to who wants to join it."""

    def __init__(self, *arguments: Any, questions: list[dict[str, Any]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        for question in questions:
            label = question["text"] if question.get("required") else _("%(text)s（选填）") % {"text": question["text"]}
            self.fields[question["name"]] = forms.CharField(label=label, required=False, max_length=500)


class MergeForm(forms.Form):
    """Which of two records stays."""

    kept = forms.CharField(label=_("保留的志愿者编号"), max_length=20)
    gone = forms.CharField(label=_("并入的志愿者编号"), max_length=20)
    reason = forms.CharField(label=_("理由"), max_length=300, help_text=_("例如：本人持两种证件登记，已当面核对。"))
