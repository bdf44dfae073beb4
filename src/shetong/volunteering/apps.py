"""Django application of the package."""

from django.apps import AppConfig


class VolunteeringConfig(AppConfig):
    """Register ``shetong.volunteering``."""

    name = "shetong.volunteering"
    label = "volunteering"

    def ready(self) -> None:
        """Offer the pages of this package."""
        from shetong.accounts import entrances
        from shetong.volunteering.places import PLACES

        entrances.offer(PLACES)
