"""Closed lists of the register; their published form with sources is in :mod:`shetong.registry.elements`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue


class OrganisationKind(models.TextChoices):
    """Kinds of social organisation (rule of the three registration regulations)."""

    SOCIAL_GROUP = "SG", "社会团体"
    SERVICE_INSTITUTION = "PN", "民办非企业单位"
    FOUNDATION = "FD", "基金会"
    BRANCH = "BR", "分支（代表）机构"


class Status(models.TextChoices):
    """Registration status (登记状态)."""

    NORMAL = "normal", "正常"
    SUSPENDED = "suspended", "限期停止活动"
    LIQUIDATING = "liquidating", "清算中"
    DEREGISTERED = "deregistered", "注销"
    CANCELLED = "cancelled", "撤销"
    REVOKED = "revoked", "吊销"


class FilingKind(models.TextChoices):
    """Why the register changed."""

    REGISTRATION = "registration", "成立登记"
    CHANGE = "change", "变更登记"
    CORRECTION = "correction", "更正"
    DEREGISTRATION = "deregistration", "注销登记"
    ORDER = "order", "行政决定"
    ATTRIBUTE = "attribute", "资格与标识"
    OFFICERS = "officers", "负责人备案"
    CHARTER = "charter", "章程核准"
    IMPORT = "import", "数据导入"


class AttributeCode(models.TextChoices):
    """Dated attributes of an organisation; none of them is a type of its own."""

    CHARITY = "CHARITY", "慈善组织"
    PUBLIC_FUNDRAISING = "PUBFUND", "公开募捐资格"
    TAX_DEDUCTION = "TAXDED", "公益性捐赠税前扣除资格"
    TAX_EXEMPTION = "TAXEX", "非营利组织免税资格"
    VOLUNTEER_ORGANISATION = "VOLORG", "志愿服务组织"
    VOLUNTEER_SYSTEM = "VOLSYS", "指定的志愿服务信息系统"
    SOCIAL_WORK_AGENCY = "SWORG", "社会工作服务机构"
    DECOUPLED = "DECOUPLE", "脱钩行业协会商会"
    EVALUATION = "EVAL", "评估等级"


class NameEnd(models.TextChoices):
    """How a name ceased; decides how long others may not take it (《社会组织名称管理办法》第十六条).

    The names of bodies that ended are not here: they keep their name, and their status says how they ended.
    """

    CHANGED = "changed", "变更"
    CHANGE_CANCELLED = "change-cancelled", "撤销名称变更"


class IdentityDocument(models.TextChoices):
    """Papers by which a person is known; the first three carry an 18-digit number with a check sign."""

    RESIDENT = "resident", "居民身份证"
    HONG_KONG_MACAO_TAIWAN = "hmt-residence", "港澳台居民居住证"
    PERMANENT_RESIDENT = "permanent-resident", "外国人永久居留身份证"
    PASSPORT = "passport", "护照"
    TRAVEL_PERMIT = "travel-permit", "港澳台居民来往内地（大陆）通行证"


class OfficerRole(models.TextChoices):
    """Posts filed with the registrar (负责人、理事、监事)."""

    LEGAL_REPRESENTATIVE = "legal-representative", "法定代表人"
    PRESIDENT = "president", "理事长（会长）"
    VICE_PRESIDENT = "vice-president", "副理事长（副会长）"
    SECRETARY_GENERAL = "secretary-general", "秘书长"
    DIRECTOR = "director", "理事"
    SUPERVISOR = "supervisor", "监事"


class PermitCategory(models.TextChoices):
    """Kinds of permit in published credit information (许可类别, 双公示)."""

    ORDINARY = "ordinary", "普通"
    CONCESSION = "concession", "特许"
    ACCREDITATION = "accreditation", "认可"
    APPROVAL = "approval", "核准"
    REGISTRATION = "registration", "登记"
    OTHER = "other", "其他"


class AnnouncementKind(models.TextChoices):
    """What is announced of registrations (《社会团体登记管理条例》第二十三条 and its like)."""

    FOUNDED = "founded", N_("成立登记公告")
    CHANGED = "changed", N_("变更登记公告")
    ENDED = "ended", N_("注销登记公告")


class AuditOpinion(models.TextChoices):
    """Opinion of an auditor on the time of a legal representative."""

    UNQUALIFIED = "unqualified", "无保留意见"
    QUALIFIED = "qualified", "保留意见"
    ADVERSE = "adverse", "否定意见"
    DISCLAIMER = "disclaimer", "无法表示意见"


class ReferralState(models.TextChoices):
    """Where a referral to credit management stands."""

    PENDING = "pending", "待处理"
    TAKEN = "taken", "已受理"
    DISMISSED = "dismissed", "不予受理"
    SETTLED = "settled", "事由消失"
