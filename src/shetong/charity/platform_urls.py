"""Addresses of pages about platforms."""

from django.urls import path

from shetong.charity.views.platforms import desk, discrepancies, interface, office, portal

urlpatterns = [
    path("charity/platforms/", portal.platforms, name="platforms"),
    path("charity/platforms/interface/", interface.interface, name="platform-interface"),
    path("charity/platforms/interface/errors/", interface.errors, name="platform-errors"),
    path("charity/platforms/<slug:code>/", portal.platform, name="platform"),
    path("hall/platforms/", desk.own, name="own-platforms"),
    path("hall/platforms/discrepancies/", discrepancies.listed, name="discrepancies"),
    path("hall/platforms/discrepancies/<int:pk>/", discrepancies.say, name="discrepancy-say"),
    path("hall/platforms/<slug:code>/", desk.programs, name="platform-programs"),
    path("hall/platforms/<slug:code>/programs/<int:pk>/revoke/", desk.revoke, name="platform-revoke"),
    path("hall/platforms/<slug:code>/members/", desk.member, name="platform-members"),
    path("hall/platforms/<slug:code>/complaints/", desk.complained, name="platform-complained"),
    path("office/platforms/complaints/<int:pk>/", office.complaint, name="office-complaint"),
    path("office/platforms/", office.platforms, name="office-platforms"),
    path("office/platforms/findings/<int:pk>/", office.settle, name="office-finding"),
    path("office/platforms/<slug:code>/", office.platform, name="office-platform"),
    path("office/platforms/<slug:code>/withdraw/", office.withdraw, name="office-platform-withdraw"),
    path("office/platforms/<slug:code>/<int:year>/<int:half>/", office.report, name="office-platform-report"),
]
