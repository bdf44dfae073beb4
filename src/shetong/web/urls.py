"""Addresses of the portal's own pages."""

from django.urls import path

from shetong.web.views.design import design
from shetong.web.views.home import home
from shetong.web.views.preferences import preferences

app_name = "web"

urlpatterns = [
    path("", home, name="home"),
    path("design/", design, name="design"),
    path("preferences/", preferences, name="preferences"),
]
