"""The address plan. Each package's ``urls`` module carries its own whole paths; here is only who is asked in which order."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

# The portal comes last: it may hold the catch-alls.
PACKAGES = ("accounts", "registry", "exchange", "web")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"shetong.{package}.urls")) for package in PACKAGES if find_spec(f"shetong.{package}.urls")
]
