"""Forms for what comes in and what is given back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shetong.charity.forms.fields import GENERAL, Amount, Day, KeepingForm, moment, named, purpose_of, purposes
from shetong.charity.models import MONEY, Channel, Donation, DonorKind, Project, ReversalKind
from shetong.charity.rules import log_content
from shetong.charity.rules.goods import goods_code
from shetong.charity.rules.shown_names import Showing, showing_of, shown
from shetong.core.errors import InvalidInputError
from shetong.core.money import format_plain, parse_fen

SHOWINGS = (
    (Showing.MASKED, gettext_lazy("只显示姓氏（张**）")),
    (Showing.FULL, gettext_lazy("显示全名")),
    (Showing.ANONYMOUS, gettext_lazy("匿名")),
)
CURRENCIES = (("CNY", gettext_lazy("人民币")), ("HKD", gettext_lazy("港元")), ("USD", gettext_lazy("美元")),
              ("EUR", gettext_lazy("欧元")), ("GBP", gettext_lazy("英镑")), ("JPY", gettext_lazy("日元")))  # fmt: skip
# Currencies whose smallest unit is the unit itself.
_WHOLE = frozenset({"JPY"})


class GiftForm(KeepingForm):
    """What every gift says: for what, who, when."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("指定用途"), help_text=gettext_lazy("捐赠人要求只用于某一项的，选那一项，以后只能用于它。")
    )
    donated_on = Day(label=gettext_lazy("捐赠日期"))
    name = forms.CharField(
        label=gettext_lazy("捐赠人姓名或名称（选填）"), max_length=60, required=False,
        help_text=gettext_lazy("加密保存，不会公开；捐赠人不愿透露的留空。"),
    )  # fmt: skip
    donor_kind = forms.ChoiceField(label=gettext_lazy("捐赠人类别"), choices=named(DonorKind))
    showing = forms.ChoiceField(label=gettext_lazy("捐赠人公开显示的方式"), choices=SHOWINGS)

    def __init__(self, *args: Any, projects: list[Project], **options: Any) -> None:
        super().__init__(*args, **options)
        self._projects = projects
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = purposes(projects)

    def meant_for(self) -> tuple[Project | None, str]:
        """Return project and earmark."""
        return purpose_of(self.cleaned_data["purpose"], self._projects)

    def gift(self) -> dict[str, Any]:
        """Return the gift as the service takes it, but for its pool."""
        raise NotImplementedError

    def asset(self) -> dict[str, Any]:
        """Return the pool's asset where it is not money."""
        return {}

    def donor(self) -> dict[str, Any]:
        """Return what a gift says of its donor and of its moment."""
        given = self.cleaned_data
        return {
            "name": given["name"].strip(),
            "shown": shown(given["name"], Showing(given["showing"])),
            "donor_kind": DonorKind(given["donor_kind"]),
            "donated_at": moment(given["donated_on"]),
        }


