"""Django application of the package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Register ``shetong.accounts``."""

    name = "shetong.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to log-ins."""
        from shetong.accounts import signals

        signals.connect()
