"""Closed lists of charity."""

from __future__ import annotations

from django.db import models


class PlanState(models.TextChoices):
    """Where a filed fundraising plan stands; what follows from the calendar alone is derived, not stored."""

    FILED = "filed", "已备案"
    SUSPENDED = "suspended", "已暂停"
    CANCELLED = "cancelled", "已终止"
    CLOSED = "closed", "已结项"


class VersionKind(models.TextChoices):
    """Why there is this version of a plan."""

    ORIGINAL = "original", "备案"
    SUPPLEMENT = "supplement", "补充"
    CHANGE = "change", "变更"


class ProjectState(models.TextChoices):
    """Where a project stands."""

    RUNNING = "running", "执行中"
    ENDED = "ended", "已结束"
    REPORTED = "reported", "已公布终报"


class PageState(models.TextChoices):
    """Where a fundraising page on a platform stands."""

    PUBLISHED = "published", "募捐中"
    SUSPENDED = "suspended", "已暂停"
    CLOSED = "closed", "已关闭"


class DonorKind(models.TextChoices):
    """Who gives."""

    PERSON = "person", "个人"
    ORGANISATION = "org", "单位"


class Channel(models.TextChoices):
    """The way a donation came."""

    PLATFORM = "platform", "互联网平台"
    BANK = "bank", "银行转账"
    CASH = "cash", "现金"
    BOX = "box", "募捐箱"
    GOODS = "goods", "实物"
    OTHER = "other", "其他"


class ReversalKind(models.TextChoices):
    """Why a donation was taken back, wholly or in part."""

    REFUND = "refund", "退款"
    VOID = "void", "作废"
    CORRECTION = "correction", "更正"


class OutflowKind(models.TextChoices):
    """What money or goods left a pool for."""

    AID = "aid", "资助受益人"
    SERVICE = "service", "慈善服务与项目执行"
    GRANT = "grant", "拨付执行机构"
    MANAGEMENT = "management", "管理费用"
    FUNDRAISING = "fundraising", "募捐成本"
    TRANSFER = "transfer", "转入其他项目"
    REFUND = "refund", "退还已使用的捐赠"


class CarryKind(models.TextChoices):
    """Why money that had left a pool came into a pool again."""

    TRANSFER = "transfer", "项目间划转"
    RETURN = "return", "退回"


class EvidenceKind(models.TextChoices):
    """What proves a disbursement."""

    INVOICE = "invoice", "发票"
    RECEIPT = "receipt", "收款凭证"
    CONTRACT = "contract", "合同"
    DELIVERY = "delivery", "签收单"
    PHOTO = "photo", "照片"
    OTHER = "other", "其他"


class AccountKind(models.TextChoices):
    """The side of the books that an account belongs to."""

    ASSET = "asset", "资产"
    LIABILITY = "liability", "负债"
    NET_ASSETS = "net-assets", "净资产"
    INCOME = "income", "收入"
    EXPENSE = "expense", "费用"


class BeneficiaryCategory(models.TextChoices):
    """The kinds of need by which beneficiaries are shown in public."""

    POOR = "poor", "困难家庭"
    ELDERLY = "elderly", "老年人"
    CHILD = "child", "儿童"
    DISABLED = "disabled", "残疾人"
    PATIENT = "patient", "患者"
    STUDENT = "student", "学生"
    DISASTER = "disaster", "受灾群众"
    OTHER = "other", "其他"
