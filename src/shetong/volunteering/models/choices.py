"""Closed lists of volunteering."""

from __future__ import annotations

from django.db import models


class VolunteerState(models.TextChoices):
    """Where a volunteer's registration stands."""

    PENDING = "pending", "待监护人同意"
    ACTIVE = "active", "已注册"
    SUSPENDED = "suspended", "已暂停"
    MERGED = "merged", "已并入另一记录"
    ERASED = "erased", "已注销并删除个人信息"


class RegisteredBy(models.TextChoices):
    """How a volunteer came into the register."""

    SELF = "self", "本人注册"
    TEAM = "team", "团队代为注册"
    IMPORT = "import", "其他系统导入"


class ConsentPurpose(models.TextChoices):
    """What a volunteer may agree to, each apart (《个人信息保护法》第十四条)."""

    SERVICE = "service", "注册和参加志愿服务"
    SENSITIVE = "sensitive", "处理身份证件等敏感个人信息"
    LOCATION = "location", "用所在位置查找活动和签到"
    MATCHING = "matching", "按技能和时间推荐活动"
    PUBLISH = "publish", "公开姓名和服务情况"
    TRANSFER = "transfer", "向其他志愿服务信息系统转移记录"
    CREDIT = "credit", "向信用信息系统提供服务时长"


class Field(models.TextChoices):
    """Fields of service (服务类别)."""

    COMMUNITY = "community", "社区服务"
    CARE = "care", "关爱特殊群体"
    POVERTY = "poverty", "扶贫济困"
    EMERGENCY = "emergency", "应急救援"
    ENVIRONMENT = "environment", "环境保护"
    CULTURE = "culture", "文化教育"
    HEALTH = "health", "卫生健康"
    EVENTS = "events", "大型赛会"
    TRAFFIC = "traffic", "城市运行和交通"
    DRUGS = "drugs", "禁毒"
    LAW = "law", "法律服务"
    SCIENCE = "science", "科技科普"
    RURAL = "rural", "乡村振兴"
    NETWORK = "network", "网络文明"
    OVERSEAS = "overseas", "海外服务"
    OTHER = "other", "其他"


class Skill(models.TextChoices):
    """Skills that posts ask for and volunteers have."""

    FIRST_AID = "first-aid", "急救"
    MEDICAL = "medical", "医护"
    PSYCHOLOGY = "psychology", "心理疏导"
    TEACHING = "teaching", "教学辅导"
    CHILD_CARE = "child-care", "照护儿童"
    ELDERLY_CARE = "elderly-care", "照护老人"
    SIGN_LANGUAGE = "sign-language", "手语"
    INTERPRETING = "interpreting", "口译笔译"
    LEGAL = "legal", "法律"
    DRIVING = "driving", "驾驶"
    COOKING = "cooking", "烹饪"
    COMPUTERS = "computers", "计算机"
    PHOTOGRAPHY = "photography", "摄影摄像"
    DESIGN = "design", "设计"
    WRITING = "writing", "文字宣传"
    ARTS = "arts", "文艺表演"
    SPORTS = "sports", "体育指导"
    REPAIR = "repair", "维修"
    GARDENING = "gardening", "园艺"
    RESCUE = "rescue", "救援"
    GUIDING = "guiding", "讲解引导"
    ORGANISING = "organising", "组织协调"


class Language(models.TextChoices):
    """Languages that posts ask for and volunteers speak (ISO 639)."""

    MANDARIN = "cmn", "普通话"
    CANTONESE = "yue", "粤语"
    TIBETAN = "bo", "藏语"
    UYGHUR = "ug", "维吾尔语"
    MONGOLIAN = "mn", "蒙古语"
    ENGLISH = "en", "英语"
    FRENCH = "fr", "法语"
    RUSSIAN = "ru", "俄语"
    SPANISH = "es", "西班牙语"
    ARABIC = "ar", "阿拉伯语"
    JAPANESE = "ja", "日语"
    KOREAN = "ko", "韩语"


class TeamKind(models.TextChoices):
    """Who recruits volunteers (《志愿服务条例》第六条、第四十一条)."""

    ORGANISATION = "organisation", "志愿服务组织"
    CHARITY = "charity", "慈善组织"
    COMMUNITY = "community", "基层群众性自治组织"
    PUBLIC = "public", "公共服务机构"
    HOST = "host", "公益活动举办单位"
    GROUP = "group", "单位和社区内部团体"


