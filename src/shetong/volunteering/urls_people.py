"""Addresses of teams and their people, consents, saved searches, the map, planning, merging."""

from django.urls import URLPattern, URLResolver, path

from shetong.volunteering.views import map_page, merging, own, planning, suspensions, team

patterns: list[URLPattern | URLResolver] = [
    path("volunteering/map/", map_page.show, name="map"),
    path("volunteering/teams/<slug:number>/", team.public, name="team"),
    path("hall/volunteering/consents/", own.consents, name="consents"),
    path("hall/volunteering/searches/", own.searches, name="searches"),
    path("hall/volunteering/searches/<int:pk>/", own.search, name="search"),
    path("hall/volunteering/searches/<int:pk>/<slug:name>/", own.search_act, name="search-act"),
    path("hall/volunteering/memberships/", own.memberships, name="memberships"),
    path("hall/volunteering/memberships/<int:pk>/leave/", own.leave_team, name="leave-team"),
    path("hall/volunteering/teams/<int:pk>/join/", own.join, name="join"),
    path("hall/volunteering/organise/teams/<int:team>/", team.page, name="organise-team"),
    path("hall/volunteering/organise/teams/<int:team>/<slug:name>/", team.act, name="team-act"),
    path("hall/volunteering/organise/activities/<int:pk>/edit/", planning.edit, name="edit-activity"),
    path("hall/volunteering/organise/activities/<int:pk>/template/", planning.keep_template, name="keep-template"),
    path("hall/volunteering/organise/templates/<int:pk>/draft/", planning.draft_from, name="draft-from"),
    path("hall/volunteering/organise/sessions/<int:pk>/cancel/", planning.cancel_session, name="cancel-session"),
    path("hall/volunteering/organise/sessions/<int:pk>/change/", planning.change_session, name="change-session"),
    path("hall/volunteering/organise/shifts/<int:pk>/change/", planning.change_shift, name="change-shift"),
    path("hall/volunteering/organise/posts/<int:pk>/change/", planning.change_post, name="change-post"),
    path("office/volunteering/suspensions/", suspensions.show, name="suspensions"),
    path("office/volunteering/suspensions/<int:pk>/end/", suspensions.end, name="suspension-end"),
    path("office/volunteering/merges/", merging.merges, name="merges"),
    path("office/volunteering/merges/<int:pk>/undo/", merging.undo, name="merge-undo"),
]
