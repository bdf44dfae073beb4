"""Django application of the package."""

from django.apps import AppConfig


class VolunteeringConfig(AppConfig):
    """Register ``shetong.volunteering``."""

    name = "shetong.volunteering"
    label = "volunteering"

    def ready(self) -> None:
        """Offer the pages and matters of this package, and make known what it writes into the public log."""
        from shetong.accounts import entrances
        from shetong.casework import catalogue
        from shetong.ledger.queries import sources
        from shetong.ledger.rules import entry_types
        from shetong.volunteering.entry_types import TYPES
        from shetong.volunteering.matters import MATTERS
        from shetong.volunteering.places import PLACES
        from shetong.volunteering.queries.public_log import SOURCES

        entry_types.register(TYPES)
        sources.register(SOURCES)
        entrances.offer(PLACES)
        catalogue.offer(MATTERS)
