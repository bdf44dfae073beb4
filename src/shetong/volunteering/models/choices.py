"""Closed lists of volunteering."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VolunteerState(models.TextChoices):
    """Where a volunteer's registration stands."""

    PENDING = "pending", _("待监护人同意")
    ACTIVE = "active", _("已注册")
    SUSPENDED = "suspended", _("已暂停")
    MERGED = "merged", _("已并入另一记录")
    ERASED = "erased", _("已注销并删除个人信息")


# Kinds of identity papers, in the reader's language (the register's own list is not translated).
PAPERS = {
    "resident": _("居民身份证"),
    "hmt-residence": _("港澳台居民居住证"),
    "permanent-resident": _("外国人永久居留身份证"),
    "passport": _("护照"),
    "travel-permit": _("港澳台居民来往内地（大陆）通行证"),
}


class RegisteredBy(models.TextChoices):
    """How a volunteer came into the register."""

    SELF = "self", _("本人注册")
    TEAM = "team", _("团队代为注册")
    IMPORT = "import", _("其他系统导入")


class ConsentPurpose(models.TextChoices):
    """What a volunteer may agree to, each apart (《个人信息保护法》第十四条)."""

    SERVICE = "service", _("注册和参加志愿服务")
    SENSITIVE = "sensitive", _("处理身份证件等敏感个人信息")
    LOCATION = "location", _("用所在位置查找活动和签到")
    MATCHING = "matching", _("按技能和时间推荐活动")
    PUBLISH = "publish", _("在公示、星级表彰和时长排行中显示姓名")
    TRANSFER = "transfer", _("与其他志愿服务信息系统交换记录")
    CREDIT = "credit", _("向信用信息系统提供星级、时长和表彰")


class Field(models.TextChoices):
    """Fields of service (服务类别)."""

    COMMUNITY = "community", _("社区服务")
    CARE = "care", _("关爱特殊群体")
    POVERTY = "poverty", _("扶贫济困")
    EMERGENCY = "emergency", _("应急救援")
    ENVIRONMENT = "environment", _("环境保护")
    CULTURE = "culture", _("文化教育")
    HEALTH = "health", _("卫生健康")
    EVENTS = "events", _("大型赛会")
    TRAFFIC = "traffic", _("城市运行和交通")
    DRUGS = "drugs", _("禁毒")
    LAW = "law", _("法律服务")
    SCIENCE = "science", _("科技科普")
    RURAL = "rural", _("乡村振兴")
    NETWORK = "network", _("网络文明")
    OVERSEAS = "overseas", _("海外服务")
    OTHER = "other", _("其他")


class Skill(models.TextChoices):
    """Skills that posts ask for and volunteers have."""

    FIRST_AID = "first-aid", _("急救")
    MEDICAL = "medical", _("医护")
    PSYCHOLOGY = "psychology", _("心理疏导")
    TEACHING = "teaching", _("教学辅导")
    CHILD_CARE = "child-care", _("照护儿童")
    ELDERLY_CARE = "elderly-care", _("照护老人")
    SIGN_LANGUAGE = "sign-language", _("手语")
    INTERPRETING = "interpreting", _("口译笔译")
    LEGAL = "legal", _("法律")
    DRIVING = "driving", _("驾驶")
    COOKING = "cooking", _("烹饪")
    COMPUTERS = "computers", _("计算机")
    PHOTOGRAPHY = "photography", _("摄影摄像")
    DESIGN = "design", _("设计")
    WRITING = "writing", _("文字宣传")
    ARTS = "arts", _("文艺表演")
    SPORTS = "sports", _("体育指导")
    REPAIR = "repair", _("维修")
    GARDENING = "gardening", _("园艺")
    RESCUE = "rescue", _("救援")
    GUIDING = "guiding", _("讲解引导")
    ORGANISING = "organising", _("组织协调")


