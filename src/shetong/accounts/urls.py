"""Addresses of accounts. Only those of allauth's pages are named here that this installation uses."""

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.urls import URLPattern, URLResolver, include, path, re_path

from shetong.accounts.views import api_keys, audit, deputies, messages, office, openid_connect, own, own_keys, users

_ALLAUTH: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("identities/", social.connections, name="socialaccount_connections"),
    path("identities/signup/", social.signup, name="socialaccount_signup"),
    path("identities/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("identities/error/", social.login_error, name="socialaccount_login_error"),
    path("oidc/<slug:provider_id>/login/", openid_connect.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", openid_connect.callback, name="openid_connect_callback"),
]

_OWN: list[URLPattern | URLResolver] = [
    path("accounts/", own.home, name="home"),
    path("accounts/sessions/", own.session_list, name="sessions"),
    path("accounts/sessions/end-others/", own.sessions_end_others, name="sessions-end-others"),
    path("accounts/sessions/<int:pk>/end/", own.session_end, name="session-end"),
    path("accounts/access-log/", own.access_log, name="access-log"),
    path("accounts/keys/", own_keys.key_list, name="own-keys"),
    path("accounts/keys/<int:pk>/revoke/", own_keys.key_revoke, name="own-key-revoke"),
    path("hall/messages/", messages.inbox, name="messages"),
    path("hall/messages/read/", messages.read_all, name="messages-read"),
    path("hall/messages/<int:pk>/", messages.open_message, name="message"),
    path("hall/messages/settings/", messages.settings_page, name="message-settings"),
    path("hall/messages/settings/<slug:channel>/<slug:deed>/", messages.channel_act, name="message-channel"),
    path("office/", office.landing, name="office"),
    path("office/audit/", audit.audit_list, name="audit"),
    path("office/audit/export.csv", audit.audit_export, name="audit-export"),
    path("office/deputies/", deputies.page, name="deputies"),
    path("office/deputies/<int:pk>/revoke/", deputies.revoke, name="deputy-revoke"),
    path("office/users/", users.user_list, name="users"),
    path("office/users/new/", users.user_new, name="user-new"),
    path("office/users/<int:pk>/", users.user_page, name="user"),
    path("office/users/<int:pk>/roles/", users.role_grant, name="role-grant"),
    path("office/users/<int:pk>/unlock/", users.user_unlock, name="user-unlock"),
    path("office/users/<int:pk>/active/", users.user_active, name="user-active"),
    path("office/roles/<int:pk>/end/", users.role_end, name="role-end"),
    path("office/api-keys/", api_keys.key_list, name="api-keys"),
    path("office/api-keys/<int:pk>/revoke/", api_keys.key_revoke, name="api-key-revoke"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(_ALLAUTH)),
    path("", include((_OWN, "accounts"))),
]
