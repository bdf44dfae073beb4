"""Forms for what goes out, what proves it, and what comes back; and for projects with whom they concern."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shetong.charity.forms.fields import Amount, Day, KeepingForm, named, purposes
from shetong.charity.models import (
    MONEY,
    BeneficiaryCategory,
    Disbursement,
    EvidenceKind,
    OutflowKind,
    Pool,
    Project,
)
from shetong.charity.queries import keeping
from shetong.charity.views import words
from shetong.core import divisions
from shetong.core.asked import whole

NONE = ("", gettext_lazy("不选择"))
MOST_OFFERED = 50
KINDS = (OutflowKind.AID, OutflowKind.SERVICE, OutflowKind.GRANT, OutflowKind.MANAGEMENT, OutflowKind.FUNDRAISING)


def how_much(pool: Pool, label: str) -> forms.Field:
    """A field for money, or for a whole number of goods."""
    if pool.asset == MONEY:
        return Amount(label=label)
    return forms.IntegerField(label=label, min_value=1, help_text=_("单位：%(unit)s") % {"unit": pool.unit})


class NamingForm(KeepingForm):
    """A form that may name a beneficiary: of few all are offered, of many the newest and those looked for."""

    who = forms.CharField(
        label=gettext_lazy("查找受益人（编号、姓氏或者县区）"), max_length=40, required=False,
        help_text=gettext_lazy("填写后点“查找受益人”，再在下面选择。"),
    )  # fmt: skip
    beneficiary = forms.ChoiceField(
        label=gettext_lazy("受益人（选填）"), required=False,
        help_text=gettext_lazy("公开时只显示所在县区、类别、年龄段和姓氏。"),
    )  # fmt: skip

    def offer_people(self, project: Project | None) -> None:
        """Offer whom ``project`` helps, in the words that the public sees, with the number that tells them apart."""
        newest = list(keeping.beneficiaries(project)[: MOST_OFFERED + 1])
        if not newest:
            del self.fields["who"], self.fields["beneficiary"]
            return
        if len(newest) <= MOST_OFFERED:
            del self.fields["who"]
        else:
            self.looks_up = _("查找受益人")
            newest = list(keeping.beneficiaries(project, text=self._sent("who"))[:MOST_OFFERED])
            newest += keeping.beneficiaries(project).filter(pk=whole(self._sent("beneficiary")) or 0)
        choices = {str(one.pk): f"{words.who(one)}（{one.pk}）" for one in newest}
        self.fields["beneficiary"].choices = [NONE, *choices.items()]  # type: ignore[attr-defined] # declared above

    def _sent(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name)) or "")

    def told(self) -> list[dict[str, object]]:
        """What was filled in, without what was only looked for."""
        label = str(self.fields["who"].label) if "who" in self.fields else ""
        return [row for row in super().told() if row["label"] != label]


class SpendForm(NamingForm):
    """Spending out of a fund."""

    quantity = forms.Field()
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=named(KINDS))
    purpose = forms.CharField(
        label=gettext_lazy("用途"), max_length=200,
        help_text=gettext_lazy("公开显示，请写清用在什么上，不要写个人的姓名和电话。"),
    )  # fmt: skip
    budget_line = forms.ChoiceField(label=gettext_lazy("预算科目（选填）"), required=False)
    partner = forms.ChoiceField(
        label=gettext_lazy("执行机构（拨付时必选）"), required=False,
        help_text=gettext_lazy("钱先拨给执行机构、由它使用的，种类选“拨付执行机构”。"),
    )  # fmt: skip
    payee = forms.CharField(
        label=gettext_lazy("收款单位（选填）"), max_length=200, required=False,
        help_text=gettext_lazy("买东西、付服务费的，写收款的单位；收款人是个人的不写。"),
    )  # fmt: skip
    spent_on = Day(label=gettext_lazy("支出日期"))

    def __init__(self, *args: Any, pool: Pool, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pool = pool
        self.fields["quantity"] = how_much(pool, _("金额") if pool.asset == MONEY else _("数量"))
        project = pool.project
        lines = project.budget_lines.order_by("pk") if project else []
        partners = project.partners.order_by("pk") if project else []
        options_of = {
            "budget_line": [(str(one.pk), one.name) for one in lines],
            "partner": [(str(one.pk), one.name) for one in partners],
        }
        for name, choices in options_of.items():
            if choices:
                self.fields[name].choices = [NONE, *choices]  # type: ignore[attr-defined] # declared above
            else:
                del self.fields[name]
        self.offer_people(project)
        self.order_fields(
            ("quantity", "kind", "purpose", "budget_line", "partner", "who", "beneficiary", "payee", "spent_on")
        )
        if project is None:
            kinds = named(one for one in KINDS if one is not OutflowKind.GRANT)
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined] # declared above

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        given, project = self.cleaned_data, self._pool.project
        found: dict[str, Any] = {
            "quantity": given["quantity"], "kind": OutflowKind(given["kind"]), "purpose": given["purpose"],
            "payee": given["payee"].strip(), "spent_on": given["spent_on"],
        }  # fmt: skip
        for name, rows in (("budget_line", "budget_lines"), ("partner", "partners"), ("beneficiary", "beneficiaries")):
            if project is not None and given.get(name):
                found[name] = getattr(project, rows).get(pk=int(given[name]))
        return found


class PartForm(NamingForm):
    """What a partner did with a grant."""

    quantity = forms.Field()
    purpose = forms.CharField(
        label=gettext_lazy("用途"), max_length=200, help_text=gettext_lazy("公开显示，不要写个人姓名。")
    )
    payee = forms.CharField(label=gettext_lazy("收款单位（选填）"), max_length=200, required=False)
    spent_on = Day(label=gettext_lazy("使用日期"))

    def __init__(self, *args: Any, row: Disbursement, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["quantity"] = how_much(row.pool, _("金额") if row.pool.asset == MONEY else _("数量"))
        self.offer_people(row.pool.project)
        self.order_fields(("quantity", "purpose", "who", "beneficiary", "payee", "spent_on"))


class ReturnForm(KeepingForm):
    """Spending that came back."""

    quantity = forms.Field()
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("公开显示。"))
    returned_on = Day(label=gettext_lazy("退回日期"))

    def __init__(self, *args: Any, row: Disbursement, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["quantity"] = how_much(row.pool, _("退回金额") if row.pool.asset == MONEY else _("退回数量"))


class TransferForm(KeepingForm):
    """Moving means to another fund."""

    quantity = forms.Field()
    into = forms.ChoiceField(label=gettext_lazy("转入资金"))
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200,
        help_text=gettext_lazy("公开显示。改变捐赠用途的，写清捐赠人的同意或者备案情况。"),
    )  # fmt: skip
    spent_on = Day(label=gettext_lazy("日期"))

    def __init__(self, *args: Any, pool: Pool, projects: list[Project], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["quantity"] = how_much(pool, _("金额") if pool.asset == MONEY else _("数量"))
        here = f"{pool.project_id}/{pool.earmark}" if pool.earmark else str(pool.project_id or "general")
        self.fields["into"].choices = [one for one in purposes(projects) if one[0] != here]  # type: ignore[attr-defined]


class EvidenceForm(forms.Form):
    """A document that proves spending."""

    document = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("照片、扫描件或者 PDF。原件加密保存，公开日志里只有它的摘要。"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=named(EvidenceKind))
    title = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=200,
        help_text=gettext_lazy("公开显示，例如：午餐签收单。不要写个人姓名。"),
    )
    part = forms.ChoiceField(label=gettext_lazy("所证明的使用记录"), required=False)
    public = forms.BooleanField(
        label=gettext_lazy("公开这张照片的预览"), required=False,
        help_text=gettext_lazy("请先遮住个人信息。公开的是重新生成的图片，不含拍摄地点等信息；随时可以撤下。"),
    )  # fmt: skip
    reached = forms.BooleanField(
        label=gettext_lazy("这份凭证证明款物已经到达最终受益人"), required=False,
        help_text=gettext_lazy("登记以后不能撤销。"),
    )  # fmt: skip

    def __init__(self, *args: Any, row: Disbursement, **options: Any) -> None:
        super().__init__(*args, **options)
        parts = [(str(one.pk), f"{one.spent_on} {one.purpose}") for one in row.parts.all()]
        if parts:
            self.fields["part"].choices = [("", _("整笔拨付")), *parts]  # type: ignore[attr-defined] # declared above
        else:
            del self.fields["part"]


class ProjectForm(KeepingForm):
    """A new project."""

    name = forms.CharField(label=gettext_lazy("项目名称"), max_length=200)
    summary = forms.CharField(label=gettext_lazy("项目内容"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)
    purpose = forms.CharField(
        label=gettext_lazy("慈善目的"), max_length=40, help_text=gettext_lazy("例如：教育、扶老。")
    )
    area = forms.CharField(label=gettext_lazy("实施地域"), max_length=200)
    beneficiaries = forms.CharField(label=gettext_lazy("受益人群"), max_length=200)
    starts_on = forms.DateField(label=gettext_lazy("开始日期"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=gettext_lazy("结束日期（选填）"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )


class BudgetForm(KeepingForm):
    """A new line of the budget."""

    name = forms.CharField(label=gettext_lazy("用途"), max_length=100)
    amount = Amount(label=gettext_lazy("预算金额"))


class PartnerForm(KeepingForm):
    """A partner that carries a project out."""

    name = forms.CharField(label=gettext_lazy("执行机构名称"), max_length=200)
    uscc = forms.CharField(label=gettext_lazy("统一社会信用代码（选填）"), max_length=18, required=False)
    task = forms.CharField(label=gettext_lazy("承担的任务"), max_length=300)
    evaluation = forms.CharField(label=gettext_lazy("评估结论（选填）"), max_length=500, required=False)


class BeneficiaryForm(KeepingForm):
    """Somebody who is helped."""

    name = forms.CharField(
        label=gettext_lazy("姓名或名称"), max_length=60, help_text=gettext_lazy("加密保存，不会公开。")
    )
    organisation = forms.BooleanField(label=gettext_lazy("受益的是单位"), required=False)
    division = forms.CharField(label=gettext_lazy("所在县区"), help_text=gettext_lazy("例如：云南省昭通市昭阳区。"))
    category = forms.ChoiceField(label=gettext_lazy("类别"), choices=named(BeneficiaryCategory))
    age_from = forms.IntegerField(label=gettext_lazy("年龄段，从（选填）"), min_value=0, max_value=120, required=False)
    age_to = forms.IntegerField(label=gettext_lazy("到（选填）"), min_value=0, max_value=120, required=False)

    def clean_division(self) -> str:
        """Read the county, written in words or as its code."""
        text = str(self.cleaned_data["division"]).strip()
        if divisions.get(text) is not None:
            return text
        found = divisions.find(text)
        if found is None or not found.certain:
            raise forms.ValidationError(_("没有识别这个县区，请写全称，例如：云南省昭通市昭阳区。"))
        return found.division.code

    def clean(self) -> dict[str, Any]:
        """An age band has both ends, in order."""
        given = super().clean() or self.cleaned_data
        first, last = given.get("age_from"), given.get("age_to")
        if (first is None) != (last is None):
            self.add_error("age_to", _("年龄段请填写两端。"))
        elif first is not None and last is not None and last < first:
            self.add_error("age_to", _("年龄段的后一个数不能小于前一个。"))
        return given


class AccountForm(forms.Form):
    """What an account is called in the organisation's own chart."""

    code = forms.CharField(label=gettext_lazy("科目代码"), max_length=12)
    name = forms.CharField(label=gettext_lazy("科目名称"), max_length=100)
