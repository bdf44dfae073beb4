"""Closed lists of charity."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_noop as _
from django.utils.translation import pgettext_lazy


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
    RETURN = "return", pgettext_lazy("款物", "退回")


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


class DutyKind(models.TextChoices):
    """What a charity must publish (《慈善组织信息公开办法》)."""

    BASIC = "basic", _("基本信息")
    CHANGE = "change", _("基本信息变更")
    ANNUAL = "annual", _("年度工作报告和财务会计报告")
    RELATED_LIST = "related-list", _("关联方名单及关联关系说明")
    PAY = "pay", _("报酬最高前五位人员和公务活动标准")
    MAJOR_PROJECTS = "major-projects", _("上年度重大慈善项目")
    CAMPAIGN_PROGRESS = "campaign-progress", _("公开募捐进展")
    CAMPAIGN_FINAL = "campaign-final", _("公开募捐全面公开")
    RESCUE = "rescue", _("应急募捐接收情况")
    PROJECT_PROGRESS = "project-progress", _("慈善项目进展")
    PROJECT_FINAL = "project-final", _("慈善项目全面公开")
    MAJOR_ASSET = "major-asset", _("重大资产变动、投资、交易及资金往来")
    RELATED_PARTY = "related-party", _("关联交易")
    SETTLOR = "settlor", _("作为委托人设立慈善信托")
    TRUST_REPORT = "trust-report", _("慈善信托年度报告")


# What charities report by themselves; everything else follows from filings, projects and the calendar.
FACT_KINDS = (DutyKind.CHANGE, DutyKind.MAJOR_ASSET, DutyKind.RELATED_PARTY, DutyKind.SETTLOR)


class CreditKind(models.TextChoices):
    """Dishonest acts in giving."""

    FALSE_GIFT = "false-gift", _("诈捐")
    FALSE_CLAIM = "false-claim", _("骗捐")
    BREACH = "breach", _("失信")


class CreditSubject(models.TextChoices):
    """Whom a record concerns (发改财金〔2018〕331号)."""

    CHARITY = "charity", _("慈善组织")
    HEAD = "head", _("慈善组织负责人")
    DONOR = "donor", _("捐赠人")
    BENEFICIARY = "beneficiary", _("受益人")
    IMPOSTOR = "impostor", _("假借慈善名义骗取财产的人")


class CreditGrade(models.TextChoices):
    """How grave it is; decides for how long it has effect and whether it is published."""

    SLIGHT = "slight", _("轻微")
    GENERAL = "general", _("一般")
    SERIOUS = "serious", _("严重")


class CreditDocument(models.TextChoices):
    """The final document that a record rests on."""

    JUDGMENT = "judgment", _("法院生效裁判")
    POLICE = "police", _("公安机关决定")
    PENALTY = "penalty", _("行政处罚决定")
    LISTING = "listing", _("严重违法失信名单决定")


class CreditState(models.TextChoices):
    """Where a record of dishonesty stands."""

    NOTIFIED = "notified", _("已告知")
    HEARD = "heard", _("已陈述")
    DISMISSED = "dismissed", _("不予记入")
    IN_FORCE = "in-force", _("有效")
    OBJECTED = "objected", _("异议处理中")
    UPHELD = "upheld", _("维持，有效")
    CORRECTED = "corrected", _("已更正")
    REPAIR_ASKED = "repair-asked", _("申请修复中")
    REPAIRED = "repaired", _("已修复")
    EXPIRED = "expired", _("已届满")


class CreditAct(models.TextChoices):
    """Acts on a record of dishonesty."""

    NOTIFY = "notify", _("告知")
    STATE = "state", _("陈述申辩")
    DECIDE = "decide", _("决定记入")
    DISMISS = "dismiss", _("决定不记入")
    OBJECT = "object", _("提出异议")
    UPHOLD = "uphold", _("维持")
    CORRECT = "correct", _("更正")
    ASK_REPAIR = "ask-repair", _("申请修复")
    REPAIR = "repair", _("准予修复")
    REFUSE_REPAIR = "refuse-repair", _("不予修复")
    EXPIRE = "expire", _("届满")


class PlatformEnvironment(models.TextChoices):
    """Where a platform's program works."""

    SANDBOX = "sandbox", _("沙箱")
    PRODUCTION = "production", _("正式")


class PageCheckResult(models.TextChoices):
    """What a comparison of a page with the filed plan found."""

    SAME = "same", _("一致")
    DIFFERS = "differs", _("不一致")


class FindingKind(models.TextChoices):
    """What a platform may not do, as its reports show it."""

    FEE = "fee", _("收取费用")
    DETOUR = "detour", _("未直接进入慈善组织账户")
    HELD = "held", _("滞留捐赠款")
    PAGE = "page", _("页面与备案方案不一致")


class ReconciliationState(models.TextChoices):
    """How a day's comparison came out."""

    AGREED = "agreed", _("相符")
    DIFFERS = "differs", _("不符")


class DiscrepancyKind(models.TextChoices):
    """In what the two sides differ about a donation."""

    MISSING_HERE = "missing-here", _("平台有、系统无")
    MISSING_THERE = "missing-there", _("系统有、平台无")
    AMOUNT = "amount", _("金额不同")


class Side(models.TextChoices):
    """Who says something of a discrepancy."""

    PLATFORM = "platform", _("平台")
    CHARITY = "charity", _("慈善组织")
    OFFICE = "office", _("民政部门")