class MoneyForm(GiftForm):
    """A gift of money that did not come through a platform."""

    channel = forms.ChoiceField(
        label=gettext_lazy("接收方式"),
        choices=named((Channel.BANK, Channel.CASH, Channel.BOX, Channel.OTHER)),
    )
    amount = Amount(label=gettext_lazy("金额"))
    currency = forms.ChoiceField(label=gettext_lazy("原币种"), choices=CURRENCIES, required=False)
    original = forms.CharField(
        label=gettext_lazy("原币金额（外币捐赠填写）"), required=False,
        help_text=gettext_lazy("上面的“金额”填写折合的人民币。"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    field_order = ("channel", "amount", "currency", "original", "purpose", "donated_on")

    def clean_currency(self) -> str:
        """Take yuan where nothing is said."""
        return str(self.cleaned_data["currency"] or "CNY")

    def clean(self) -> dict[str, Any]:
        """Ask for the foreign amount with a foreign currency, and for none without."""
        given = super().clean() or self.cleaned_data
        foreign = given.get("currency", "CNY") != "CNY"
        if foreign and not given.get("original"):
            self.add_error("original", _("外币捐赠请填写原币金额。"))
        elif not foreign and given.get("original"):
            self.add_error("currency", _("填写了原币金额，请选择币种。"))
        elif foreign:
            self._clean_original(given)
        return given

    def _clean_original(self, given: dict[str, Any]) -> None:
        try:
            original = parse_fen(given["original"])
        except InvalidInputError:
            self.add_error("original", _("原币金额应为数字。"))
            return
        if original <= 0:
            self.add_error("original", _("原币金额应大于零。"))
        elif given["currency"] in _WHOLE and original % 100:
            self.add_error("original", _("这个币种没有小数，请填写整数。"))

    def gift(self) -> dict[str, Any]:
        """Return the gift as the service takes it, but for its pool."""
        given = self.cleaned_data
        foreign = given["currency"] != "CNY"
        original = parse_fen(given["original"]) if foreign else None
        if original is not None and given["currency"] in _WHOLE:
            original //= 100
        return {
            **self.donor(),
            "amount": given["amount"],
            "channel": Channel(given["channel"]),
            "currency": given["currency"],
            "original_amount": original,
        }


class GoodsForm(GiftForm):
    """A gift in kind, at its fair value."""

    goods = forms.CharField(
        label=gettext_lazy("物品"), max_length=60, help_text=gettext_lazy("写清品名和规格，例如：儿童棉衣（130码）。")
    )
    unit = forms.CharField(label=gettext_lazy("计量单位"), max_length=12, help_text=gettext_lazy("例如：件、箱、只。"))
    quantity = forms.IntegerField(label=gettext_lazy("数量"), min_value=1, max_value=10**12)
    amount = Amount(
        label=gettext_lazy("公允价值"), help_text=gettext_lazy("全部物品合计，单位：元；依据发票、报关单或者评估。")
    )
    field_order = ("goods", "unit", "quantity", "amount", "purpose", "donated_on")

    def asset(self) -> dict[str, Any]:
        """Return the pool's asset."""
        name, unit = self.cleaned_data["goods"].strip(), self.cleaned_data["unit"].strip()
        return {"asset": goods_code(name, unit), "unit": unit, "asset_name": name}

    def gift(self) -> dict[str, Any]:
        """Return the gift as the service takes it, but for its pool."""
        given = self.cleaned_data
        return {
            **self.donor(), "amount": given["amount"], "quantity": given["quantity"], "channel": Channel.GOODS,
        }  # fmt: skip


class CorrectionForm(MoneyForm):
    """A gift of money as it should have been recorded: it begins as it stands, and what is not changed is kept.

    The real name is sealed and not shown; left empty it stays what it was.
    """

    reason = forms.CharField(label=gettext_lazy("更正的原因"), max_length=200, help_text=gettext_lazy("会记入账目。"))

    def __init__(self, *args: Any, donation: Donation, **options: Any) -> None:
        known = log_content.open_particulars(donation.particulars_sealed)
        self._donation, self._name = donation, known.name if known else ""
        super().__init__(*args, initial=self._as_it_stands(), **options)
        name = self.fields["name"]
        name.label = _("捐赠人姓名或名称（不改的留空）")
        name.help_text = _("原来登记的姓名不在这里显示，留空就保持不变。")

    def _as_it_stands(self) -> dict[str, Any]:
        row, pool = self._donation, self._donation.pool
        original = row.original_amount
        if original is not None and row.currency in _WHOLE:
            original *= 100
        return {
            "channel": row.channel,
            "amount": format_plain(row.amount),
            "purpose": f"{pool.project_id}/{pool.earmark}" if pool.earmark else str(pool.project_id or GENERAL),
            "donated_on": timezone.localdate(row.donated_at),
            "donor_kind": row.donor_kind,
            "showing": showing_of(row.shown, self._name),
            "currency": row.currency,
            "original": "" if original is None else format_plain(original),
        }

    def gift(self) -> dict[str, Any]:
        """Return the gift as the service takes it, with what the form does not ask for taken from the first one."""
        row, given = self._donation, super().gift()
        named = bool(given["name"])
        if not named:
            given["name"] = self._name
            showing = Showing(self.cleaned_data["showing"])
            given["shown"] = row.shown if showing is showing_of(row.shown, self._name) else shown(self._name, showing)
        if timezone.localdate(row.donated_at) == self.cleaned_data["donated_on"]:
            given["donated_at"] = row.donated_at
        project, _earmark = self.meant_for()
        activity = row.activity if row.activity and project and row.activity.project_id == project.pk else None
        return {
            **given,
            "corrects": row.pk,
            "donor": None if named else row.donor_id,
            "activity": activity.pk if activity else None,
            "plan": activity.plan.number if activity else None,
        }


class RefundForm(KeepingForm):
    """Taking a gift back, wholly or in part."""

    kind = forms.ChoiceField(
        label=gettext_lazy("退回原因"),
        choices=[
            (ReversalKind.REFUND.value, gettext_lazy("退款：钱退还给捐赠人")),
            (ReversalKind.VOID.value, gettext_lazy("作废：这笔记错了，没有收到")),
        ],
    )
    amount = Amount(label=gettext_lazy("退回金额"))
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)
    on = Day(label=gettext_lazy("日期"))

    def __init__(self, *args: Any, donation: Donation, **options: Any) -> None:
        super().__init__(*args, **options)
        self._given_on = timezone.localdate(donation.donated_at)
        if donation.pool.asset != MONEY:
            self.fields["amount"] = forms.IntegerField(label=_("退回数量"), min_value=1, help_text=donation.pool.unit)

    def clean_on(self) -> date:
        """Nothing is given back before it was given."""
        on: date = self.cleaned_data["on"]
        if on < self._given_on:
            raise forms.ValidationError(
                _("退回日期不能早于捐赠日期（%(day)s）。") % {"day": self._given_on.isoformat()}
            )
        return on


class ReasonForm(KeepingForm):
    """An act that needs a reason only."""

    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class DepositForm(KeepingForm):
    """Paying cash into the bank."""

    amount = Amount(label=gettext_lazy("缴存金额"))
    on = Day(label=gettext_lazy("缴存日期"))
