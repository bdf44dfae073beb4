"""What the demonstration's foundations do: plain data, told by :mod:`.telling`. Names and sums are invented."""

from __future__ import annotations

from dataclasses import dataclass, field

from shetong.charity.models import BeneficiaryCategory, EvidenceKind, OutflowKind


@dataclass(frozen=True, slots=True)
class Spend:
    """Spending ``days`` ago of a share of what is there, in hundredths; ``to``: payee, partner or number of a person.

    ``papers``: kind and title of the evidence; those that are photographs are shown to everybody.
    """

    days: int
    share: int
    kind: OutflowKind
    purpose: str
    line: str = ""
    to: str | int = ""
    papers: tuple[tuple[EvidenceKind, str], ...] = ()
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """What a partner did ``days`` ago with a share of the last grant, in hundredths of it."""

    days: int
    share: int
    purpose: str
    person: int | None = None
    papers: tuple[tuple[EvidenceKind, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is helped."""

    name: str
    division: str
    category: BeneficiaryCategory
    ages: tuple[int, int] | None = None
    organisation: bool = False


@dataclass(frozen=True, slots=True)
class Goods:
    """A gift in kind ``days`` ago, of which a share was handed out later."""

    days: int
    name: str
    unit: str
    quantity: int
    value: int
    giver: str
    handed_out: int
    to: int


@dataclass(frozen=True, slots=True)
class Plot:
    """A foundation's project. ``head``: first digits of its authority's division; ``filed``: days ago, none: no plan.

    ``corrected``: it was asked for a correction first; ``raised``: from and to how many days ago gifts came, how often.
    """

    head: str
    project: str
    purpose: str
    use: str
    area: str
    scope: str
    number: str
    budget: dict[str, tuple[str, int]]
    people: tuple[Person, ...]
    raised: tuple[int, int, int]
    spending: tuple[Spend, ...]
    filed: int | None = None
    corrected: bool = False
    emergency: bool = False
    plan_name: str = ""
    partner: tuple[str, str] | None = None
    used: tuple[Used, ...] = ()
    goods: Goods | None = None
    earmarked: str = ""
    platforms: tuple[str, ...] = field(default=("演示公益平台", "演示互助捐平台"))


K, P = OutflowKind, EvidenceKind
CHILD, ELDERLY, DISASTER, STUDENT = (
    BeneficiaryCategory.CHILD, BeneficiaryCategory.ELDERLY, BeneficiaryCategory.DISASTER, BeneficiaryCategory.STUDENT,
)  # fmt: skip
LUNCH = Plot(
    head="11", filed=150, corrected=True, plan_name="山区孩子的热午餐公开募捐", project="山区孩子的热午餐",
    purpose="教育", use="为山区小学的学生提供热午餐，为学校添置厨房设备。", area="云南省昭通市", scope="山区小学生",
    number="1200人", earmarked="kitchen",
    budget={"lunch": ("学生午餐", 60_000_000), "kitchen": ("厨房设备", 20_000_000), "staff": ("项目执行", 6_000_000)},
    people=(
        Person("明德小学（演示）", "530602", CHILD, (6, 12), organisation=True),
        Person("李小禾", "530621", CHILD, (7, 9)),
        Person("王晓芸", "530625", CHILD, (8, 10)),
    ),
    partner=("昭通示范社会工作服务中心", "采购食材，在学校供餐"),
    raised=(120, 6, 4),
    spending=(
        Spend(96, 30, K.SERVICE, "第一批食材采购", "lunch", "示范粮油有限公司",
              ((P.INVOICE, "食材发票"), (P.PHOTO, "食材到校")), True),
        Spend(70, 45, K.GRANT, "拨付本学期午餐款", "lunch", "partner", ((P.CONTRACT, "执行协议"),)),
        Spend(40, 25, K.AID, "资助明德小学午餐", "lunch", 0,
              ((P.DELIVERY, "学校签收单"), (P.PHOTO, "孩子们用餐")), True),
        Spend(30, 4, K.MANAGEMENT, "管理费用", "", "", ((P.INVOICE, "办公费用发票"),)),
        Spend(28, 2, K.FUNDRAISING, "募捐宣传品印制", "", "示范印务有限公司", ((P.INVOICE, "印制发票"),)),
        Spend(9, 20, K.SERVICE, "第二批食材采购", "lunch", "示范粮油有限公司", ((P.INVOICE, "食材发票"),)),
    ),
    used=(
        Used(58, 40, "鲁甸教学点午餐", 1, ((P.DELIVERY, "鲁甸教学点签收单"), (P.PHOTO, "鲁甸教学点午餐"))),
        Used(33, 35, "永善教学点午餐", 2, ((P.DELIVERY, "永善教学点签收单"),)),
    ),
)  # fmt: skip
HEARING = Plot(
    head="31", filed=120, plan_name="银龄助听公开募捐", project="银龄助听", purpose="扶老",
    use="为听力下降的困难老人验配助听器，开展社区听力筛查。", area="上海市", scope="六十岁以上的困难老人",
    number="300人",
    budget={"aids": ("助听器", 45_000_000), "check": ("听力筛查", 8_000_000)},
    people=(
        Person("陈桂英", "310109", ELDERLY, (70, 79)),
        Person("周福生", "310113", ELDERLY, (80, 89)),
        Person("吴阿妹", "310151", ELDERLY, (65, 74)),
    ),
    raised=(105, 4, 5),
    spending=(
        Spend(80, 20, K.SERVICE, "社区听力筛查", "check", "示范听力中心",
              ((P.INVOICE, "筛查费发票"), (P.PHOTO, "社区筛查")), True),
        Spend(55, 35, K.AID, "验配助听器", "aids", 0, ((P.DELIVERY, "验配签收单"), (P.PHOTO, "验配现场")), True),
        Spend(38, 30, K.AID, "验配助听器", "aids", 1, ((P.DELIVERY, "验配签收单"),), True),
        Spend(15, 25, K.AID, "验配助听器", "aids", 2, ((P.DELIVERY, "验配签收单"),)),
        Spend(12, 4, K.MANAGEMENT, "管理费用"),
    ),
    goods=Goods(48, "老年保暖内衣（L码）", "套", 260, 2_860_000, "示范针织厂", 60, 1),
)  # fmt: skip
TYPHOON = Plot(
    head="44", filed=42, emergency=True, plan_name="台风应急救助公开募捐", project="台风应急救助", purpose="救灾",
    use="为台风受灾群众提供饮用水、食品和临时安置物资。", area="广东省", scope="台风受灾群众", number="5000人",
    budget={"food": ("食品和饮用水", 30_000_000), "shelter": ("临时安置", 20_000_000)},
    people=(
        Person("海晏村受灾群众安置点（演示）", "440781", DISASTER, organisation=True),
        Person("海宴小学安置点（演示）", "440781", DISASTER, organisation=True),
    ),
    raised=(44, 3, 2),
    spending=(
        Spend(40, 40, K.AID, "发放饮用水和食品", "food", 0,
              ((P.DELIVERY, "安置点签收单"), (P.PHOTO, "物资发放")), True),
        Spend(34, 35, K.AID, "发放毛毯和折叠床", "shelter", 1,
              ((P.DELIVERY, "安置点签收单"), (P.PHOTO, "折叠床到位")), True),
        Spend(20, 15, K.SERVICE, "物资运输", "shelter", "示范运输队", ((P.INVOICE, "运费发票"),)),
    ),
    goods=Goods(41, "毛毯", "条", 800, 4_800_000, "示范家纺厂", 70, 0),
)  # fmt: skip
BOOKS = Plot(
    head="33", project="乡村图书角", purpose="教育", use="为乡村小学的教室添置图书和书架。", area="浙江省丽水市",
    scope="乡村小学生", number="20个班",
    budget={"books": ("图书", 8_000_000), "shelves": ("书架", 3_000_000)},
    people=(Person("云和示范小学（演示）", "331125", STUDENT, (6, 12), organisation=True),),
    raised=(90, 10, 9),
    spending=(
        Spend(60, 45, K.AID, "图书一批", "books", 0, ((P.INVOICE, "图书发票"), (P.PHOTO, "图书角")), True),
        Spend(25, 30, K.SERVICE, "书架制作安装", "shelves", "示范木器厂", ((P.INVOICE, "书架发票"),)),
    ),
)  # fmt: skip
WAITING = Plot(
    head="", filed=6, corrected=True, plan_name="冬衣接力公开募捐", project="冬衣接力", purpose="扶贫济困",
    use="为高寒地区的孩子添置冬衣。", area="青海省玉树藏族自治州", scope="高寒地区的孩子", number="800人",
    budget={}, people=(), raised=(0, 0, 0), spending=(),
)  # fmt: skip
PLOTS = (LUNCH, HEARING, TYPHOON, BOOKS)
