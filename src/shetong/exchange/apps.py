"""Django application of the package."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Register ``shetong.exchange``, and its pages in the office."""

    name = "shetong.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Offer the pages of the office."""
        from shetong.accounts import entrances
        from shetong.exchange.places import PLACES

        entrances.offer(PLACES)
