"""Addresses of stars, honours, benefits, thanks and stories, volunteer organisations and designated systems."""

from django.urls import URLPattern, URLResolver, path

from shetong.volunteering.views import benefits, elsewhere, honours, imports, marks, stories, systems

patterns: list[URLPattern | URLResolver] = [
    path("volunteering/organisations/", marks.organisations, name="organisations"),
    path("volunteering/systems/", marks.systems, name="systems"),
    path("volunteering/elsewhere/", elsewhere.elsewhere, name="elsewhere"),
    path("volunteering/honours/", honours.public, name="honours"),
    path("volunteering/benefits/", benefits.public, name="benefits"),
    path("volunteering/stories/", stories.public, name="stories"),
    path("hall/volunteering/honours/", honours.own, name="own-honours"),
    path("hall/volunteering/benefits/", benefits.own, name="own-benefits"),
    path("hall/volunteering/benefits/<int:pk>/take/", benefits.take, name="benefit-take"),
    path("hall/volunteering/redemptions/<int:pk>/return/", benefits.give_back, name="redemption-return"),
    path("hall/volunteering/stories/", stories.write, name="story-write"),
    path("hall/volunteering/partner/", benefits.partner, name="partner"),
    path("hall/volunteering/partner/check/", benefits.check, name="partner-check"),
    path("hall/volunteering/partner/<int:pk>/offer/", benefits.offer, name="benefit-offer"),
    path("hall/volunteering/partner/benefits/<int:pk>/close/", benefits.close, name="benefit-close"),
    path("office/volunteering/systems/", systems.systems, name="office-systems"),
    path("office/volunteering/imports/", imports.listing, name="record-imports"),
    path("office/volunteering/imports/table.csv", imports.empty_table, name="record-import-table"),
    path("office/volunteering/imports/<int:pk>/", imports.upload, name="record-import"),
    path("office/volunteering/imports/<int:pk>/faults.csv", imports.faults, name="record-import-faults"),
    path("office/volunteering/systems/<slug:code>/<slug:name>/", systems.act, name="office-system-act"),
    path("office/volunteering/honours/", honours.office_page, name="office-honours"),
    path("office/volunteering/honours/<int:pk>/revoke/", honours.office_revoke, name="office-honour-revoke"),
    path("office/volunteering/stars/<int:pk>/withdraw/", honours.office_star, name="office-star"),
    path("office/volunteering/stories/<int:pk>/<slug:act>/", stories.office_decide, name="office-story"),
    path("office/volunteering/partners/<int:pk>/<slug:act>/", benefits.office_partner, name="office-partner"),
]
