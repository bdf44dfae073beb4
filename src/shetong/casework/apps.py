"""Django application of the package."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Register ``shetong.casework``."""

    name = "shetong.casework"
    label = "casework"
