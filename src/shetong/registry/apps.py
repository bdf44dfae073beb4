"""Django application of the package."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Register ``shetong.registry``, and with the public log what the register writes there."""

    name = "shetong.registry"
    label = "registry"

    def ready(self) -> None:
        """Make the types of log entries, the rows behind them and the matters known to the floors below."""
        from shetong.accounts import entrances
        from shetong.casework import catalogue
        from shetong.ledger.queries import sources
        from shetong.ledger.rules import entry_types
        from shetong.registry.entry_types import TYPES
        from shetong.registry.matters import MATTERS
        from shetong.registry.places import PLACES
        from shetong.registry.queries.public_log import SOURCES

        entry_types.register(TYPES)
        sources.register(SOURCES)
        catalogue.offer(MATTERS)
        entrances.offer(PLACES)
