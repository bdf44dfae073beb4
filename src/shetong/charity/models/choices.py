"""Closed lists of charity."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_noop as _


class PlanState(models.TextChoices):
    """Where a filed fundraising plan stands; what follows from the calendar alone is derived, not stored."""

    FILED = "filed", _("已备案")
    SUSPENDED = "suspended", _("已暂停")
    CANCELLED = "cancelled", _("已终止")
    CLOSED = "closed", _("已结项")


class VersionKind(models.TextChoices):
    """Why there is this version of a plan."""

    ORIGINAL = "original", _("备案")
    SUPPLEMENT = "supplement", _("补充")
    CHANGE = "change", _("变更")


class TrustState(models.TextChoices):
    """Where a charitable trust stands."""

    RUNNING = "running", "存续"
    ENDED = "ended", "已终止"


class TrustFilingKind(models.TextChoices):
    """Why a charitable trust is filed."""

    NEW = "new", "设立备案"
    TRUSTEE = "trustee", "变更受托人"
    CHANGE = "change", "其他变更"
    END = "end", "终止"


class ProjectState(models.TextChoices):
    """Where a project stands."""

    RUNNING = "running", _("执行中")
    ENDED = "ended", _("已结束")
    REPORTED = "reported", _("已公布终报")


class PageState(models.TextChoices):
    """Where a fundraising page on a platform stands."""

    PUBLISHED = "published", _("募捐中")
    SUSPENDED = "suspended", _("已暂停")
    CLOSED = "closed", _("已关闭")


class DonorKind(models.TextChoices):
    """Who gives."""

    PERSON = "person", _("个人")
    ORGANISATION = "org", _("单位")


class Channel(models.TextChoices):
    """The way a donation came."""

    PLATFORM = "platform", _("互联网平台")
    BANK = "bank", _("银行转账")
    CASH = "cash", _("现金")
    BOX = "box", _("募捐箱")
    GOODS = "goods", _("实物")
    OTHER = "other", _("其他")


class ReversalKind(models.TextChoices):
    """Why a donation was taken back, wholly or in part."""

    REFUND = "refund", _("退款")
    VOID = "void", _("作废")
    CORRECTION = "correction", _("更正")


class OutflowKind(models.TextChoices):
    """What money or goods left a pool for."""

    AID = "aid", _("资助受益人")
    SERVICE = "service", _("慈善服务与项目执行")
    GRANT = "grant", _("拨付执行机构")
    MANAGEMENT = "management", _("管理费用")
    FUNDRAISING = "fundraising", _("募捐成本")
    TRANSFER = "transfer", _("转入其他项目")
    REFUND = "refund", _("退还已使用的捐赠")


class CarryKind(models.TextChoices):
    """Why money that had left a pool came into a pool again."""

    TRANSFER = "transfer", _("项目间划转")
    RETURN = "return", _("退回")


class EvidenceKind(models.TextChoices):
    """What proves a disbursement."""

    INVOICE = "invoice", _("发票")
    RECEIPT = "receipt", _("收款凭证")
    CONTRACT = "contract", _("合同")
    DELIVERY = "delivery", _("签收单")
    PHOTO = "photo", _("照片")
    OTHER = "other", _("其他")


class AccountKind(models.TextChoices):
    """The side of the books that an account belongs to."""

    ASSET = "asset", _("资产")
    LIABILITY = "liability", _("负债")
    NET_ASSETS = "net-assets", _("净资产")
    INCOME = "income", _("收入")
    EXPENSE = "expense", _("费用")


class BeneficiaryCategory(models.TextChoices):
    """The kinds of need by which beneficiaries are shown in public."""

    POOR = "poor", _("困难家庭")
    ELDERLY = "elderly", _("老年人")
    CHILD = "child", _("儿童")
    DISABLED = "disabled", _("残疾人")
    PATIENT = "patient", _("患者")
    STUDENT = "student", _("学生")
    DISASTER = "disaster", _("受灾群众")
    OTHER = "other", _("其他")
