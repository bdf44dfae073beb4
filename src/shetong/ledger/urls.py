"""Addresses of the public logs."""

from django.urls import path

from shetong.ledger import views

app_name = "ledger"
urlpatterns = [
    path("log/<slug:log>/checkpoint", views.checkpoint, name="checkpoint"),
    path("log/<slug:log>/keys", views.keys, name="keys"),
    path("log/<slug:log>/tile/entries/<path:path>", views.entries, name="entries"),
    path("log/<slug:log>/tile/<int:level>/<path:path>", views.tile, name="tile"),
    path("log/<slug:log>/receipts/<str:reference>", views.receipt, name="receipt"),
]
