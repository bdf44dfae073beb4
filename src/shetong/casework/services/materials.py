"""Handing in materials: checked by content, kept once, taken back without trace being lost."""

from __future__ import annotations

import unicodedata

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


def upload(*, case_id: int, actor: User, material: str, name: str, content: bytes) -> CaseMaterial:
    """Add a file to a material of an application being filled or corrected; the same file again is the same one.

    Raises :class:`InvalidInputError` with the reason where the file is refused, :class:`ConflictError` where there are
    enough files already, :class:`WrongStateError`, :class:`ForbiddenError`.
    """
    case = drafts.peek(case_id, actor)
    wanted = asked(case, material)
    kind = contents.check(content, allowed=wanted.formats, largest=settings.UPLOAD_LARGEST)
    scanning.require_clean(content)
    file = storage.keep(content, media_type=kind)
    with transaction.atomic():
        case = drafts.editable(case_id, actor)
        there = rows.load(
            CaseMaterial, "WHERE case_id = %s AND code = %s AND removed_at IS NULL ORDER BY id", [case.pk, material]
        )
        if (known := next((one for one in there if one.file_id == file.pk), None)) is not None:
            return known
        if len(there) >= wanted.most:
            raise ConflictError(
                gettext("“%(title)s”最多%(most)s个文件，请先删去不需要的。")
                % {"title": gettext(wanted.title), "most": wanted.most}
            )
        added = CaseMaterial(
            case=case,
            code=material,
            file=file,
            name=_name(name, kind),
            uploaded_by=actor,
            uploaded_at=timezone.now(),
        )
        rows.insert(added)
        return added


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
    matter = matters.in_force(case.matter, case.authority_division, case.rules_on)
    try:
        return matter.material(material)
    except KeyError:
        raise InvalidInputError(gettext("本事项没有这项材料，请刷新页面。")) from None


_ENDINGS = {contents.PDF: ".pdf", contents.JPEG: ".jpg", contents.PNG: ".png"}


def _name(given: str, media_type: str) -> str:
    """Return a file name to show: no path, no control characters, the ending of what the content is."""
    bare = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    bare = "".join(sign for sign in bare if unicodedata.category(sign)[0] != "C").strip(" .")
    stem = bare.rsplit(".", 1)[0] if "." in bare else bare
    return (stem[:180] or "材料") + _ENDINGS[media_type]
