"""Archiving: a closed case becomes a self-describing package that says by itself what it is and whether it is whole.

The four checks (四性: authenticity, integrity, usability, safety) follow DA/T 70; their report lies in the package.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shetong.accounts.services import audit
from shetong.casework.models import (
    TO_ARCHIVE,
    Archive,
    Case,
    CaseEvent,
    CaseMaterial,
    Notice,
    Opinion,
    Retention,
    Seal,
    SiteCheck,
)
from shetong.casework.models.choices import Act
from shetong.casework.queries import archive_search, cases, matters
from shetong.casework.rules import archive_checks, bags, contents, notice_words, sealed_pdfs
from shetong.casework.rules.matters import Matter
from shetong.casework.services import answers, documents, moves, numbers, storage

MEDIA_TYPE = "application/zip"
MOST_AT_ONCE = 5_000


@transaction.atomic
def archive(*, case_id: int) -> Archive | None:
    """Pack a closed case and close it for good; ``None`` where it is not ready or packed already."""
    case = moves.lock(case_id)
    if case.state not in TO_ARCHIVE or case.number is None:
        return None
    matter = matters.of(case)
    now = timezone.now()
    year = timezone.localdate(now).year
    number = f"{case.authority_division}-{year}-{numbers.take(f'archive/{case.authority_division}/{year}'):06}"
    moves.move(case, Act.ARCHIVE, actor=None, detail={"archive": number})
    title = f"{matter.title}：{case.subject_name or case.applicant.get_full_name()}"[:300]
    retention = Retention.PERMANENT if case.decided_on else Retention.THIRTY_YEARS
    naming = {"档号": number, "题名": title, "保管期限": retention.label, "归档时间": _time(now), "归档人": "系统"}
    payload = _payload(case, matter, naming)
    package = bags.pack(payload, _info(case, number, title), name=number)
    return Archive.objects.create(
        case=case,
        number=number,
        title=title,
        file=storage.keep(package, media_type=MEDIA_TYPE),
        retention=retention,
        archived_at=now,
        search=archive_search.vector(title),
    )


def waiting(*, before: datetime) -> list[int]:
    """Return closed cases that should have been archived: untouched since a time, the oldest first."""
    ready = Case.objects.filter(state__in=TO_ARCHIVE, number__isnull=False, updated_at__lt=before)
    return list(ready.order_by("updated_at").values_list("pk", flat=True)[:MOST_AT_ONCE])


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
    materials = [_pack_material(files, *one) for one in enumerate(_materials(case), 1)]
    notices = [_pack_notice(files, notice) for notice in Notice.objects.filter(case=case).order_by("pk")]
    events = [_event(event) for event in CaseEvent.objects.filter(case=case).order_by("number")]
    checks, brought = _pack_checks(files, case)
    metadata = _metadata(case, matter, naming) | {
        "materials": materials, "documents": notices, "site_checks": brought,
    }  # fmt: skip
    metadata["页数"] = sum(one["pages"] for one in (*materials, *notices, *brought))
    files["form.json"] = _json(answers.whole(case))
    files["events.json"] = _json(events)
    files["opinions.json"] = _json([_opinion(opinion) for opinion in Opinion.objects.filter(case=case).order_by("pk")])
    files[archive_checks.CHECKS] = _json(checks)
    files["form.txt"] = _readable(case, matter).encode()
    if seals := _seals(files):
        files[archive_checks.SEALS] = seals.encode()
    files[archive_checks.CATALOGUE] = _catalogue(naming, matter, materials, notices, brought).encode()
    files["metadata.json"] = _json(metadata)
    files[archive_checks.REPORT] = _json(archive_checks.check(files).as_dict())
    return files


def _catalogue(
    naming: dict[str, str],
    matter: Matter,
    materials: list[dict[str, Any]],
    notices: list[dict[str, Any]],
    brought: list[dict[str, Any]],
) -> str:
    """Return the list of contents (归档目录) for people: documents first, then materials, then what checks brought."""
    titles = {one.code: one.title for one in matter.materials}
    rows = [
        *((one["title"], one["number"], one["issued_at"], one) for one in notices),
        *((titles.get(one["material"], one["name"]), "", one["uploaded_at"], one) for one in materials),
        *((f"核查附件：{one['name']}", "", one["uploaded_at"], one) for one in brought),
    ]
    lines = [f"归档目录\t{naming['档号']}", naming["题名"], "", "序号\t题名\t文号\t日期\t页数\t文件"]
    lines += [
        f"{number}\t{title}\t{document}\t{moment[:10]}\t{one['pages']}\t{one['path']}"
        for number, (title, document, moment, one) in enumerate(rows, start=1)
    ]
    return "\n".join(lines) + "\n"


def _materials(case: Case) -> list[CaseMaterial]:
    return list(CaseMaterial.objects.filter(case=case, removed_at__isnull=True).select_related("file").order_by("pk"))


def _pack_material(files: dict[str, bytes], position: int, material: CaseMaterial) -> dict[str, Any]:
    path = f"materials/{position:03}-{material.code}{_ending(material)}"
    files[path] = storage.read(material.file_id)
    return {
        "path": path,
        "name": material.name,
        "material": material.code,
        "sha256": material.file_id,
        "format": material.file.media_type,
        "size": material.file.size,
        "pages": contents.pages(files[path]),
        "uploaded_at": _time(material.uploaded_at),
    }


def _pack_notice(files: dict[str, bytes], notice: Notice) -> dict[str, Any]:
    path = f"documents/{notice.document_number}.pdf"
    files[path] = documents.sealed(notice.pk)
    return {
        "path": path,
        "kind": notice.kind,
        "title": notice_words.title(notice.kind, notice.content),
        "number": notice.document_number,
        "sha256": hashlib.sha256(files[path]).hexdigest(),
        "format": contents.PDF,
        "size": len(files[path]),
        "pages": contents.pages(files[path]),
        "issued_at": _time(notice.issued_at),
        "delivered_at": _time(notice.delivered_at),
        "received_at": _time(notice.received_at),
        "received_by": notice.received_by,
    }


def _pack_checks(files: dict[str, bytes], case: Case) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Put what the checks of a case brought back into ``files``; return the checks, and their files' descriptions."""
    told: list[dict[str, Any]] = []
    brought: list[dict[str, Any]] = []
    for check in SiteCheck.objects.filter(case=case).order_by("pk"):
        described = []
        for one in check.files.filter(removed_at__isnull=True).select_related("file").order_by("pk"):
            path = f"site-checks/{len(brought) + 1:03}{one.name[one.name.rfind('.') :]}"
            files[path] = storage.read(one.file_id)
            described.append({
                "path": path,
                "name": one.name,
                "sha256": one.file_id,
                "format": one.file.media_type,
                "size": one.file.size,
                "pages": contents.pages(files[path]),
                "uploaded_at": _time(one.uploaded_at),
            })  # fmt: skip
            brought.append(described[-1])
        told.append({
            "kind": check.get_kind_display(),
            "purpose": check.purpose,
            "place": check.place,
            "officers": check.officer_names,
            "planned_on": str(check.planned_on),
            "done_on": str(check.done_on or ""),
            "conclusion": check.get_conclusion_display(),
            "record": check.record,
            "files": [one["path"] for one in described],
        })  # fmt: skip
    return told, brought


def _opinion(opinion: Opinion) -> dict[str, Any]:
    return {
        "asked_of": opinion.asked_of,
        "question": opinion.question,
        "asked_at": _time(opinion.asked_at),
        "answer": opinion.answer,
        "agrees": opinion.agrees,
        "answered_by": opinion.answered_by,
        "answered_at": _time(opinion.answered_at),
    }


def _seals(files: dict[str, bytes]) -> str:
    """Return the certificates of the seals under the documents and those above them, PEM."""
    found = {sealed_pdfs.inspect(content).fingerprint for path, content in files.items() if path[:10] == "documents/"}
    there = Seal.objects.filter(fingerprint__in=found).order_by("pk")
    return "".join(dict.fromkeys(part for seal in there for part in (seal.certificate, seal.chain)))


def _ending(material: CaseMaterial) -> str:
    """Return the ending of a material's file name."""
    return material.name[material.name.rfind(".") :]


def _metadata(case: Case, matter: Matter, naming: dict[str, str]) -> dict[str, Any]:
    """Return the description of the archive: elements after DA/T 46, by their Chinese names."""
    return {
        **naming,
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
        report = archive_checks.check(bags.verify(storage.read(found.file_id)))
        fault = "；".join(report.faults)[:300]
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
