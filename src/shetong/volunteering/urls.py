"""Addresses of volunteering: portal, hall, office."""

from django.urls import URLPattern, URLResolver, path

from shetong.volunteering.urls_honours import patterns as honours_patterns
from shetong.volunteering.urls_hours import patterns as hours_patterns
from shetong.volunteering.urls_people import patterns as people_patterns
from shetong.volunteering.urls_record import patterns as record_patterns
from shetong.volunteering.views import hall, office, organiser, portal

app_name = "volunteering"

urlpatterns: list[URLPattern | URLResolver] = [
    path("volunteering/", portal.find, name="find"),
    path("volunteering/activities/<slug:number>/", portal.activity_page, name="activity"),
    path("volunteering/activities/<slug:number>/calendar.ics", portal.activity_calendar, name="calendar"),
    path("hall/volunteering/", hall.home, name="hall"),
    path("hall/volunteering/register/", hall.register, name="register"),
    path("hall/volunteering/guardian/", hall.guardian, name="guardian"),
    path("hall/volunteering/profile/", hall.profile, name="profile"),
    path("hall/volunteering/calendar.ics", hall.own_calendar, name="own-calendar"),
    path("hall/volunteering/data.json", hall.own_data, name="own-data"),
    path("hall/volunteering/leave/", hall.leave, name="leave"),
    path("hall/volunteering/token/", hall.token, name="token"),
    path("hall/volunteering/shifts/<int:pk>/sign-up/", hall.sign_up, name="sign-up"),
    path("hall/volunteering/signups/<int:pk>/<slug:name>/", hall.act, name="act"),
    path("hall/volunteering/organise/", organiser.home, name="organise"),
    path("hall/volunteering/organise/teams/new/", organiser.new_team, name="new-team"),
    path("hall/volunteering/organise/teams/<int:team>/activities/new/", organiser.new_activity, name="new-activity"),
    path("hall/volunteering/activities/<int:pk>/", organiser.activity_page, name="organise-activity"),
    path("hall/volunteering/activities/<int:pk>/<slug:name>/", organiser.act, name="organise-act"),
    path("hall/volunteering/applicants/<int:pk>/<slug:name>/", organiser.decide, name="organise-decide"),
    *hours_patterns,
    *record_patterns,
    *people_patterns,
    *honours_patterns,
    path("office/volunteering/", office.waiting, name="office"),
    path("office/volunteering/<slug:kind>/<int:pk>/", office.decide, name="office-decide"),
]
