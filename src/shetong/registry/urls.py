"""Addresses of the register."""

from django.urls import URLPattern, URLResolver, path

from shetong.registry.views import officers

app_name = "registry"

urlpatterns: list[URLPattern | URLResolver] = [
    path("office/organisations/<slug:code>/officers/", officers.officers, name="officers"),
]
