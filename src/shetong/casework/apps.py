"""Django application of the package."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Register ``shetong.casework``."""

    name = "shetong.casework"
    label = "casework"

    def ready(self) -> None:
        """Offer the pages of this package."""
        from shetong.accounts import entrances
        from shetong.casework.places import PLACES

        entrances.offer(PLACES)
