"""Closed lists of casework."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """Where a case stands (办件状态)."""

    DRAFT = "draft", "填报中"
    DISCARDED = "discarded", "已放弃"
    SUBMITTED = "submitted", "已提交，待受理"
    CORRECTION = "correction", "待补正"
    NOT_ACCEPTED = "not-accepted", "不予受理"
    REVIEWING = "reviewing", "办理中"
    SUSPENDED = "suspended", "特别程序中"
    APPROVED = "approved", "准予"
    REFUSED = "refused", "不予"
    DELIVERED = "delivered", "已送达"
    ARCHIVED = "archived", "已归档"
    WITHDRAWN = "withdrawn", "已撤回"
    TERMINATED = "terminated", "已终止"


# Cases that an officer may still have to do something about.
OPEN_STATES = (State.SUBMITTED, State.CORRECTION, State.REVIEWING, State.SUSPENDED)


class Act(models.TextChoices):
    """What can be done to a case."""

    SUBMIT = "submit", "提交"
    DISCARD = "discard", "放弃填报"
    ACCEPT = "accept", "受理"
    DEEM_ACCEPTED = "deem-accepted", "逾期未告知，视为受理"
    ASK_CORRECTION = "ask-correction", "一次性告知补正"
    NOT_ACCEPT = "not-accept", "不予受理"
    FORWARD = "forward", "审查通过，送下一步"
    SEND_BACK = "send-back", "退回上一步"
    ASK_OPINION = "ask-opinion", "征求意见"
    GIVE_OPINION = "give-opinion", "反馈意见"
    ORDER_CHECK = "order-check", "安排核查"
    RECORD_CHECK = "record-check", "记录核查结果"
    SUSPEND = "suspend", "启动特别程序"
    RESUME = "resume", "特别程序结束"
    EXTEND = "extend", "延长办理期限"
    APPROVE = "approve", "准予"
    REFUSE = "refuse", "不予"
    DELIVER = "deliver", "送达"
    ARCHIVE = "archive", "归档"
    WITHDRAW = "withdraw", "撤回申请"
    TERMINATE = "terminate", "终止办理"


class Procedure(models.TextChoices):
    """Procedures whose time does not count (《中华人民共和国行政许可法》第四十五条); nothing else stops the clock."""

    HEARING = "hearing", "听证"
    TENDER = "tender", "招标"
    AUCTION = "auction", "拍卖"
    INSPECTION = "inspection", "检验、检测、检疫"
    APPRAISAL = "appraisal", "鉴定"
    EXPERTS = "experts", "专家评审"


class WaitsFor(models.TextChoices):
    """Whom an open case waits for, other than its authority."""

    NOBODY = "", "本机关"
    APPLICANT = "applicant", "申请人"
    OPINION = "opinion", "征求意见"
    CHECK = "check", "核查"
    PROCEDURE = "procedure", "特别程序"


class Inspection(models.TextChoices):
    """How the substance of an application is checked."""

    ON_SITE = "on-site", "实地核查"
    EXPERT = "expert", "专家核查"


class Conclusion(models.TextChoices):
    """What a check found."""

    AGREES = "agrees", "与申请一致"
    DIFFERS = "differs", "与申请不一致"
    UNCLEAR = "unclear", "无法核实"


class ArticleKind(models.TextChoices):
    """Kinds of articles of the knowledge base."""

    REGULATION = "regulation", "法规政策"
    ARTICLE = "article", "业务说明"
    FAQ = "faq", "问答"


class VersionState(models.TextChoices):
    """Where a version of an article stands."""

    DRAFT = "draft", "草稿"
    PENDING = "pending", "待审定"
    PUBLISHED = "published", "已发布"
    RETURNED = "returned", "退回"


class TrialState(models.TextChoices):
    """Where a trial stands."""

    WAITING = "waiting", "等待"
    RUNNING = "running", "试算中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"


class NoticeKind(models.TextChoices):
    """Documents that an authority hands to the applicant."""

    RECEIPT = "receipt", "收件回执"
    CORRECTION = "correction", "补正告知书"
    ACCEPTANCE = "acceptance", "受理通知书"
    NOT_ACCEPTED = "not-accepted", "不予受理通知书"
    EXTENSION = "extension", "延长办理期限告知书"
    PROCEDURE = "procedure", "特别程序期限告知书"
    APPROVAL = "approval", "准予行政许可决定书"
    REFUSAL = "refusal", "不予行政许可决定书"
    TERMINATION = "termination", "终止办理通知书"
