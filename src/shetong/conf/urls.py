"""The address plan: who is asked in which order; each package's ``urls`` module carries its own whole paths."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from shetong.charity.api import router as charity_router
from shetong.charity.disclosure_api import router as disclosure_router
from shetong.registry.api import api
from shetong.registry.api import urls as api_urls
from shetong.volunteering.api import router as volunteering_router
from shetong.web.observability.metrics import metrics

# The portal comes last: it may hold the catch-alls.
PACKAGES = ("accounts", "ledger", "volunteering", "casework", "registry", "charity", "exchange", "web")

# What the sectors add to the API; its own last address catches everything, so they come before it is asked.
api.add_router("", volunteering_router)
api.add_router("", charity_router)
api.add_router("", disclosure_router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include((api_urls(), "api"), namespace="api-1")),
    *(path("", include(f"shetong.{package}.urls")) for package in PACKAGES if find_spec(f"shetong.{package}.urls")),
]

handler400 = "shetong.web.views.errors.bad_request"
handler403 = "shetong.web.views.errors.forbidden"
handler404 = "shetong.web.views.errors.not_found"
handler500 = "shetong.web.views.errors.server_error"
