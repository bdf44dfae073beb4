"""Addresses of records and certificates of service."""

from django.urls import URLPattern, URLResolver, path, re_path

from shetong.volunteering.views import certificates, issuing, record

patterns: list[URLPattern | URLResolver] = [
    path("s/", certificates.verify, name="verify-service"),
    # QR codes carry capitals, which take less room.
    re_path(r"^[sS]/(?P<serial>[0-9A-Za-z -]{1,40})/?$", certificates.verify, name="verify-service-serial"),
    path("volunteering/certificates/void/", certificates.void, name="void-certificates"),
    path("volunteering/teams/<slug:number>/certificates/", certificates.notice, name="certificate-notice"),
    path("hall/volunteering/record/", record.record, name="record"),
    path("hall/volunteering/record/ask/", record.ask, name="certificate-ask"),
    path("hall/volunteering/record/<slug:serial>/<slug:language>.pdf", record.pdf, name="certificate-pdf"),
    path("hall/volunteering/organise/teams/<int:team>/certificates/", issuing.certificates, name="team-certificates"),
    path("hall/volunteering/organise/teams/<int:team>/certificates/issue/", issuing.batch, name="certificate-batch"),
    path("hall/volunteering/organise/certificate-batches/<int:pk>/", issuing.archive, name="certificate-archive"),
    path("hall/volunteering/organise/certificate-requests/<int:pk>/", issuing.decide, name="certificate-decide"),
    path("hall/volunteering/organise/certificates/<slug:serial>/revoke/", issuing.revoke, name="certificate-revoke"),
    path("office/volunteering/certificates/", issuing.office_certificates, name="office-certificates"),
    path("office/volunteering/certificates/forged/", issuing.office_forged, name="office-forged"),
    path("office/volunteering/certificates/<slug:serial>/revoke/", issuing.office_revoke, name="office-revoke"),
]
