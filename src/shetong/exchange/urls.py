"""Addresses of the metadata standard, the open data and the site map."""

from __future__ import annotations

from django.urls import path

from shetong.exchange.views import standards

app_name = "exchange"

urlpatterns = [
    path("standards/", standards.standards, name="standards"),
    path("standards/dictionary.json", standards.dictionary_json, name="dictionary-json"),
    path("standards/dictionary.xlsx", standards.dictionary_xlsx, name="dictionary-xlsx"),
    path("standards/dictionary.schema.json", standards.dictionary_schema, name="dictionary-schema"),
    path("standards/division/", standards.division_list, name="division-list"),
    path("standards/parameters/", standards.parameters, name="parameters"),
    path("standards/<slug:slug>.json", standards.code_list_json, name="code-list-json"),
    path("standards/<slug:slug>/", standards.code_list, name="code-list"),
]
