"""Addresses of the portal's own pages."""

from django.urls import path

from shetong.web.views.preferences import preferences

app_name = "web"

urlpatterns = [
    path("preferences/", preferences, name="preferences"),
]
