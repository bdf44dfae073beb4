"""Forms of credit: they take what is typed; services judge it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shetong.charity.disclosure_forms import Fen, day, long
from shetong.charity.models import CreditDocument, CreditGrade, CreditKind, CreditSubject


def _named(choices: Any) -> list[tuple[str, Any]]:
    return [(one.value, _(str(one.label))) for one in choices]


class NoticeForm(forms.Form):
    """Notice of what is going to be recorded."""

    subject = forms.ChoiceField(label=_("记入对象"), choices=_named(CreditSubject))
    kind = forms.ChoiceField(label=_("行为"), choices=_named(CreditKind), initial=CreditKind.BREACH.value)
    organisation = forms.CharField(
        label=_("统一社会信用代码（组织）"),
        max_length=18,
        required=False,
        help_text=_("登记在册的组织填写，不填姓名。"),
    )
    name = forms.CharField(
        label=_("姓名或者名称（个人、其他）"),
        max_length=100,
        required=False,
        help_text=_("加密保存；公开时只显示姓氏。"),
    )
    identity_number = forms.CharField(label=_("证件号码（选填）"), max_length=18, required=False)
    facts = long(_("事实和证据"))
    provision = forms.CharField(label=_("依据"), max_length=300, required=False)


class DecisionForm(forms.Form):
    """A decision that an act is recorded."""

    document = forms.ChoiceField(label=_("作为依据的法律文书"), choices=_named(CreditDocument))
    document_number = forms.CharField(label=_("法律文书文号"), max_length=120, required=False)
    document_on = day(_("法律文书日期"))
    decision_number = forms.CharField(label=_("决定文号"), max_length=120, required=False)
    grade = forms.ChoiceField(label=_("失信程度"), choices=_named(CreditGrade))
    months = forms.IntegerField(
        label=_("公示月数（选填）"), min_value=1, max_value=60, required=False, help_text=_("不填的，按最长期限。")
    )
    reason = long(_("理由"))


class ReasonForm(forms.Form):
    """A reason."""

    reason = long(_("理由"))


class HonourForm(forms.Form):
    """A donor held in honour."""

    shown = forms.CharField(label=_("公开的名称"), max_length=100, required=False, help_text=_("捐赠人同意的写法。"))
    consented_on = day(_("捐赠人同意公开的日期"), required=False)
    ground = forms.CharField(label=_("事迹"), max_length=300, required=False)
    total = Fen(label=_("捐赠数额"), required=True)
    period_from = day(_("捐赠期间起"))
    period_to = day(_("捐赠期间止"))
    document = forms.CharField(label=_("文号"), max_length=120, required=False)
