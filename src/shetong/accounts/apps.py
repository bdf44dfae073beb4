"""Django application of the package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Register ``shetong.accounts``."""

    name = "shetong.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to log-ins, and offer the pages of this package."""
        from shetong.accounts import entrances, signals
        from shetong.accounts.places import PLACES

        signals.connect()
        entrances.offer(PLACES)
