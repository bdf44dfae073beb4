"""Forms of the office: an act with its reason, and what each act asks for besides."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from shetong.accounts.models import User
from shetong.casework.models import Conclusion, Inspection, Procedure
from shetong.casework.queries import desk, routing
from shetong.casework.queries.cases import CasePage
from shetong.casework.rules import forms as answers
from shetong.core.findings import Finding


class DeedForm(forms.Form):
    """An act on a case. ``text``: the field into which phrases are inserted."""

    text: ClassVar[str] = ""

    def fit(self, shown: CasePage, findings: list[Finding]) -> None:
        """Make the choices those of the case."""

    def complete(self) -> bool:
        """Whether a valid form says all that the act needs, so that it is worth asking once more."""
        return True


class ReasonForm(DeedForm):
    """An act with its reason."""

    text = "reason"
    reason = forms.CharField(
        label=gettext_lazy("意见或理由"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
    )

    def complete(self) -> bool:
        """Whether a reason is given."""
        return bool(self.cleaned_data["reason"].strip())


class CorrectionForm(DeedForm):
    """What the applicant must correct, one item a line."""

    text = "items"
    items = forms.CharField(
        label=gettext_lazy("需要补正的内容"),
        help_text=gettext_lazy("一行一项，一次写全。补正只能告知一次。"),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )


class RefusalForm(ReasonForm):
    """A refusal needs the provision relied upon: one of the matter's, or another one in words."""

    chosen = forms.CharField(label=gettext_lazy("依据条款"), required=False, max_length=300)
    provision = forms.CharField(label=gettext_lazy("其他依据条款"), max_length=300, required=False)

    def fit(self, shown: CasePage, findings: list[Finding]) -> None:
        """Offer the provisions of the matter and of what the checks found."""
        known = desk.provisions(shown.matter, findings)
        self.fields["chosen"].widget = forms.Select(
            choices=[("", gettext("请选择")), *((provision, provision) for provision in known)]
        )

    def complete(self) -> bool:
        """Whether reason and provision are given."""
        given = self.cleaned_data
        return super().complete() and bool((given["chosen"] or given["provision"]).strip())


class OpinionForm(DeedForm):
    """Whom to ask, what, and who brings the answer."""

    text = "question"
    asked_of = forms.CharField(label=gettext_lazy("征求对象"), max_length=200, required=False)
    asked_division = forms.ChoiceField(label=gettext_lazy("由谁反馈"), required=False)
    question = forms.CharField(
        label=gettext_lazy("征求内容"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000, required=False
    )

    def fit(self, shown: CasePage, findings: list[Finding]) -> None:  # noqa: ARG002 - the same for every act
        """Propose the supervising body where the matter needs its opinion, and who answers for it on the platform."""
        values = answers.flat(shown.matter, shown.case.form)
        body = str(values.get("supervising_body") or "")
        routes = routing.routes(body, shown.case.authority_division)
        places: Any = self.fields["asked_division"]
        places.choices = [
            *(
                (route.division, gettext("%(place)s的业务主管单位人员在线反馈（%(number)d人）")
                 % {"place": route.place, "number": route.officers})
                for route in routes
            ),
            ("", gettext("对方不用本平台，收到意见后由本机关录入")),
        ]  # fmt: skip
        places.initial = routes[0].division if routes else ""
        if shown.matter.joint_opinion:
            self.fields["asked_of"].initial = body
            self.fields["question"].initial = gettext("请就是否同意本项申请出具审查意见。")


class AnswerForm(DeedForm):
    """An opinion."""

    text = "answer"
    agrees = forms.ChoiceField(
        label=gettext_lazy("意见"),
        choices=[("", gettext_lazy("请选择")), ("1", gettext_lazy("同意")), ("0", gettext_lazy("不同意"))],
        error_messages={"required": gettext_lazy("请选择同意或者不同意。")},
    )
    answer = forms.CharField(
        label=gettext_lazy("意见内容"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4_000, required=False
    )


class ProcedureForm(ReasonForm):
    """A special procedure and how long it takes."""

    procedure = forms.ChoiceField(label=gettext_lazy("程序"), choices=Procedure.choices)
    days = forms.IntegerField(label=gettext_lazy("所需天数"), min_value=1, max_value=365)


class ExtensionForm(ReasonForm):
    """By how many days the limit is extended."""

    days = forms.IntegerField(label=gettext_lazy("延长天数"), min_value=1, max_value=365)


class CheckForm(DeedForm):
    """A check to be made: how, what, where, when, by whom."""

    text = "purpose"
    kind = forms.ChoiceField(label=gettext_lazy("核查方式"), choices=Inspection.choices)
    purpose = forms.CharField(
        label=gettext_lazy("要核实的内容"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000, required=False
    )
    place = forms.CharField(label=gettext_lazy("地点（选填）"), max_length=200, required=False)
    planned_on = forms.DateField(label=gettext_lazy("计划日期"), widget=forms.DateInput(attrs={"type": "date"}))
    officers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=gettext_lazy("核查人员"),
        help_text=gettext_lazy("两名以上。在电脑上按住 Ctrl 键可以多选。"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )

    def fit(self, shown: CasePage, findings: list[Finding]) -> None:  # noqa: ARG002 - the same for every act
        """Offer the reviewers of the authority, and a day."""
        named: Any = self.fields["officers"]
        named.queryset = desk.reviewers(shown.case.authority_division)
        self.fields["planned_on"].initial = timezone.localdate()


class RecordForm(DeedForm):
    """What a check found."""

    text = "record"
    done_on = forms.DateField(label=gettext_lazy("核查日期"), widget=forms.DateInput(attrs={"type": "date"}))
    conclusion = forms.ChoiceField(
        label=gettext_lazy("结论"),
        choices=[("", gettext_lazy("请选择")), *Conclusion.choices],
        error_messages={"required": gettext_lazy("请选择结论。")},
    )
    record = forms.CharField(
        label=gettext_lazy("核查记录"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4_000, required=False
    )


class HandOverForm(forms.Form):
    """To whom, with a word."""

    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("交给"))
    note = forms.CharField(
        label=gettext_lazy("附言（选填，申请人看不到）"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2_000,
        required=False,
    )

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: Any = self.fields["to"]
        named.queryset = people


class NoteForm(forms.Form):
    """A note between officers."""

    text = forms.CharField(
        label=gettext_lazy("内部便笺"),
        help_text=gettext_lazy("只有工作人员看得到，不进档案。用“@姓名 ”提到同事，他会在“我的办件”中看到。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4_000,
        required=False,
    )


class PhraseForm(forms.Form):
    """A phrase, one's own or of the authority."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=40, required=False)
    text = forms.CharField(
        label=gettext_lazy("内容"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1_000, required=False
    )
    division_code = forms.CharField(label=gettext_lazy("归谁使用"), required=False, max_length=6)
