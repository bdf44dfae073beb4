"""Django application of the package."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Register ``shetong.ledger``."""

    name = "shetong.ledger"
    label = "ledger"
