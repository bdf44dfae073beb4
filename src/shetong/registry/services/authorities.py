"""Registration authorities: the unified social credit code under which each appears in what is published."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.core import divisions, identifiers
from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.registry.models import Authority

# First sign of a code: who gave it; 1 is the 机构编制 department, which gives state organs theirs (GB 32100).
STATE_ORGAN = "1"


@transaction.atomic
def set_code(*, authority_id: int, code: str, actor: User) -> tuple[Authority, str]:
    """Give an authority its code, or take it away with an empty one; return it with what is worth checking, or ``""``.

    Raises :class:`InvalidInputError` where the code is none or not that of a state organ, :class:`NotFoundError`,
    ``ForbiddenError``.
    """
    found = Authority.objects.select_for_update().filter(pk=authority_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这个登记管理机关。"))
    permissions.require(actor, Permission.REGISTER_CORRECT, found.division_code)
    checked = _checked(code) if code.strip() else ""
    before, found.uscc = found.uscc, checked
    if before != checked:
        found.save(update_fields=["uscc"])
        audit.record(
            actor=actor,
            action="authority.code",
            target=found,
            jurisdiction=found.division_code,
            detail={"before": before, "after": checked},
        )
    return found, _doubtful(found)


def _checked(code: str) -> str:
    try:
        parsed = identifiers.parse_uscc(code)
    except InvalidInputError as error:
        raise InvalidInputError(error.message, code=error.code, fields={"code": error.message}) from None
    if parsed[0] != STATE_ORGAN:
        message = gettext("这不是机关的代码：机关的统一社会信用代码由机构编制部门赋予，第1位是1。请核对。")
        raise InvalidInputError(message, code="uscc-not-organ", fields={"code": message})
    return parsed


def _doubtful(authority: Authority) -> str:
    """Return a remark where the code names another division; divisions are redrawn, so this refuses nothing."""
    if not authority.uscc:
        return ""
    named = identifiers.split_uscc(authority.uscc).division_code
    if named == authority.division_code:
        return ""
    where = divisions.full_name(named) or named
    return f"代码中的行政区划是{where}，与该机关所在的行政区划不同。撤并、更名后可能如此，请再核对一次。"
