"""The form by which a public-fundraising qualification is taken away; the service judges it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shetong.charity.disclosure_forms import day, long


class RevocationForm(forms.Form):
    """A decision: its number, day, reason and provision, read once more before it is made."""

    document = forms.CharField(label=_("撤销决定文号"), max_length=120, required=False)
    effective_on = day(_("撤销日期"), help_text=_("自这一天起不得公开募捐；以前的捐赠仍由平台报送。"))
    reason = long(_("事由"))
    provision = forms.CharField(label=_("依据"), max_length=300, required=False)
    certain = forms.BooleanField(
        label=_("已经核对：资格撤销后，正在进行的募捐活动立即停止，规定年限内不得再次申请。"),
        error_messages={"required": _("请先核对，再勾选确认。")},
    )
