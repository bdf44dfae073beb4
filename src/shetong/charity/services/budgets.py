"""Budget lines of a project, added while it runs."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext
from pypinyin import lazy_pinyin

from shetong.accounts.services import audit
from shetong.charity.models import BudgetLine, Project
from shetong.charity.services.permission import Actor, authorise
from shetong.charity.services.public_texts import require_public
from shetong.core.errors import ConflictError, InvalidInputError

CODE_LENGTH = 20


@transaction.atomic
def add_line(*, project: Project, name: str, amount: int, actor: Actor) -> BudgetLine:
    """Add a line; its code is made from the name's pinyin. ``amount`` in fen.

    Raises :class:`InvalidInputError`, :class:`ConflictError` where there is one of that name, :class:`ForbiddenError`.
    """
    authorise(actor, project.organisation)
    name = name.strip()
    if not name:
        raise InvalidInputError(gettext("请填写用途。"), fields={"name": gettext("请填写用途。")})
    require_public(name=name)
    if amount < 0:
        raise InvalidInputError(gettext("预算不能为负数。"), fields={"amount": gettext("预算不能为负数。")})
    if project.budget_lines.filter(name=name).exists():
        raise ConflictError(gettext("预算里已经有这一项。"), fields={"name": gettext("预算里已经有这一项。")})
    base = slugify("-".join(lazy_pinyin(name)))[:CODE_LENGTH].strip("-") or "line"
    taken = set(project.budget_lines.values_list("code", flat=True))
    code = next(one for one in (base, *(f"{base}-{number}" for number in range(2, 1000))) if one not in taken)
    line = BudgetLine.objects.create(project=project, code=code, name=name[:100], amount=amount)
    audit.record(actor=actor, action="charity.add-budget-line", target=line, detail={"amount": amount})
    return line
