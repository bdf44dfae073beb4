"""Addresses of the metadata standard, the open data and the site map."""

from __future__ import annotations

from django.urls import path

from shetong.exchange.views import office_permits, open_data, permits, site_maps, standards

app_name = "exchange"

urlpatterns = [
    path("standards/", standards.standards, name="standards"),
    path("standards/dictionary.json", standards.dictionary_json, name="dictionary-json"),
    path("standards/dictionary.xlsx", standards.dictionary_xlsx, name="dictionary-xlsx"),
    path("standards/dictionary.schema.json", standards.dictionary_schema, name="dictionary-schema"),
    path("standards/division/", standards.division_list, name="division-list"),
    path("standards/parameters/", standards.parameters, name="parameters"),
    path("standards/boundaries.geojson", standards.boundaries, name="boundaries"),
    path("standards/<slug:slug>.json", standards.code_list_json, name="code-list-json"),
    path("standards/<slug:slug>/", standards.code_list, name="code-list"),
    path("open-data/", open_data.open_data, name="open-data"),
    path("open-data/catalogue.json", open_data.catalogue, name="open-data-catalogue"),
    path("permits/", permits.permit_page, name="permits"),
    path("permits/<str:format_>.<str:ending>", permits.permit_file, name="permit-file"),
    path("office/permits/", office_permits.permit_list, name="office-permits"),
    path("office/permits/publish/", office_permits.publish, name="office-permit-publish"),
    path("office/permits/faults.csv", office_permits.faults_file, name="office-permit-faults"),
    path("office/permits/<str:format_>.<str:ending>", office_permits.permit_file, name="office-permit-file"),
    path("office/permits/<int:pk>/", office_permits.permit, name="office-permit"),
    path("open-data/<str:release>/<str:name>", open_data.download, name="open-data-file"),
    path("sitemap.xml", site_maps.index, name="sitemap"),
    path("sitemaps/pages.xml", site_maps.pages, name="sitemap-pages"),
    path("sitemaps/organisations-<int:number>.xml", site_maps.organisations, name="sitemap-organisations"),
    path("sitemaps/organisations-<int:number>.xml.gz", site_maps.organisations_gz, name="sitemap-organisations-gz"),
    path("robots.txt", site_maps.robots, name="robots"),
]
