"""Addresses of volunteer organisations and designated systems."""

from django.urls import URLPattern, URLResolver, path

from shetong.volunteering.views import marks

patterns: list[URLPattern | URLResolver] = [
    path("volunteering/organisations/", marks.organisations, name="organisations"),
    path("volunteering/systems/", marks.systems, name="systems"),
]
