"""Django application of the package."""

from django.apps import AppConfig


class VolunteeringConfig(AppConfig):
    """Register ``shetong.volunteering``."""

    name = "shetong.volunteering"
    label = "volunteering"
