"""Who may write for a charity: its agents, and the system itself."""

from __future__ import annotations

from typing import TypeAlias

from django.utils.translation import gettext

from shetong.accounts.models import ApiKey, User
from shetong.casework.queries import mandates
from shetong.core.errors import ForbiddenError
from shetong.registry.models import Organisation

Actor: TypeAlias = User | ApiKey | str
SYSTEM = "system:charity"


def authorise(actor: Actor, organisation: Organisation) -> None:
    """Let the organisation's agents pass, and programs whose right was examined where they came in.

    ``actor``: a person must hold the organisation's mandate; an API key or a text such as ``system:import`` was let in
    by its own gate. Raises :class:`ForbiddenError`.
    """
    if isinstance(actor, User) and not mandates.holds(actor, organisation.public_code):
        raise ForbiddenError(gettext("只有这家组织的经办人可以办理，请先取得组织授权。"))
