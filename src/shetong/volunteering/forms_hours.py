"""Forms of service time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shetong.volunteering.models import Field

_LOCAL = "%Y-%m-%dT%H:%M"


class _Moment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=_LOCAL)


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, widget=_Moment(), input_formats=[_LOCAL],
        error_messages={"required": _("请填写时间。"), "invalid": _("请填写日期和时间。")},
    )  # fmt: skip


class RecordForm(forms.Form):
    """Service written down by hand."""

    volunteer_number = forms.CharField(
        label=_("志愿者编号"), max_length=14, error_messages={"required": _("请填写志愿者编号。")}
    )
    start = _moment(_("开始时间"))
    end = _moment(_("结束时间"))
    minutes = forms.IntegerField(
        label=_("计入的分钟数（选填）"), required=False, help_text=_("不填则为全部时间；往返路途不计入。")
    )
    field = forms.ChoiceField(label=_("服务类别"), choices=Field.choices)
    content = forms.CharField(label=_("服务内容"), max_length=500, error_messages={"required": _("请填写服务内容。")})
    place = forms.CharField(label=_("服务地点（选填）"), max_length=200, required=False)
    reason = forms.CharField(
        label=_("补录的理由"), max_length=300, help_text=_("例如：当时没有网络，纸质登记。"),
        error_messages={"required": _("请写明理由，志愿者会看到。")},
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {name: self.cleaned_data[name] for name in ("start", "end", "minutes", "field", "content", "place")}


class CorrectionForm(forms.Form):
    """Another period or length of a record."""

    start = _moment(_("开始时间"))
    end = _moment(_("结束时间"))
    minutes = forms.IntegerField(label=_("计入的分钟数（选填）"), required=False)
    reason = forms.CharField(
        label=_("更正的理由"), max_length=300, error_messages={"required": _("请写明理由，志愿者会看到。")}
    )


def local(moment: datetime) -> str:
    """Return a moment as a field of these forms shows it."""
    return f"{timezone.localtime(moment):{_LOCAL}}"
