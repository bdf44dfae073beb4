"""Forms about honours, benefits and texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shetong.volunteering.forms import division_code
from shetong.volunteering.models import StoryKind


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **options)


class _Placed(forms.Form):
    """A form with a division, written in words."""

    def clean_division_code(self) -> str:
        """Return the division's code."""
        return division_code(self.cleaned_data["division_code"])


class HonourForm(_Placed):
    """An honour and for whom it is."""

    title = forms.CharField(label=_("表彰名称"), max_length=100)
    grantor = forms.CharField(label=_("授予机关"), max_length=120)
    document = forms.CharField(label=_("文号（选填）"), max_length=120, required=False)
    granted_on = _day(_("授予日期"))
    division_code = forms.CharField(label=_("地区"), help_text=_("写到区县，例如：北京市朝阳区。"))
    receiver = forms.CharField(label=_("志愿者编号或团体编号"), max_length=20, help_text=_("V 或 T 开头的编号。"))
    citation = forms.CharField(label=_("事迹（选填）"), max_length=500, required=False, widget=forms.Textarea)


class StoryForm(_Placed):
    """A word of thanks or a story."""

    kind = forms.ChoiceField(label=_("文章类别"), choices=StoryKind)
    title = forms.CharField(label=_("标题"), max_length=60)
    text = forms.CharField(
        label=_("正文"), max_length=3000, widget=forms.Textarea, help_text=_("不要写他人的姓名、电话、住址和病情。")
    )
    signature = forms.CharField(label=_("署名"), max_length=40, help_text=_("会公开，可以写“一位老人的家属”。"))
    team_number = forms.CharField(label=_("有关团体的编号（选填）"), max_length=20, required=False)
    division_code = forms.CharField(label=_("地区"), help_text=_("写到区县，例如：北京市朝阳区。"))


class PartnerForm(_Placed):
    """Who wants to offer benefits."""

    name = forms.CharField(label=_("单位名称"), max_length=100)
    division_code = forms.CharField(label=_("地区"), help_text=_("写到区县，例如：北京市朝阳区。"))
    contact = forms.CharField(label=_("联系人"), max_length=40)
    contact_phone = forms.CharField(label=_("公开的联系电话"), max_length=30)


class BenefitForm(forms.Form):
    """A benefit."""

    title = forms.CharField(label=_("名称"), max_length=80, help_text=_("例如：博物馆门票一张。不能是现金或者购物券。"))
    description = forms.CharField(label=_("说明"), max_length=500, widget=forms.Textarea)
    least_star = forms.IntegerField(label=_("最低星级（0为不限）"), min_value=0, max_value=5, initial=0)
    least_hours = forms.IntegerField(label=_("最低累计小时（0为不限）"), min_value=0, max_value=100_000, initial=0)
    cost_hours = forms.IntegerField(
        label=_("兑换所需小时（0为不用）"), min_value=0, max_value=10_000, initial=0,
        help_text=_("只从可兑换的小时中扣，服务记录不变。"),
    )  # fmt: skip
    stock = forms.IntegerField(label=_("数量"), min_value=1, max_value=1_000_000)
    each = forms.IntegerField(label=_("每人次数"), min_value=1, max_value=100, initial=1)
    from_day = _day(_("开始日期"))
    to_day = _day(_("结束日期"))

    def values(self) -> dict[str, Any]:
        """Return what was written, as the service takes it."""
        given = dict(self.cleaned_data)
        return {**given, "least_minutes": 60 * given["least_hours"], "cost_minutes": 60 * given["cost_hours"]}


class RecordFileForm(forms.Form):
    """A file of records of another system."""

    system = forms.ChoiceField(label=_("来源系统"))
    confirmer = forms.CharField(
        label=_("来源系统的确认人"), max_length=100, help_text=_("来源系统里确认这些记录属实的单位和人员。")
    )
    file = forms.FileField(label=_("记录文件"), help_text=_("CSV 或者 XLSX，最大20MB。"))

    def __init__(self, *arguments: Any, systems: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices = [("", _("请选择")), *systems]
        self.fields["system"].choices = choices  # type: ignore[attr-defined] # a field of choices
