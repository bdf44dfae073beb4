"""What an officer can press on a case: each act with its form and how its answers reach the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from shetong.accounts.models import User
from shetong.casework import desk_forms as forms
from shetong.casework.models import Act
from shetong.casework.queries import cases
from shetong.casework.rules import act_words
from shetong.casework.rules.matters import Nature
from shetong.casework.services import checks, closing, decision, intake, opinions, review


@dataclass(frozen=True, slots=True)
class Deed:
    """An act with its form. ``confirm``: asked once more, since it cannot be taken back; ``first``: the usual one."""

    act: Act
    title: Any
    form: type[forms.DeedForm]
    run: Callable[[int, User, dict[str, Any]], object]
    warning: bool = False
    first: bool = False
    confirm: Any = ""


DEEDS: dict[str, Deed] = {
    "accept": Deed(
        Act.ACCEPT, gettext_lazy("受理"), forms.ReasonForm,
        lambda pk, user, given: intake.accept(case_id=pk, actor=user, reason=given["reason"]), first=True,
    ),
    "ask-correction": Deed(
        Act.ASK_CORRECTION, gettext_lazy("告知补正"), forms.CorrectionForm,
        lambda pk, user, given: intake.ask_correction(case_id=pk, actor=user, items=given["items"].splitlines()),
    ),
    "not-accept": Deed(
        Act.NOT_ACCEPT, gettext_lazy("不予受理"), forms.ReasonForm,
        lambda pk, user, given: intake.refuse_to_accept(case_id=pk, actor=user, reason=given["reason"]), warning=True,
        confirm=gettext_lazy("将向申请人制发不予受理通知书，办件就此结束，不能撤回。"),
    ),
    "forward": Deed(
        Act.FORWARD, gettext_lazy("审查通过，送下一步"), forms.ReasonForm,
        lambda pk, user, given: review.forward(case_id=pk, actor=user, opinion=given["reason"]), first=True,
    ),
    "send-back": Deed(
        Act.SEND_BACK, gettext_lazy("退回上一步"), forms.ReasonForm,
        lambda pk, user, given: review.send_back(case_id=pk, actor=user, reason=given["reason"]),
    ),
    "ask-opinion": Deed(
        Act.ASK_OPINION, gettext_lazy("征求意见"), forms.OpinionForm,
        lambda pk, user, given: opinions.ask(case_id=pk, actor=user, **given),
    ),
    "order-check": Deed(
        Act.ORDER_CHECK, gettext_lazy("安排核查"), forms.CheckForm,
        lambda pk, user, given: checks.order(case_id=pk, actor=user, **given),
    ),
    "suspend": Deed(
        Act.SUSPEND, gettext_lazy("启动特别程序"), forms.ProcedureForm,
        lambda pk, user, given: review.suspend(case_id=pk, actor=user, **given),
    ),
    "resume": Deed(
        Act.RESUME, gettext_lazy("特别程序结束"), forms.ReasonForm,
        lambda pk, user, given: review.resume(case_id=pk, actor=user, result=given["reason"]), first=True,
    ),
    "extend": Deed(
        Act.EXTEND, gettext_lazy("延长期限"), forms.ExtensionForm,
        lambda pk, user, given: review.extend(case_id=pk, actor=user, **given),
    ),
    "approve": Deed(
        Act.APPROVE, gettext_lazy("准予"), forms.ReasonForm,
        lambda pk, user, given: decision.approve(case_id=pk, actor=user, reason=given["reason"]), first=True,
        confirm=gettext_lazy("将作出准予决定、记入登记簿并制发决定书和证书，不能撤回。"),
    ),
    "refuse": Deed(
        Act.REFUSE, gettext_lazy("不予"), forms.RefusalForm,
        lambda pk, user, given: decision.refuse(
            case_id=pk, actor=user, reason=given["reason"], provision=given["provision"] or given["chosen"]
        ),
        warning=True, confirm=gettext_lazy("将向申请人制发不予行政许可决定书，不能撤回。"),
    ),
    "terminate": Deed(
        Act.TERMINATE, gettext_lazy("终止办理"), forms.ReasonForm,
        lambda pk, user, given: closing.terminate(case_id=pk, actor=user, reason=given["reason"]), warning=True,
        confirm=gettext_lazy("将向申请人制发终止办理通知书，办件就此结束，不能撤回。"),
    ),
}  # fmt: skip

_DECIDING = (Act.APPROVE, Act.REFUSE, Act.EXTEND, Act.TERMINATE)


def fitting(shown: cases.CasePage) -> dict[str, Deed]:
    """Return the deeds of the case's state and step, by name."""
    possible = cases.possible(shown.case)
    nature = shown.matter.nature
    return {name: of(name, nature) for name, deed in DEEDS.items() if deed.act in possible and _fits(deed, shown)}


def of(name: str, nature: Nature) -> Deed:
    """Return a deed in the words of a matter's nature. Raises ``KeyError`` for unknown names."""
    deed = DEEDS[name]
    title, confirm = act_words.own_name(deed.act, nature), act_words.confirming(deed.act, nature)
    return replace(
        deed, title=gettext(title) if title else deed.title, confirm=gettext(confirm) if confirm else deed.confirm
    )


def _fits(deed: Deed, shown: cases.CasePage) -> bool:
    """Whether the deed belongs to the present step: deciding ones to the last, passing on to those before."""
    deciding = shown.case.step == shown.matter.deciding.code
    if deed.act in _DECIDING:
        return deciding
    return not (deed.act == Act.FORWARD and deciding) and not (
        deed.act == Act.SEND_BACK and shown.case.step == shown.matter.steps[0].code
    )
