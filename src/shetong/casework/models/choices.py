"""Closed lists of casework."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue


class State(models.TextChoices):
    """Where a case stands (办件状态)."""

    DRAFT = "draft", N_("填报中")
    DISCARDED = "discarded", N_("已放弃")
    SUBMITTED = "submitted", N_("已提交，待受理")
    CORRECTION = "correction", N_("待补正")
    NOT_ACCEPTED = "not-accepted", N_("不予受理")
    REVIEWING = "reviewing", N_("办理中")
    SUSPENDED = "suspended", N_("特别程序中")
    APPROVED = "approved", N_("准予")
    REFUSED = "refused", N_("不予")
    DELIVERED = "delivered", N_("已送达")
    ARCHIVED = "archived", N_("已归档")
    WITHDRAWN = "withdrawn", N_("已撤回")
    TERMINATED = "terminated", N_("已终止")


# Cases that an officer may still have to do something about.
OPEN_STATES = (State.SUBMITTED, State.CORRECTION, State.REVIEWING, State.SUSPENDED)
# Decided, with documents on their way to the applicant; and over, to be archived.
TO_DELIVER = (State.APPROVED, State.REFUSED, State.NOT_ACCEPTED, State.TERMINATED)
TO_ARCHIVE = (State.DELIVERED, State.WITHDRAWN)


class Act(models.TextChoices):
    """What can be done to a case."""

    SUBMIT = "submit", N_("提交")
    DISCARD = "discard", N_("放弃填报")
    ACCEPT = "accept", N_("受理")
    DEEM_ACCEPTED = "deem-accepted", N_("逾期未告知，视为受理")
    ASK_CORRECTION = "ask-correction", N_("一次性告知补正")
    NOT_ACCEPT = "not-accept", N_("不予受理")
    FORWARD = "forward", N_("审查通过，送下一步")
    SEND_BACK = "send-back", N_("退回上一步")
    ASK_OPINION = "ask-opinion", N_("征求意见")
    GIVE_OPINION = "give-opinion", N_("反馈意见")
    ORDER_CHECK = "order-check", N_("安排核查")
    RECORD_CHECK = "record-check", N_("记录核查结果")
    SUSPEND = "suspend", N_("启动特别程序")
    RESUME = "resume", N_("特别程序结束")
    EXTEND = "extend", N_("延长办理期限")
    APPROVE = "approve", N_("准予")
    REFUSE = "refuse", N_("不予")
    DELIVER = "deliver", N_("送达")
    ARCHIVE = "archive", N_("归档")
    WITHDRAW = "withdraw", N_("撤回申请")
    TERMINATE = "terminate", N_("终止办理")


class Procedure(models.TextChoices):
    """Procedures whose time does not count (《中华人民共和国行政许可法》第四十五条); nothing else stops the clock."""

    HEARING = "hearing", N_("听证")
    TENDER = "tender", N_("招标")
    AUCTION = "auction", N_("拍卖")
    INSPECTION = "inspection", N_("检验、检测、检疫")
    APPRAISAL = "appraisal", N_("鉴定")
    EXPERTS = "experts", N_("专家评审")


class WaitsFor(models.TextChoices):
    """Whom an open case waits for, other than its authority."""

    NOBODY = "", N_("本机关")
    APPLICANT = "applicant", N_("申请人")
    OPINION = "opinion", N_("征求意见")
    CHECK = "check", N_("核查")
    PROCEDURE = "procedure", N_("特别程序")


class Inspection(models.TextChoices):
    """How the substance of an application is checked."""

    ON_SITE = "on-site", N_("实地核查")
    EXPERT = "expert", N_("专家核查")


class Conclusion(models.TextChoices):
    """What a check found."""

    AGREES = "agrees", N_("与申请一致")
    DIFFERS = "differs", N_("与申请不一致")
    UNCLEAR = "unclear", N_("无法核实")


class ArticleKind(models.TextChoices):
    """Kinds of articles of the knowledge base."""

    REGULATION = "regulation", N_("法规政策")
    ARTICLE = "article", N_("业务说明")
    FAQ = "faq", N_("问答")


class VersionState(models.TextChoices):
    """Where a version of an article stands."""

    DRAFT = "draft", N_("草稿")
    PENDING = "pending", N_("待审定")
    PUBLISHED = "published", N_("已发布")
    RETURNED = "returned", N_("退回")


class TrialState(models.TextChoices):
    """Where a trial stands."""

    WAITING = "waiting", N_("等待")
    RUNNING = "running", N_("试算中")
    DONE = "done", N_("完成")
    FAILED = "failed", N_("失败")


class NoticeKind(models.TextChoices):
    """Documents that an authority hands to the applicant."""

    RECEIPT = "receipt", N_("收件回执")
    CORRECTION = "correction", N_("补正告知书")
    ACCEPTANCE = "acceptance", N_("受理通知书")
    NOT_ACCEPTED = "not-accepted", N_("不予受理通知书")
    EXTENSION = "extension", N_("延长办理期限告知书")
    PROCEDURE = "procedure", N_("特别程序期限告知书")
    APPROVAL = "approval", N_("准予行政许可决定书")
    REFUSAL = "refusal", N_("不予行政许可决定书")
    TERMINATION = "termination", N_("终止办理通知书")
    DEREGISTERED = "deregistered", N_("注销登记证明")


class RatingTag(models.TextChoices):
    """What an applicant found good or poor."""

    QUICK = "quick", N_("办得快")
    CLEAR = "clear", N_("说明清楚")
    ONCE = "once", N_("一次办成")
    KIND = "kind", N_("态度好")
    SLOW = "slow", N_("办得慢")
    UNCLEAR = "unclear", N_("说明不清")
    REPEATED = "repeated", N_("反复补材料")
    RUDE = "rude", N_("态度差")
    TROUBLE = "trouble", N_("页面不好用")
