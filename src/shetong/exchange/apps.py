"""Django application of the package."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Register ``shetong.exchange``."""

    name = "shetong.exchange"
    label = "exchange"
