"""Django application of the package."""

from django.apps import AppConfig


class CharityConfig(AppConfig):
    """Register ``shetong.charity``, and with the public log what charity writes there."""

    name = "shetong.charity"
    label = "charity"

    def ready(self) -> None:
        """Make the types of log entries, the rows behind them and the matters known to the floors below."""
        from shetong.accounts import entrances
        from shetong.casework import catalogue
        from shetong.charity import platform_matters, platform_places
        from shetong.charity.entry_types import TYPES
        from shetong.charity.matters import MATTERS
        from shetong.charity.places import PLACES
        from shetong.charity.queries.public_log import SOURCES
        from shetong.ledger.queries import sources
        from shetong.ledger.rules import entry_types

        entry_types.register(TYPES)
        sources.register(SOURCES)
        catalogue.offer((*MATTERS, *platform_matters.MATTERS))
        entrances.offer((*PLACES, *platform_places.PLACES))