class Language(models.TextChoices):
    """Languages that posts ask for and volunteers speak (ISO 639)."""

    MANDARIN = "cmn", _("普通话")
    CANTONESE = "yue", _("粤语")
    TIBETAN = "bo", _("藏语")
    UYGHUR = "ug", _("维吾尔语")
    MONGOLIAN = "mn", _("蒙古语")
    ENGLISH = "en", _("英语")
    FRENCH = "fr", _("法语")
    RUSSIAN = "ru", _("俄语")
    SPANISH = "es", _("西班牙语")
    ARABIC = "ar", _("阿拉伯语")
    JAPANESE = "ja", _("日语")
    KOREAN = "ko", _("韩语")


class TeamKind(models.TextChoices):
    """Who recruits volunteers (《志愿服务条例》第六条、第四十一条)."""

    ORGANISATION = "organisation", _("志愿服务组织")
    CHARITY = "charity", _("慈善组织")
    COMMUNITY = "community", _("基层群众性自治组织")
    PUBLIC = "public", _("公共服务机构")
    HOST = "host", _("公益活动举办单位")
    GROUP = "group", _("单位和社区内部团体")


class TeamState(models.TextChoices):
    """Whether a team may act."""

    PENDING = "pending", _("待核实")
    ACTIVE = "active", pgettext_lazy("团体状态", "正常")
    SUSPENDED = "suspended", _("已暂停")
    CLOSED = "closed", _("已解散")


class StaffRole(models.TextChoices):
    """What somebody may do for a team."""

    LEADER = "leader", pgettext_lazy("团体角色", "负责人")
    ORGANISER = "organiser", _("活动组织者")
    TIMEKEEPER = "timekeeper", _("记录员")


class MembershipState(models.TextChoices):
    """Where a membership stands."""

    APPLIED = "applied", _("待审核")
    MEMBER = "member", _("成员")
    REFUSED = "refused", _("未通过")
    LEFT = "left", _("已退出")


class ActivityState(models.TextChoices):
    """Where an activity stands."""

    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("待审核")
    RECRUITING = "recruiting", _("招募中")
    CLOSED = "closed", _("停止招募")
    FINISHED = "finished", _("已结束")
    ARCHIVED = "archived", _("已归档")
    CANCELLED = "cancelled", _("已取消")


class Admission(models.TextChoices):
    """How a sign-up becomes a place."""

    AUTOMATIC = "automatic", _("报名即录用")
    REVIEW = "review", _("报名后审核")


class CheckInWay(models.TextChoices):
    """How presence is shown."""

    QR = "qr", _("扫动态二维码")
    PLACE = "place", _("到达地点")
    LIST = "list", _("现场点名")


class Datum(models.TextChoices):
    """In which coordinates a place is written; maps of China shift theirs by up to 700 metres."""

    WGS84 = "wgs-84", _("手机定位（“用我的位置”）")
    GCJ02 = "gcj-02", _("国内地图网站或者地图应用")


class SessionState(models.TextChoices):
    """Where a session (场次) stands."""

    PLANNED = "planned", _("计划中")
    CANCELLED = "cancelled", _("已取消")
    ENDED = "ended", _("已结束")


class SignupState(models.TextChoices):
    """Where a sign-up stands."""

    APPLIED = "applied", _("待审核")
    WAITING = "waiting", _("候补")
    OFFERED = "offered", _("候补到位，待确认")
    HELD = "held", _("已录用")
    PRESENT = "present", _("已签到")
    DONE = "done", _("已签退")
    RECORDED = "recorded", _("已记录时长")
    ABSENT = "absent", _("未到")
    REFUSED = "refused", _("未录用")
    LAPSED = "lapsed", _("候补已失效")
    WITHDRAWN = "withdrawn", _("本人取消")
    DROPPED = "dropped", _("活动取消")


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

    SIGN_UP = "sign-up", _("报名")
    ADMIT = "admit", _("录用")
    REFUSE = "refuse", _("不录用")
    OFFER = "offer", _("候补到位")
    CONFIRM = "confirm", _("确认参加")
    LAPSE = "lapse", _("候补失效")
    WITHDRAW = "withdraw", _("取消报名")
    DROP = "drop", _("活动取消")
    CHECK_IN = "check-in", _("签到")
    CHECK_OUT = "check-out", _("签退")
    RECORD = "record", _("记录时长")
    MARK_ABSENT = "mark-absent", _("记为未到")
    RESCHEDULE = "reschedule", _("场次改时间")
    DISPLACE = "displace", _("场次改时间后与另一班次冲突")


