"""Forms about certificates of service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **options)


class CertificateForm(forms.Form):
    """Which certificate a volunteer wants."""

    team = forms.ChoiceField(label=_("由哪个团体出具"))
    first = _day(_("开始日期（选填）"), required=False, help_text=_("不填就从第一次服务算起。"))
    last = _day(_("结束日期（选填）"), required=False, help_text=_("不填就算到今天。"))
    latin_name = forms.CharField(
        label=_("英文版上的姓名（选填）"), required=False,
        help_text=_("照护照上的写法；不填就用汉语拼音。"),
    )  # fmt: skip
    purpose = forms.CharField(label=_("用途（选填）"), required=False, max_length=60, help_text=_("例如：升学。"))

    def __init__(self, *arguments: Any, teams: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["team"].choices = teams  # type: ignore[attr-defined] # a choice field


class BatchForm(forms.Form):
    """Certificates for everybody who served in a period."""

    title = forms.CharField(label=_("这一批的名称"), max_length=60, help_text=_("例如：示范中学高二年级上学期。"))
    first = _day(_("开始日期"))
    last = _day(_("结束日期"))


class ForgedForm(forms.Form):
    """A number on a forged paper."""

    number = forms.CharField(label=_("假证明上的编号"), max_length=60)
    note = forms.CharField(label=_("伪造的情形"), max_length=300, help_text=_("会公开，不要写个人信息。"))
    found_on = _day(_("发现日期"))
