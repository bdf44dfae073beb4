"""Django application of the package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Register ``shetong.accounts``."""

    name = "shetong.accounts"
    label = "accounts"
