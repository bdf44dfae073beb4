"""Django application of the package."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Register ``shetong.registry``."""

    name = "shetong.registry"
    label = "registry"
