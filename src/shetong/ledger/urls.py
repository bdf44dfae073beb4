"""Addresses of the public logs: pages for people, files for programs (C2SP ``tlog-tiles``)."""

from django.urls import path

from shetong.ledger.views import files, pages

app_name = "ledger"
urlpatterns = [
    path("log/", pages.overview, name="overview"),
    path("log/verify/", pages.verify, name="verify"),
    path("log/types.json", files.types, name="types"),
    path("log/<slug:log>/checkpoint", files.checkpoint, name="checkpoint"),
    path("log/<slug:log>/keys", files.keys, name="keys"),
    path("log/<slug:log>/tile/entries/<path:path>", files.entries, name="entries"),
    path("log/<slug:log>/tile/<int:level>/<path:path>", files.tile, name="tile"),
    path("log/<slug:log>/receipts/<str:reference>", files.receipt, name="receipt"),
    path("log/<slug:log>/receipts/<str:reference>/qr.svg", files.receipt_qr, name="receipt-qr"),
    path("log/<slug:log>/receipts/<str:reference>/", pages.receipt, name="receipt-page"),
    path("log/<slug:log>/consistency/<int:old>/<int:new>", files.consistency, name="consistency"),
]
