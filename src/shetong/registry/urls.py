"""Addresses of the register."""

from django.urls import URLPattern, URLResolver, path, re_path

from shetong.registry.views import (
    announcements,
    api_documentation,
    authorities,
    certificate_pdf,
    officers,
    organisation,
    published_keys,
    register,
    representatives,
    search,
    verification,
)

app_name = "registry"

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", search.search_page, name="search"),
    path("organisations/<slug:code>/", organisation.organisation, name="organisation"),
    path("organisations/<slug:code>/qr.svg", organisation.qr_code, name="organisation-qr"),
    path("organisations/<slug:code>/certificate.pdf", certificate_pdf.certificate_pdf, name="certificate-pdf"),
    path("api/", api_documentation.api_documentation, name="api"),
    path("v/", verification.verify, name="verify"),
    # QR codes carry capitals, which take less room.
    re_path(r"^[vV]/(?P<serial>[0-9A-Za-z -]{1,40})/?$", verification.verify, name="verify-serial"),
    path(".well-known/shetong-keys", published_keys.cose_key_set, name="keys-cose"),
    path(".well-known/shetong-keys.json", published_keys.json_key_set, name="keys-json"),
    path("announcements/", announcements.announcement_list, name="announcements"),
    path("announcements/<int:pk>/", announcements.announcement, name="announcement"),
    path("office/authorities/", authorities.authority_list, name="authorities"),
    path("office/authorities/<int:pk>/", authorities.authority_code, name="authority-code"),
    path("office/organisations/", register.register, name="register"),
    path("office/organisations/<slug:code>/", register.organisation, name="register-organisation"),
    path("office/organisations/<slug:code>/certificates/issue/", register.certificate_issue, name="certificate-issue"),
    path(
        "office/organisations/<slug:code>/certificates/<slug:serial>/revoke/",
        register.certificate_revoke,
        name="certificate-revoke",
    ),
    path("office/organisations/<slug:code>/log/", register.mentions, name="log-people"),
    path(
        "office/organisations/<slug:code>/log/<int:filing>/<str:field>/open/",
        register.mention_open,
        name="log-person-open",
    ),
    path(
        "office/organisations/<slug:code>/log/<int:filing>/<str:field>/erase/",
        register.mention_erase,
        name="log-person-erase",
    ),
    path("office/representatives/", representatives.representative_list, name="representative-list"),
    path("office/organisations/<slug:code>/representatives/", representatives.representatives, name="representatives"),
    path(
        "office/organisations/<slug:code>/representatives/<int:pk>/revoke/",
        representatives.revoke,
        name="representative-revoke",
    ),
    path(
        "office/organisations/<slug:code>/representatives/invitations/<int:pk>/withdraw/",
        representatives.withdraw,
        name="representative-withdraw",
    ),
    path("office/organisations/<slug:code>/officers/", officers.officers, name="officers"),
]
