"""Addresses of the service hall and of casework in the office."""

from django.urls import URLPattern, URLResolver, path

from shetong.casework.views import desk, documents, hall, materials, seals

app_name = "casework"

urlpatterns: list[URLPattern | URLResolver] = [
    path("v/documents/", seals.verify, name="verify-document"),
    path("v/seals.pem", seals.certificates, name="seal-certificates"),
    path("hall/", hall.home, name="hall"),
    path("hall/matters/<slug:code>/", hall.matter_guide, name="guide"),
    path("hall/matters/<slug:code>/begin/", hall.begin, name="begin"),
    path("hall/cases/", hall.case_list, name="cases"),
    path("hall/cases/<int:pk>/", hall.case_page, name="case"),
    path("hall/cases/<int:pk>/form/<slug:section>/", hall.form, name="form"),
    path("hall/cases/<int:pk>/materials/", materials.page, name="materials"),
    path("hall/files/<int:pk>/", materials.own_file, name="file"),
    path("office/files/<int:pk>/", materials.office_file, name="desk-file"),
    path("hall/cases/<int:pk>/check/", hall.check, name="check"),
    path("hall/cases/<int:pk>/do/<slug:name>/", hall.act, name="act"),
    path("hall/notices/<int:pk>.pdf", documents.notice_pdf, name="notice-pdf"),
    path("office/cases/", desk.work, name="work"),
    path("office/cases/<int:pk>/", desk.case_page, name="desk-case"),
    path("office/cases/<int:pk>/do/<slug:name>/", desk.act, name="desk-act"),
    path("office/notices/<int:pk>.pdf", documents.office_notice_pdf, name="desk-notice-pdf"),
]