class RecordState(models.TextChoices):
    """Where a record of service stands; only counted ones may not overlap for one person."""

    PENDING = "pending", _("待确认")
    NOTICED = "noticed", _("公示中，期满计入")
    FLAGGED = "flagged", _("存疑待核")
    CONFIRMED = "confirmed", _("已确认")
    OBJECTED = "objected", _("有异议")
    SUPERSEDED = "superseded", _("已被更正")
    VOID = "void", _("已作废")


COUNTED = (RecordState.CONFIRMED, RecordState.OBJECTED)


class HoursAct(models.TextChoices):
    """What happened to a record's hours."""

    RECORD = "record", _("记录")
    CONFIRM = "confirm", _("确认")
    ANNOUNCE = "announce", _("公示")
    FLAG = "flag", pgettext_lazy("办理", "存疑")
    OBJECT = "object", _("提出异议")
    KEEP = "keep", _("维持")
    CORRECT = "correct", _("更正")
    VOID = "void", _("作废")


class Evidence(models.TextChoices):
    """What a record of service rests on."""

    SCAN = "scan", _("扫码签到签退")
    PLACE = "place", _("到场定位签到签退")
    LIST = "list", _("现场点名")
    MANUAL = "manual", _("手工补录")
    IMPORT = "import", _("其他系统导入")


class PresenceAct(models.TextChoices):
    """Coming and leaving."""

    IN = "in", _("签到")
    OUT = "out", _("签退")


class PresenceWay(models.TextChoices):
    """How somebody's coming or leaving became known."""

    QR = "qr", _("扫码")
    DIGITS = "digits", _("输入数字码")
    OFFLINE = "offline", _("离线扫码")
    PLACE = "place", _("到场定位")
    LIST = "list", _("现场点名")
    CLOSED = "closed", _("系统结束场次")


class PlaceVerdict(models.TextChoices):
    """Where somebody was, as far as it is kept."""

    INSIDE = "inside", _("在签到范围内")
    UNSURE = "unsure", _("定位不够准，无法判断")
    OUTSIDE = "outside", _("不在签到范围内")
    UNKNOWN = "unknown", _("没有提供位置")


class DoubtKind(models.TextChoices):
    """Why somebody should look at a record of service."""

    OVERLAP = "overlap", _("同一时间有另一条记录")
    SPEED = "speed", _("两处之间来不及到达")
    DAY = "day", _("一天的时长过长")
    DEVICE = "device", _("一部手机为多人签到")
    CLOCK = "clock", _("离线签到的时间对不上")
    OUTSIDE = "outside", _("签到时不在活动地点")
    NO_PLACE = "no-place", _("没有位置佐证")
    UNCLOSED = "unclosed", _("没有签退，由系统结束")


# Doubts that keep a record from being counted until the guiding authority has judged; the others are for whoever
# confirms.
SERIOUS = (
    DoubtKind.OVERLAP,
    DoubtKind.SPEED,
    DoubtKind.DAY,
    DoubtKind.DEVICE,
    DoubtKind.CLOCK,
    DoubtKind.OUTSIDE,
)


class DoubtState(models.TextChoices):
    """Where a doubt stands."""

    OPEN = "open", _("待核")
    DISMISSED = "dismissed", _("疑点排除")
    UPHELD = "upheld", _("疑点成立")


class ObjectionState(models.TextChoices):
    """What became of an objection to a record."""

    OPEN = "open", _("待处理")
    KEPT = "kept", _("核实后维持")
    CORRECTED = "corrected", _("已更正")
    VOIDED = "voided", _("已作废")
