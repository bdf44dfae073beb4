"""Handing in materials: checked by content, kept once, taken back without trace being lost."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.casework.models import Case, CaseMaterial
from shetong.casework.queries import matters
from shetong.casework.rules import contents
from shetong.casework.rules.matters import Material, Matter
from shetong.casework.services import drafts, scanning, storage
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError
from shetong.store import rows


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it is handed in: for which material, under which name, its content."""

    material: str
    name: str
    content: bytes


def upload(*, case_id: int, actor: User, material: str, name: str, content: bytes) -> CaseMaterial:
    """Add one file to a material of an application: :func:`upload_all` for a single file."""
    return upload_all(case_id=case_id, actor=actor, files=[Handed(material, name, content)])[0]


def upload_all(*, case_id: int, actor: User, files: Sequence[Handed]) -> list[CaseMaterial]:
    """Add files to an application being filled or corrected, all or none; the same file again is the same one.

    Returns the materials in the order given. Raises :class:`InvalidInputError` with the reason where a file is
    refused, :class:`ConflictError` where there are enough files already, :class:`WrongStateError`,
    :class:`ForbiddenError`.
    """
    if not files:
        return []
    case = drafts.peek(case_id, actor)
    matter = matters.of(case)
    wanted = {one.material: _asked(matter, one.material) for one in files}
    kinds = [_checked(one, wanted[one.material]) for one in files]
    given = [(one.content, kind) for one, kind in zip(files, kinds, strict=True)]
    kept = storage.keep_all(given)
    with transaction.atomic():
        case = drafts.editable(case_id, actor)
        stored = storage.hold(kept, given)
        there = {(one.code, one.file_id): one for one in _there(case, wanted)}
        new: dict[tuple[str, str], CaseMaterial] = {}
        for one, kind, file in zip(files, kinds, stored, strict=True):
            key = (one.material, file.pk)
            if key not in there and key not in new:
                new[key] = CaseMaterial(
                    case=case, code=one.material, file=file, name=name_of(one.name, kind), uploaded_by=actor,
                    uploaded_at=timezone.now(),
                )  # fmt: skip
        for code, number in Counter(code for code, _ in [*there, *new]).items():
            if number > wanted[code].most and any(code == added for added, _ in new):
                raise ConflictError(
                    gettext("“%(title)s”最多%(most)s个文件，请先删去不需要的。")
                    % {"title": gettext(wanted[code].title), "most": wanted[code].most}
                )
        rows.insert_all(list(new.values()))
    known = there | new
    return [known[one.material, file.pk] for one, file in zip(files, stored, strict=True)]


def _checked(handed: Handed, wanted: Material) -> str:
    """Return the media type of a file that may be kept."""
    kind = contents.check(handed.content, allowed=wanted.formats, largest=settings.UPLOAD_LARGEST)
    scanning.require_clean(handed.content)
    return kind


def _there(case: Case, codes: Iterable[str]) -> list[CaseMaterial]:
    present = "WHERE case_id = %s AND code = ANY(%s) AND removed_at IS NULL ORDER BY id"
    return rows.load(CaseMaterial, present, [case.pk, list(codes)])


@transaction.atomic
def remove(*, material_id: int, actor: User) -> None:
    """Take a file back from an application being filled or corrected; the record of it stays."""
    found = CaseMaterial.objects.filter(pk=material_id, removed_at__isnull=True).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这个文件，可能已经删去。"))
    drafts.editable(found.case_id, actor)
    found.removed_at = timezone.now()
    found.removed_by = actor
    found.save(update_fields=["removed_at", "removed_by"])


def missing(case: Case, matter: Matter) -> dict[str, str]:
    """Return the required materials that have no file yet, by ``materials.code``."""
    handed_in = "SELECT DISTINCT code FROM casework_casematerial WHERE case_id = %s AND removed_at IS NULL"
    there = {code for (code,) in rows.fetch(handed_in, [case.pk])}
    return {
        f"materials.{material.code}": gettext("请上传“%(title)s”。") % {"title": gettext(material.title)}
        for material in matter.applying(case.form).materials
        if material.required and material.code not in there
    }


def asked(case: Case, material: str) -> Material:
    """Return the matter's material of that code. Raises :class:`InvalidInputError`."""
    return _asked(matters.of(case), material)


def _asked(matter: Matter, material: str) -> Material:
    try:
        return matter.material(material)
    except KeyError:
        raise InvalidInputError(gettext("本事项没有这项材料，请刷新页面。")) from None


_ENDINGS = {contents.PDF: ".pdf", contents.JPEG: ".jpg", contents.PNG: ".png"}


def name_of(given: str, media_type: str, otherwise: str = "材料") -> str:
    """Return a file name to show: no path, no control characters, the ending of what the content is."""
    bare = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    bare = "".join(sign for sign in bare if unicodedata.category(sign)[0] != "C").strip(" .")
    stem = bare.rsplit(".", 1)[0] if "." in bare else bare
    return (stem[:180] or otherwise) + _ENDINGS[media_type]