class TeamState(models.TextChoices):
    """Whether a team may act."""

    PENDING = "pending", "待核实"
    ACTIVE = "active", "正常"
    SUSPENDED = "suspended", "已暂停"
    CLOSED = "closed", "已解散"


class StaffRole(models.TextChoices):
    """What somebody may do for a team."""

    LEADER = "leader", "负责人"
    ORGANISER = "organiser", "活动组织者"
    TIMEKEEPER = "timekeeper", "记录员"


class MembershipState(models.TextChoices):
    """Where a membership stands."""

    APPLIED = "applied", "待审核"
    MEMBER = "member", "成员"
    REFUSED = "refused", "未通过"
    LEFT = "left", "已退出"


class ActivityState(models.TextChoices):
    """Where an activity stands."""

    DRAFT = "draft", "草稿"
    REVIEW = "review", "待审核"
    RECRUITING = "recruiting", "招募中"
    CLOSED = "closed", "停止招募"
    FINISHED = "finished", "已结束"
    ARCHIVED = "archived", "已归档"
    CANCELLED = "cancelled", "已取消"


class Admission(models.TextChoices):
    """How a sign-up becomes a place."""

    AUTOMATIC = "automatic", "报名即录用"
    REVIEW = "review", "报名后审核"


class CheckInWay(models.TextChoices):
    """How presence is shown."""

    QR = "qr", "扫动态二维码"
    PLACE = "place", "到达地点"
    LIST = "list", "负责人点名"


class SessionState(models.TextChoices):
    """Where a session (场次) stands."""

    PLANNED = "planned", "计划中"
    CANCELLED = "cancelled", "已取消"
    ENDED = "ended", "已结束"


class SignupState(models.TextChoices):
    """Where a sign-up stands."""

    APPLIED = "applied", "待审核"
    WAITING = "waiting", "候补"
    OFFERED = "offered", "候补到位，待确认"
    HELD = "held", "已录用"
    PRESENT = "present", "已签到"
    DONE = "done", "已签退"
    RECORDED = "recorded", "已记录时长"
    ABSENT = "absent", "未到"
    REFUSED = "refused", "未录用"
    LAPSED = "lapsed", "逾期未确认"
    WITHDRAWN = "withdrawn", "本人取消"
    DROPPED = "dropped", "活动取消"


# Sign-ups that take a place: their periods may not overlap for one person.
HOLDING = (
    SignupState.OFFERED,
    SignupState.HELD,
    SignupState.PRESENT,
    SignupState.DONE,
    SignupState.RECORDED,
    SignupState.ABSENT,
)
# Sign-ups that may still become or stay a place: one a person and shift.
LIVE = (SignupState.APPLIED, SignupState.WAITING, *HOLDING)


class SignupAct(models.TextChoices):
    """What happened to a sign-up."""

    SIGN_UP = "sign-up", "报名"
    ADMIT = "admit", "录用"
    REFUSE = "refuse", "不录用"
    OFFER = "offer", "候补到位"
    CONFIRM = "confirm", "确认参加"
    LAPSE = "lapse", "逾期未确认"
    WITHDRAW = "withdraw", "取消报名"
    DROP = "drop", "活动取消"
    CHECK_IN = "check-in", "签到"
    CHECK_OUT = "check-out", "签退"
    RECORD = "record", "记录时长"
    MARK_ABSENT = "mark-absent", "记为未到"


class RecordState(models.TextChoices):
    """Where a record of service stands; only counted ones may not overlap for one person."""

    PENDING = "pending", "待确认"
    FLAGGED = "flagged", "存疑待核"
    CONFIRMED = "confirmed", "已确认"
    OBJECTED = "objected", "有异议"
    SUPERSEDED = "superseded", "已被更正"
    VOID = "void", "已作废"


COUNTED = (RecordState.CONFIRMED, RecordState.OBJECTED)


class HoursAct(models.TextChoices):
    """What happened to a record's hours."""

    RECORD = "record", "记录"
    CONFIRM = "confirm", "确认"
    FLAG = "flag", "存疑"
    OBJECT = "object", "提出异议"
    KEEP = "keep", "维持"
    CORRECT = "correct", "更正"
    VOID = "void", "作废"
