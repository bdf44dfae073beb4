"""The demonstration's cases: every matter and state, at several authorities, due, overdue, waiting and closed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from shetong.casework.models import Case, Procedure
from shetong.casework.services import closing, decision, drafts, intake, opinions, review, submission
from shetong.registry.demo import cases
from shetong.registry.demo.cases import Scene, Story
from shetong.registry.models import Organisation

Find = Callable[..., Organisation | None]
SG, PN, FD = "SO-SG-EST", "SO-PN-EST", "SO-FD-EST"
CHAOYANG, HAIDIAN, PUDONG, TIANHE, XIHU = "110105", "110108", "310115", "440106", "330106"


def tell() -> int:
    """Tell the cases that are not told yet; return how many there are."""
    return cases.tell(_all)


def _all(scene: Scene, find: Find) -> list[Story]:
    founding = scene.cast.founding
    return [
        _draft(scene, founding("SG", "北京市朝阳区亮马河畔邻里互助协会", CHAOYANG, "组织邻里互助活动")),
        _waiting(scene, SG, founding("SG", "北京市朝阳区青年露营运动协会", CHAOYANG, "推广露营和户外运动"), 1),
        _waiting(scene, PN, founding("PN", "北京市海淀区晴窗社区阅读服务中心", HAIDIAN, "提供社区阅读服务"), 5),
        _correction(scene, founding("SG", "北京市朝阳区手工皮具研究会", CHAOYANG, "研究和传授手工皮具技艺")),
        _resubmitted(scene, founding("SG", "北京市海淀区校园菜园促进会", HAIDIAN, "推广校园种植教育")),
        _reviewing(scene, PN, founding("PN", "北京市朝阳区暖阳长者照护服务中心", CHAOYANG, "提供长者照护服务"), 10, 0),
        _reviewing(scene, SG, founding("SG", "北京市海淀区业余天文观测协会", HAIDIAN, "组织天文观测和科普"), 52, 1),
        _reviewing(scene, SG, founding("SG", "北京市朝阳区胡同影像研究会", CHAOYANG, "记录和研究胡同影像"), 59, 2),
        _reviewing(scene, SG, founding("SG", "北京市朝阳区旧书流转促进会", CHAOYANG, "推动旧书流转"), 68, 2),
        _reviewing(scene, PN, founding("PN", "上海市浦东新区晨帆青少年服务中心", PUDONG, "提供青少年成长服务"), 63, 1),
        _reviewing(scene, SG, founding("SG", "广州市天河区骑行通勤协会", TIANHE, "推广骑行通勤"), 20, 0),
        _reviewing(scene, PN, founding("PN", "杭州市西湖区拾叶自然教育服务中心", XIHU, "提供自然教育服务"), 35, 2),
        _experts(scene, founding("FD", "北京市晨曦乡村儿童阅读基金会", "110101", "资助乡村儿童阅读", funds="800万元")),
        _life(scene, founding("SG", "北京市朝阳区社区花园营造协会", CHAOYANG, "营造和养护社区花园")),
        _end(scene, founding("PN", "北京市朝阳区拾光旧物修复服务中心", CHAOYANG, "修复旧物、传授技艺")),
        _refused_and_again(scene),
        _not_accepted(scene, founding("SG", "北京市海淀区宠物友好出行协会", HAIDIAN, "推广宠物友好出行")),
        _withdrawn(scene, founding("SG", "北京市朝阳区桌上游戏协会", CHAOYANG, "组织桌上游戏活动")),
        _decided_yesterday(scene, founding("PN", "北京市海淀区听松心理咨询服务中心", HAIDIAN, "提供心理咨询服务")),
        _branch(scene, find("SG", "31")),
        _reissue(scene, find("SG", "1101") or find("SG", "11")),
        _representative(scene, find("SG", "11")),
        _changed(scene, find("PN", "11"), "name", 18, 2),
        _changed(scene, find("SG", "44"), "funds", 40, 2),
        _changed(scene, find("FD", "11"), "scope", 12, 1),
        _extended(scene, find("SG", "33")),
        _charter(scene, find("SG", "11")),
        _deregistering(scene, find("PN", "31")),
    ]


def _draft(scene: Scene, form: dict[str, Any]) -> Story:
    yield 2
    case = drafts.begin(matter=SG, applicant=scene.applicant, demo=True)
    drafts.save_all(case_id=case.pk, actor=scene.applicant, form={name: form[name] for name in ("body", "seat")})


def _waiting(scene: Scene, matter: str, form: dict[str, Any], days: int) -> Story:
    yield days
    scene.submitted(matter, form)


def _correction(scene: Scene, form: dict[str, Any]) -> Story:
    yield 6
    case = scene.submitted(SG, form)
    yield 4
    _ask(scene, case)


def _ask(scene: Scene, case: Case) -> None:
    items = ["验资报告缺少会计师事务所签章", "章程草案第三条的业务范围与申请书不一致"]
    intake.ask_correction(case_id=case.pk, actor=scene.clerk, items=items)


def _resubmitted(scene: Scene, form: dict[str, Any]) -> Story:
    yield 9
    case = scene.submitted(SG, form)
    yield 7
    _ask(scene, case)
    yield 1
    submission.submit(case_id=case.pk, actor=scene.applicant)


def _reviewing(scene: Scene, matter: str, form: dict[str, Any], days: int, steps: int) -> Story:
    """Accepted ``days`` ago; with sixty days for the decision that is early, due or overdue."""
    yield days + 4
    case = scene.submitted(matter, form)
    yield days
    intake.accept(case_id=case.pk, actor=scene.clerk)
    for step in range(steps):
        yield days - 5 * (step + 1)
        scene.reviewed(case)


def _experts(scene: Scene, form: dict[str, Any]) -> Story:
    yield 30
    case = scene.submitted(FD, form)
    yield 26
    intake.accept(case_id=case.pk, actor=scene.clerk)
    yield 6
    review.suspend(case_id=case.pk, actor=scene.clerk, procedure=Procedure.EXPERTS, days=20, reason="组织专家评审。")


def _founded(scene: Scene, matter: str, form: dict[str, Any], days: int) -> Generator[int, None, Case]:
    """Found a body within three weeks; ``yield from`` gives the case."""
    yield days
    case = scene.submitted(matter, form)
    yield days - 3
    intake.accept(case_id=case.pk, actor=scene.clerk)
    yield days - 10
    scene.reviewed(case, 2)
    yield days - 18
    scene.approved(case)
    return case


def _life(scene: Scene, form: dict[str, Any]) -> Story:
    """A body is founded, changes its name, and asks for another seat."""
    case = yield from _founded(scene, SG, form, 200)
    body = scene.body_of(case)
    yield 120
    case = scene.submitted("SO-CHG", _change(scene, body, "name", 124), body)
    yield 117
    intake.accept(case_id=case.pk, actor=scene.clerk)
    scene.reviewed(case, 2)
    yield 110
    scene.approved(case)
    body.refresh_from_db()
    yield 3
    case = scene.submitted("SO-CHG", _change(scene, body, "domicile", 9), body)
    yield 1
    intake.accept(case_id=case.pk, actor=scene.clerk)


def _end(scene: Scene, form: dict[str, Any]) -> Story:
    """A body is founded and, half a year later, struck off after its liquidation."""
    case = yield from _founded(scene, PN, form, 320)
    body = scene.body_of(case)
    yield 60
    case = scene.submitted("SO-CAN", _ending(scene, 130, 62), body)
    yield 57
    intake.accept(case_id=case.pk, actor=scene.clerk)
    scene.reviewed(case, 2)
    yield 50
    scene.approved(case)


def _refused_and_again(scene: Scene) -> Story:
    form = scene.cast.founding("SG", "北京市朝阳区健康生活促进会", CHAOYANG, "宣传健康生活")
    yield 100
    case = scene.submitted(SG, form)
    yield 97
    intake.accept(case_id=case.pk, actor=scene.clerk)
    scene.reviewed(case, 2)
    yield 80
    decision.refuse(
        case_id=case.pk, actor=scene.chief, reason="同一行政区域内已有业务范围相似的社会团体，没有必要成立。",
        provision="《社会团体登记管理条例》第十三条",
    )  # fmt: skip
    scene.delivered(case)
    yield 2
    again = scene.cast.founding("SG", "北京市朝阳区健康步行推广协会", CHAOYANG, "推广健康步行")
    scene.submitted(SG, {**again, "founders": form["founders"]})


def _not_accepted(scene: Scene, form: dict[str, Any]) -> Story:
    yield 40
    case = scene.submitted(SG, form)
    yield 38
    intake.refuse_to_accept(
        case_id=case.pk, actor=scene.clerk, reason="活动地域跨两个区，应当由共同的上一级登记管理机关登记。",
        other_authority="北京市民政局",
    )  # fmt: skip
    scene.delivered(case)


def _withdrawn(scene: Scene, form: dict[str, Any]) -> Story:
    yield 25
    case = scene.submitted(SG, form)
    yield 22
    closing.withdraw(case_id=case.pk, actor=scene.applicant, reason="发起人另有安排。")


def _decided_yesterday(scene: Scene, form: dict[str, Any]) -> Story:
    yield 30
    case = scene.submitted(PN, form)
    yield 28
    intake.accept(case_id=case.pk, actor=scene.clerk)
    yield 14
    scene.reviewed(case, 2)
    yield 1
    decision.approve(case_id=case.pk, actor=scene.chief, reason="符合法定条件，准予登记。")


def _change(scene: Scene, body: Organisation, item: str, consented: int) -> dict[str, Any]:
    values: dict[str, dict[str, Any]] = {
        "name": {"name": _renamed(body.name)},
        "domicile": {"domicile": f"{body.domicile}二层", "division_code": body.division_code},
        "funds": {"registered_funds": (body.registered_funds or 0) + 10_000_000},
        "scope": {"business_scope": f"{body.business_scope}开展相关培训和咨询。"},
    }
    return {
        "what": {f"changes_{item}": True},
        item: values[item],
        "reason": {"change_reason": "理事会议决，业务发展需要。", "consented_on": scene.day(consented)},
        "contact": scene.cast.contact(body.division_code),
    }


def _renamed(name: str) -> str:
    """Return another name of the same kind and place."""
    for ending, other in (("服务中心", "公益服务中心"), ("协会", "联合会"), ("促进会", "研究会"), ("学会", "研究会")):
        if name.endswith(ending):
            return name.removesuffix(ending) + other
    return f"{name[:-2]}新风{name[-2:]}"


def _changed(scene: Scene, body: Organisation | None, item: str, days: int, steps: int) -> Story:
    """A change that was accepted ``days`` ago: with twenty working days it is early, due or overdue."""
    if body is None:
        return
    yield days + 3
    case = scene.submitted("SO-CHG", _change(scene, body, item, days + 6), body)
    yield days
    intake.accept(case_id=case.pk, actor=scene.clerk)
    yield max(days - 8, 1)
    if steps > 1 and body.supervising_body:
        opinions.ask(
            case_id=case.pk, actor=scene.clerk, asked_of=body.supervising_body, question="请就变更事项提出意见。"
        )
    scene.reviewed(case, steps)


def _representative(scene: Scene, body: Organisation | None) -> Story:
    """The audit of the one who leaves is filed, then the representative changes."""
    if body is None:
        return
    yield 45
    audit = {
        "audit": {
            "leaving_representative": body.legal_representative, "audited_from": scene.day(1_500),
            "audited_to": scene.day(60), "auditor": "演示会计师事务所", "report_number": "演审字〔2026〕18号",
            "audit_opinion": "unqualified",
        },
        "contact": scene.cast.contact(body.division_code),
    }  # fmt: skip
    case = scene.submitted("SO-AUDIT", audit, body)
    yield 42
    intake.accept(case_id=case.pk, actor=scene.clerk)
    scene.reviewed(case)
    yield 38
    scene.approved(case, "报告完整，准予备案。")
    yield 8
    new = scene.cast.person(body.division_code)
    change = {
        "what": {"changes_representative": True},
        "representative": {
            "legal_representative": new["name"], "representative_identity_number": new["identity_number"],
            "representative_phone": new["phone"], "representative_post": "会长",
        },
        "reason": {"change_reason": "换届选举产生新任会长。", "consented_on": scene.day(15)},
        "contact": scene.cast.contact(body.division_code),
    }  # fmt: skip
    case = scene.submitted("SO-CHG", change, body)
    yield 6
    intake.accept(case_id=case.pk, actor=scene.clerk)
    yield 2
    scene.reviewed(case)


def _extended(scene: Scene, body: Organisation | None) -> Story:
    if body is None:
        return
    yield 29
    case = scene.submitted("SO-CHG", _change(scene, body, "scope", 34), body)
    yield 26
    intake.accept(case_id=case.pk, actor=scene.clerk)
    scene.reviewed(case, 2)
    yield 5
    review.extend(case_id=case.pk, actor=scene.chief, days=10, reason="新增业务范围涉及专业领域，需要进一步核实。")


def _charter(scene: Scene, body: Organisation | None) -> Story:
    if body is None:
        return
    yield 16
    form = {
        "charter": {
            "adopted_on": scene.day(25), "charter_changes": "修改第十二条，理事会每年召开两次会议。",
            "consented_on": scene.day(20),
        },
        "contact": scene.cast.contact(body.division_code),
    }  # fmt: skip
    case = scene.submitted("SO-CHARTER", form, body)
    yield 13
    intake.accept(case_id=case.pk, actor=scene.clerk)
    yield 6
    scene.reviewed(case)


def _branch(scene: Scene, body: Organisation | None) -> Story:
    if body is None:
        return
    yield 50
    head = scene.cast.person(body.division_code)
    form = {
        "branch": {
            "name": f"{body.name}青年工作委员会", "legal_representative": head["name"],
            "business_scope": "组织青年会员开展活动。",
        },
        "seat": {"division_code": body.division_code, "domicile": body.domicile},
        "resolution": {"resolved_on": scene.day(60)},
        "contact": scene.cast.contact(body.division_code),
    }  # fmt: skip
    case = scene.submitted("SO-BRANCH", form, body)
    yield 47
    intake.accept(case_id=case.pk, actor=scene.clerk)
    scene.reviewed(case)
    yield 44
    scene.approved(case, "材料齐全，予以备案。")


def _reissue(scene: Scene, body: Organisation | None) -> Story:
    if body is None:
        return
    yield 1
    form = {
        "reason": {"reissue_reason": "lost"},
        "loss": {"lost_on": scene.day(12), "declared_in": "演示日报", "declared_on": scene.day(8)},
        "contact": scene.cast.contact(body.division_code),
    }
    scene.submitted("SO-REISSUE", form, body)


def _deregistering(scene: Scene, body: Organisation | None) -> Story:
    if body is None:
        return
    yield 14
    case = scene.submitted("SO-CAN", {**_ending(scene, 90, 18), "contact": scene.cast.contact("310000")}, body)
    yield 11
    intake.accept(case_id=case.pk, actor=scene.clerk)


def _ending(scene: Scene, resolved: int, ended: int) -> dict[str, Any]:
    """Return the answers about a liquidation that began soon after the resolution and ended some days ago."""
    return {
        "ending": {
            "ending_cause": "dissolved", "resolved_on": scene.day(resolved),
            "ending_reason": "理事会议决自行解散。", "consented_on": scene.day(min(ended, 25)),
        },
        "group": {"liquidated_from": scene.day(resolved - 7)},
        "liquidators": [
            {"liquidator": "演示清算人甲", "liquidator_role": "head"},
            {"liquidator": "演示清算人乙", "liquidator_role": "member"},
        ],
        "creditors": {"creditors_announced_on": scene.day(resolved - 14), "announced_in": "演示日报"},
        "settlement": {
            "liquidated_to": scene.day(ended), "debts_settled": True, "remaining_amount": "1.2万元",
            "remaining_property": "捐赠给宗旨相近的演示基金会。", "returned": True,
        },
        "contact": scene.cast.contact("110105"),
    }  # fmt: skip
