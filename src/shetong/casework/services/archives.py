"""Archiving: a closed case becomes a self-describing package that says by itself what it is and whether it is whole.

The four checks (四性: authenticity, integrity, usability, safety) follow DA/T 70; their report lies in the package.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.casework.models import Archive, Case, CaseEvent, CaseMaterial, Notice, Retention, State
from shetong.casework.models.choices import Act
from shetong.casework.queries import cases, matters
from shetong.casework.rules import bags, contents
from shetong.casework.rules.matters import Matter
from shetong.casework.services import answers, documents, moves, numbers, storage

MEDIA_TYPE = "application/zip"
READY = (State.DELIVERED, State.WITHDRAWN)


@transaction.atomic
def archive(*, case_id: int) -> Archive | None:
    """Pack a closed case and close it for good; ``None`` where it is not ready or packed already."""
    case = moves.lock(case_id)
    if case.state not in READY or case.number is None:
        return None
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    now = timezone.now()
    number = f"{case.authority_division}-{now.year}-{numbers.take(f'archive/{case.authority_division}/{now.year}'):06}"
    moves.move(case, Act.ARCHIVE, actor=None, detail={"archive": number})
    title = f"{matter.title}：{case.subject_name or case.applicant.get_full_name()}"[:300]
    payload = _payload(case, matter, {"number": number, "title": title})
    package = bags.pack(payload, _info(case, number, title), name=number)
    return Archive.objects.create(
        case=case,
        number=number,
        title=title,
        file=storage.keep(package, media_type=MEDIA_TYPE),
        retention=Retention.PERMANENT if case.decided_on else Retention.THIRTY_YEARS,
        archived_at=now,
    )


def _info(case: Case, number: str, title: str) -> dict[str, str]:
    return {
        "Source-Organization": case.authority_name,
        "External-Identifier": number,
        "External-Description": title,
        "Internal-Sender-Identifier": case.number or "",
        "Bagging-Date": str(timezone.localdate()),
    }


def _payload(case: Case, matter: Matter, naming: dict[str, str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    materials = []
    for position, material in enumerate(
        CaseMaterial.objects.filter(case=case, removed_at__isnull=True).order_by("pk"), 1
    ):
        path = f"materials/{position:03}-{material.code}{_ending(material)}"
        files[path] = storage.read(material.file_id)
        materials.append({"path": path, "name": material.name, "material": material.code, "sha256": material.file_id})
    notices = []
    for notice in Notice.objects.filter(case=case).order_by("pk"):
        path = f"documents/{notice.document_number}.pdf"
        files[path] = documents.sealed(notice.pk)
        notices.append({"path": path, "kind": notice.kind, "number": notice.document_number})
    events = [_event(event) for event in CaseEvent.objects.filter(case=case).order_by("number")]
    metadata = _metadata(case, matter, naming) | {"materials": materials, "documents": notices}
    files["form.json"] = _json(answers.whole(case))
    files["events.json"] = _json(events)
    files["form.txt"] = _readable(case, matter).encode()
    files["checks.json"] = _json(_checks(files, metadata, events))
    files["metadata.json"] = _json(metadata)
    return files


def _ending(material: CaseMaterial) -> str:
    """Return the ending of a material's file name."""
    return material.name[material.name.rfind(".") :]


def _metadata(case: Case, matter: Matter, naming: dict[str, str]) -> dict[str, Any]:
    """Return the description of the archive: elements after DA/T 46, by their Chinese names."""
    return {
        "档号": naming["number"],
        "题名": naming["title"],
        "责任者": case.authority_name,
        "事项编码": matter.code,
        "事项依据": list(matter.basis),
        "办件编号": case.number,
        "提交时间": _time(case.submitted_at),
        "受理日期": str(case.accepted_on or ""),
        "决定日期": str(case.decided_on or ""),
        "所涉组织": {"代码": case.subject_code, "名称": case.subject_name},
        "密级": "内部",
        "演示": case.demo,
        "形成系统": "社通",
    }


def _event(event: CaseEvent) -> dict[str, Any]:
    return {
        "number": event.number,
        "act": event.act,
        "from": event.from_state,
        "to": event.to_state,
        "step": event.step,
        "actor": event.actor_name,
        "recorded_at": _time(event.recorded_at),
        "reason": event.reason,
        "provision": event.provision,
        "detail": event.detail,
    }


def _checks(files: dict[str, bytes], metadata: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the report of the four checks at archiving, each with what was looked at and found."""
    described = {entry["path"] for entry in (*metadata["materials"], *metadata["documents"])}
    kept = {path for path in files if "/" in path}
    gapless = [event["number"] for event in events] == list(range(1, len(events) + 1))
    readable = all(contents.media_type(content) for path, content in files.items() if path in kept)
    return {
        "真实性": {"元数据与文件一一对应": described == kept},
        "完整性": {"办理过程连续无缺": gapless, "有申请内容": bool(files.get("form.json"))},
        "可用性": {"格式在允许范围内、可以打开": readable},
        "安全性": {"收件时已检查内容": True, "包内没有可执行内容": readable},
    }


def _readable(case: Case, matter: Matter) -> str:
    lines = [matter.title, f"办件编号：{case.number}", ""]
    for topic in cases.topics(matter, answers.whole(case)):
        lines.append(f"【{topic.title}】")
        for record in topic.records:
            lines += [f"{answer.label}：{answer.value}" for answer in record] + [""]
    return "\n".join(lines)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _time(moment: Any) -> str:
    return timezone.localtime(moment).isoformat() if moment else ""


def check(archive_id: int) -> bool:
    """Check an archive's package against its manifests and record the result; the audit trail tells of a fault."""
    fault = ""
    found = Archive.objects.select_related("case").get(pk=archive_id)
    try:
        bags.verify(storage.read(found.file_id))
    except FileNotFoundError:
        fault = "档案包不在存储中"
    except storage.AlteredError:
        fault = "档案包的内容与入库时不同"
    except bags.BagError as error:
        fault = str(error)[:300]
    with transaction.atomic():
        Archive.objects.filter(pk=archive_id).update(checked_at=timezone.now(), sound=not fault, fault=fault)
        if fault:
            audit.record(
                actor=moves.SYSTEM,
                action="archive.fault",
                target=found,
                jurisdiction=found.case.authority_division,
                detail={"archive": found.number, "fault": fault},
            )
    return not fault
