"""Addresses of service time: checking in, hours, public notice, the organiser's sessions, the office's doubts."""

from django.urls import URLPattern, URLResolver, path

from shetong.volunteering.views import check_in, doubtful, hours, sessions, totals

patterns: list[URLPattern | URLResolver] = [
    path("volunteering/records/", hours.notice, name="record-notice"),
    path("volunteering/records/<int:pk>/object/", hours.object_to, name="record-object"),
    path("volunteering/ranking/", totals.ranking, name="ranking"),
    path("hall/volunteering/hours/", hours.own, name="hours"),
    path("hall/volunteering/hours/devices/<int:pk>/end/", hours.end_device, name="end-device"),
    path("hall/volunteering/check-in/", check_in.page, name="check-in"),
    path("hall/volunteering/check-in/app.webmanifest", check_in.manifest, name="check-in-manifest"),
    path("hall/volunteering/check-in/worker.js", check_in.worker, name="check-in-worker"),
    path("hall/volunteering/check-in/state.json", check_in.state, name="check-in-state"),
    path("hall/volunteering/check-in/device/", check_in.device, name="check-in-device"),
    path("hall/volunteering/check-in/scans/", check_in.scans, name="check-in-scans"),
    path("hall/volunteering/check-in/arrive/", check_in.arrive, name="check-in-arrive"),
    path("hall/volunteering/check-in/digits/", check_in.digits, name="check-in-digits"),
    path("hall/volunteering/sessions/<int:pk>/", sessions.page, name="session"),
    path("hall/volunteering/sessions/<int:pk>/code/", sessions.code, name="session-code"),
    path("hall/volunteering/sessions/<int:pk>/<slug:name>/", sessions.act, name="session-act"),
    path("hall/volunteering/teams/<int:team>/records/", sessions.records, name="team-records"),
    path("hall/volunteering/teams/<int:team>/records/confirm/", sessions.confirm, name="team-confirm"),
    path("hall/volunteering/teams/<int:team>/year/", totals.year, name="team-year"),
    path("hall/volunteering/records/<int:pk>/correct/", sessions.correct, name="record-correct"),
    path("hall/volunteering/objections/<int:pk>/answer/", sessions.answer, name="objection-answer"),
    path("office/volunteering/hours/", doubtful.listing, name="office-hours"),
    path("office/volunteering/hours/statistics/", totals.statistics, name="office-hours-statistics"),
    path("office/volunteering/hours/records/<int:pk>/", doubtful.record, name="office-hours-record"),
]
