"""Forms of disclosure, figures and progress: they take what is typed; services judge it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shetong.charity.models import FACT_KINDS
from shetong.charity.rules.disclosure_contents import CONTENTS
from shetong.charity.rules.ratios import Figures
from shetong.core.errors import DomainError
from shetong.core.money import format_plain, parse_fen

DAY = {"type": "date"}
PHOTOS = 3


class Fen(forms.CharField):
    """An amount in yuan as it is typed (“50000”, “5万元”); its value is fen, ``None`` where nothing was typed."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **options)

    def clean(self, value: Any) -> Any:
        """Read the amount."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_fen(text)
        except DomainError as error:
            raise forms.ValidationError(error.message) from None


def day(label: Any, **options: Any) -> forms.DateField:
    """A day as browsers ask for one."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **options)


def long(label: Any, **options: Any) -> forms.CharField:
    """A text of several lines; the service says what is missing."""
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 4}), required=False, **options)


class PartsForm(forms.Form):
    """The parts that an entry of one kind must say, with what was written before."""

    def __init__(self, kind: str, *args: Any, written: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in CONTENTS[kind]:
            label = _(part.label) if part.required else f"{_(part.label)}{_('（选填）')}"
            self.fields[part.name] = long(
                label, help_text=_(part.hint) if part.hint else "", initial=(written or {}).get(part.label, "")
            )
        self._kind = kind

    def parts(self) -> dict[str, str]:
        """Return what was written, by name."""
        return {part.name: self.cleaned_data.get(part.name, "") for part in CONTENTS[self._kind]}


class CorrectionForm(PartsForm):
    """A correction: the whole entry anew, and why."""

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(kind, *args, **kwargs)
        self.fields["explanation"] = forms.CharField(
            label=_("更正的原因"),
            max_length=500,
            required=False,
            help_text=_("与更正一起公布，原来的内容仍然可以看到。"),
        )


class FactForm(forms.Form):
    """Something that must be published within days."""

    kind = forms.ChoiceField(label=_("事项种类"), choices=[(one.value, _(one.label)) for one in FACT_KINDS])
    happened_on = day(_("发生日期"))
    summary = forms.CharField(label=_("事项"), max_length=200, required=False)
    counterparty = forms.CharField(label=_("相对方（选填）"), max_length=200, required=False)
    amount = Fen(label=_("金额（选填）"))


_FIGURES = (
    ("income", _("总收入"), ""),
    ("donations", _("其中：捐赠收入"), ""),
    ("restricted", _("时间限定、当年不得使用的收入"), _("没有的填0。")),
    ("lifted", _("当年解除时间限定的净资产"), _("没有的填0。")),
    ("net_assets", _("年末净资产"), ""),
    ("spending", _("慈善活动支出"), _("经其他组织使用的，到达最终受益人的才计入。")),
    ("management", _("管理费用"), ""),
    ("fundraising", _("募捐成本"), ""),
    ("total", _("总支出"), ""),
)


class FiguresForm(forms.Form):
    """The figures of a year, in yuan."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, hint in _FIGURES:
            self.fields[name] = Fen(label=label, help_text=hint, required=True)
        self.fields["excuse"] = forms.CharField(
            label=_("管理费用超过比例的原因（选填）"), max_length=300, required=False,
            help_text=_("只有规定的情形，并且已经向登记管理机关报告、向社会公开的，才填写。"),
        )  # fmt: skip

    def figures(self, year: int) -> Figures:
        """Return what was filled in."""
        return Figures(year=year, **{name: self.cleaned_data[name] for name, _label, _hint in _FIGURES})


def written_figures(row: Any) -> dict[str, str]:
    """Return a year's figures as the form shows them."""
    return {name: format_plain(getattr(row, name)) for name, _label, _hint in _FIGURES} | {"excuse": row.excuse}


class MilestoneForm(forms.Form):
    """A step that a project promises."""

    name = forms.CharField(label=_("节点"), max_length=200, required=False)
    due_on = day(_("计划日期"))


class EndForm(forms.Form):
    """The end of a project."""

    ended_on = day(_("结束日期"))
    surplus = long(_("剩余财产的处理"), help_text=_("没有剩余的写“无”。"))


class ReportForm(PartsForm):
    """A report with photographs."""

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(kind, *args, **kwargs)
        heads = {
            "title": forms.CharField(label=_("标题"), max_length=150, required=False),
            "covers_to": day(_("截至日期")),
        }
        self.fields = {**heads, **self.fields}
        for at in range(1, PHOTOS + 1):
            self.fields[f"photo{at}"] = forms.FileField(
                label=_("照片%(number)s（选填）") % {"number": at}, required=False, allow_empty_file=True,
                help_text=_("JPEG 或者 PNG。公布前重新编码，去掉拍摄地点和设备信息；请勿拍到能认出受益人的画面。")
                if at == 1 else "",
                widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
            )  # fmt: skip
            self.fields[f"caption{at}"] = forms.CharField(
                label=_("照片%(number)s的说明") % {"number": at}, max_length=200, required=False
            )


def blame(form: forms.Form, error: DomainError) -> None:
    """Show a service's refusal where it belongs."""
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, text)
    if not error.fields:
        form.add_error(None, error.message)
