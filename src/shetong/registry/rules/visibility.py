"""What of the register which viewer may see: asked here and nowhere else.

The public sees every data element of sharing class 向社会开放, the names and posts of officers, and penalties until
their public notice ends (双公示). Identity and telephone numbers are shown to nobody here; officials read them one at
a time through :mod:`shetong.accounts.services.personal_data`. Filings that have not taken effect are internal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shetong.core.metadata import Sharing
from shetong.registry.elements import ORGANISATION


@dataclass(frozen=True, slots=True)
class Sight:
    """What one viewer sees of one organisation on one day."""

    today: date
    internal: bool = False

    def element(self, name: str) -> bool:
        """Whether the value of a data element is shown."""
        return self.internal or ORGANISATION[name].sharing is Sharing.OPEN

    def penalty(self, public_until: date | None) -> bool:
        """Whether a penalty is shown: the public sees it up to and including the last day of its notice."""
        return self.internal or public_until is None or self.today <= public_until

    def filing(self, effective_on: date) -> bool:
        """Whether a filing is shown: what takes effect later is not yet public."""
        return self.internal or effective_on <= self.today
