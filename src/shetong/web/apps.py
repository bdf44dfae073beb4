"""Django application of the package."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Register ``shetong.web``."""

    name = "shetong.web"
    label = "web"
