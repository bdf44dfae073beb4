"""Logging in with a password and a second factor: lock-out, sessions, redirects, what the trail says of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shetong.accounts.models import AuditEvent, LoginSession, LoginThrottle, User
from shetong.accounts.services import lockout, sessions, users
from tests.accounts.conftest import PASSWORD, MakePerson, confirm_again

BrowserOf = Callable[[User], Client]
LOGIN = "/accounts/login/"
WRONG = "用户名、电子邮箱或密码不正确"


def enter(client: Client, login: str, password: str = PASSWORD, *, address: str = "203.0.113.5", **more: str) -> Any:
    return client.post(LOGIN, {"login": login, "password": password, **more}, REMOTE_ADDR=address)


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


class TestPassword:
    @pytest.mark.parametrize("login", ["li", "LI", " li ", "Li@Example.com"])
    def test_user_name_or_e_mail_in_any_case(self, person: MakePerson, client: Client, login: str) -> None:
        person("li", email="li@example.com")
        assert enter(client, login)["Location"] == reverse("accounts:home")
        assert actions() == ["account.login"]

    def test_the_same_sentence_for_a_wrong_password_and_an_unknown_account(self, person: MakePerson) -> None:
        person("li")
        known, unknown = enter(Client(), "li", "wrong"), enter(Client(), "nobody", "wrong")
        assert WRONG in known.content.decode()
        assert WRONG in unknown.content.decode()
        assert actions() == ["account.login-failed", "account.login-failed"]
        assert list(AuditEvent.objects.order_by("id").values_list("target", flat=True))[1] == "account:unknown"

    def test_what_was_typed_as_a_name_is_not_kept(self, db: None) -> None:
        enter(Client(), "my-secret-password-typed-too-early", "x")
        event = AuditEvent.objects.get()
        assert "my-secret" not in str(event.detail) + event.target

    @pytest.mark.parametrize("login", ["", " ", "a" * 5000, "' OR 1=1 --", "li\x00", "\ud83d\ude00"])
    def test_garbage_is_refused_politely(self, db: None, login: str) -> None:
        assert enter(Client(), login.encode("utf-8", "replace").decode(), "x").status_code == 200

    @pytest.mark.parametrize(
        "address",
        ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil.example"],
    )
    def test_nobody_is_sent_elsewhere_after_the_log_in(self, person: MakePerson, client: Client, address: str) -> None:
        person("li")
        assert enter(client, "li", next=address)["Location"] == reverse("accounts:home")

    def test_one_is_sent_where_one_wanted_to_go(self, person: MakePerson, client: Client) -> None:
        person("li")
        assert client.get(reverse("accounts:sessions"))["Location"] == LOGIN + "?next=/accounts/sessions/"
        assert enter(client, "li", next="/accounts/sessions/")["Location"] == "/accounts/sessions/"

    def test_the_session_gets_a_new_key(self, person: MakePerson, client: Client) -> None:
        person("li")
        client.get(LOGIN)
        session = client.session
        session["planted"] = "by an attacker"
        session.save()
        client.cookies["sessionid"] = session.session_key
        before = session.session_key
        enter(client, "li")
        assert client.session.session_key != before
        assert not Session.objects.filter(pk=before).exists()

    def test_forms_from_elsewhere_are_refused(self, person: MakePerson) -> None:
        person("li")
        strict = Client(enforce_csrf_checks=True)
        assert enter(strict, "li").status_code == 403
        assert "sessionid" not in strict.cookies

    def test_a_disabled_account_learns_so_only_with_the_right_password(self, person: MakePerson) -> None:
        person("li", is_active=False)
        assert WRONG in enter(Client(), "li", "wrong").content.decode()
        assert enter(Client(), "li")["Location"] == reverse("account_inactive")

    def test_nobody_registers_with_a_password(self, client: Client, db: None) -> None:
        page = client.post("/accounts/signup/", {"username": "me", "password1": PASSWORD, "password2": PASSWORD})
        assert "不开放自行注册" in page.content.decode()
        assert not User.objects.exists()

    def test_passwords_are_kept_with_argon2_outside_of_the_tests(self) -> None:
        from shetong.conf import accounts

        assert accounts.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


class TestLockOut:
    def test_after_five_failures_from_one_address_even_the_right_password_waits(self, person: MakePerson) -> None:
        person("li")
        for _ in range(5):
            assert WRONG in enter(Client(), "li", "wrong").content.decode()
        refused = enter(Client(), "li").content.decode()
        assert "登录失败次数过多" in refused
        assert "15 分钟后再试" in refused
        assert AuditEvent.objects.order_by("-id")[0].detail["locked"] is True
        assert "sessionid" not in enter(Client(), "li").cookies

    def test_the_owner_elsewhere_is_not_locked_out_by_one_attacker(self, person: MakePerson) -> None:
        person("li")
        for _ in range(6):
            enter(Client(), "li", "wrong")
        assert enter(Client(), "li", address="198.51.100.7").status_code == 302

    def test_unknown_accounts_are_locked_alike(self, db: None) -> None:
        for _ in range(5):
            enter(Client(), "nobody", "wrong")
        assert "登录失败次数过多" in enter(Client(), "nobody", "wrong").content.decode()

    def test_user_name_and_e_mail_count_together(self, person: MakePerson) -> None:
        person("li", email="li@example.com")
        for login in ("li", "li@example.com", "LI", "li", "Li@example.com"):
            enter(Client(), login, "wrong")
        assert "登录失败次数过多" in enter(Client(), "li").content.decode()

    def test_an_account_tried_from_everywhere_is_locked(self, person: MakePerson, settings: Any) -> None:
        settings.LOCKOUT_ACCOUNT = 6
        person("li")
        for number in range(6):
            enter(Client(), "li", "wrong", address=f"198.51.100.{number}")
        assert "登录失败次数过多" in enter(Client(), "li", address="192.0.2.1").content.decode()

    def test_an_address_that_tries_many_accounts_is_locked(self, person: MakePerson, settings: Any) -> None:
        settings.LOCKOUT_ADDRESS = 6
        person("li")
        for number in range(6):
            enter(Client(), f"user{number}", "wrong")
        assert "登录失败次数过多" in enter(Client(), "li").content.decode()
        assert enter(Client(), "li", address="198.51.100.7").status_code == 302

    def test_a_success_in_between_does_not_free_the_address(self, person: MakePerson, settings: Any) -> None:
        settings.LOCKOUT_ADDRESS = 6
        person("li")
        for number in range(6):
            enter(Client(), f"user{number}", "wrong")
            enter(Client(), "li")
        assert "登录失败次数过多" in enter(Client(), "user9", "wrong").content.decode()

    def test_time_unlocks(self, person: MakePerson) -> None:
        person("li")
        for _ in range(6):
            enter(Client(), "li", "wrong")
        LoginThrottle.objects.exclude(locked_until=None).update(locked_until=timezone.now() - timedelta(seconds=1))
        assert enter(Client(), "li").status_code == 302

    def test_an_administrator_unlocks(self, person: MakePerson, browser_of: BrowserOf) -> None:
        subject, administrator = person("li"), person("admin", role="administrator")
        for _ in range(6):
            enter(Client(), "li", "wrong")
        assert lockout.is_locked(subject)
        page = browser_of(administrator).post(reverse("accounts:user-unlock", args=[subject.pk]), follow=True)
        assert "已解除登录限制" in page.content.decode()
        assert enter(Client(), "li").status_code == 302
        assert "account.unlock" in actions()

    def test_counts_hold_no_name_and_no_address(self, person: MakePerson) -> None:
        person("li")
        enter(Client(), "li", "wrong")
        stored = b"".join(bytes(row.key) + bytes(row.account_key or b"") for row in LoginThrottle.objects.all())
        assert stored != b"li"
        assert all(len(bytes(row.key)) == 32 for row in LoginThrottle.objects.all())

    @pytest.mark.django_db(transaction=True)
    def test_parallel_guesses_get_no_more_tries_than_one_after_the_other(self) -> None:
        User.objects.create_user("li", password=PASSWORD)
        taken: list[str] = []
        gate = threading.Barrier(12)

        def guess() -> None:
            try:
                gate.wait()
                attempt = lockout.attempt(login="li", address="203.0.113.5")
                lockout.begin(attempt)
                taken.append("looked at")
            except lockout.LockedError:
                taken.append("refused")
            finally:
                connection.close()

        threads = [threading.Thread(target=guess) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert taken.count("looked at") == 5
        assert len(taken) == 12


class TestSecondFactor:
    def test_an_official_without_one_may_only_set_one_up(self, person: MakePerson, browser_of: BrowserOf) -> None:
        client = browser_of(person("li", role="registrar", second_factor=False))
        for address in ("/", "/office/", "/accounts/sessions/", "/search/"):
            assert client.get(address)["Location"] == reverse("mfa_index")
        assert client.post("/accounts/sessions/end-others/").status_code == 403
        assert client.get(reverse("mfa_index")).status_code == 200
        assert client.get(reverse("account_logout")).status_code == 200

    def test_citizens_and_demonstration_accounts_need_none(
        self, person: MakePerson, browser_of: BrowserOf, settings: Any
    ) -> None:
        assert browser_of(person("wang")).get("/accounts/").status_code == 200
        demo = person("demo", role="registrar", second_factor=False, demo=True)
        assert browser_of(demo).get("/office/").status_code == 200
        settings.DEMO_ACCOUNTS = False
        assert browser_of(demo).get("/office/").status_code == 302

    def test_set_up_then_asked_for_at_the_next_log_in_once_per_code(
        self, transactional_db: None, person: MakePerson, client: Client
    ) -> None:
        user = person("li")
        enter(client, "li")
        confirm_again(client)
        page = client.get(reverse("mfa_activate_totp")).content.decode()
        secret = page.split('id="totp-secret">')[1].split("<")[0]
        shown = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True).content.decode()
        assert "恢复码只显示这一次" in shown
        codes = shown.split('id="recovery-codes">')[1].split("</ul>")[0]
        assert codes.count("<li>") == 10
        assert "恢复码只显示这一次" not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
        kept = Authenticator.objects.get(user=user, type="totp").data["secret"]
        assert secret not in kept

        other = Client()
        assert enter(other, "li")["Location"].startswith(reverse("mfa_authenticate"))
        assert "sessionid" in other.cookies
        assert other.get("/accounts/")["Location"].startswith(LOGIN), "the password alone opens nothing"
        refused = other.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
        assert "验证码不正确" in refused
        recovery = codes.split("<code>")[1].split("<")[0]
        assert other.post(reverse("mfa_authenticate"), {"code": recovery}).status_code == 302
        assert other.get("/accounts/").status_code == 200
        third = Client()
        enter(third, "li")
        assert third.post(reverse("mfa_authenticate"), {"code": recovery}).status_code == 200, "used once already"
        assert {f"account.second-factor-{what}" for what in ("add", "failed", "use")} <= set(actions())

    def test_codes_lock_out_like_passwords(self, person: MakePerson) -> None:
        secret = generate_totp_secret()
        user = person("li")
        TOTP.activate(user, secret)
        client = Client()
        enter(client, "li")
        for _ in range(5):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        refused = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).content.decode()
        assert "登录失败次数过多" in refused

    def test_an_official_keeps_the_last_second_factor(self, person: MakePerson, browser_of: BrowserOf) -> None:
        client = browser_of(person("li", role="registrar"))
        confirm_again(client)
        page = client.post(reverse("mfa_deactivate_totp")).content.decode()
        assert "不能停用最后一种验证方式" in page
        assert Authenticator.objects.filter(type="totp").exists()

    def test_recovery_codes_are_sealed_at_rest(self, person: MakePerson) -> None:
        user = person("li")
        codes = RecoveryCodes.activate(user).generate_codes()
        stored = str(Authenticator.objects.get(user=user).data)
        assert not any(code in stored for code in codes)


class TestSessions:
    def test_idle_sessions_end(self, person: MakePerson, client: Client) -> None:
        person("li")
        enter(client, "li")
        age(client, sessions.SEEN, minutes=31)
        assert client.get("/accounts/")["Location"].startswith(LOGIN)
        assert LoginSession.objects.get().end_reason == LoginSession.End.IDLE
        assert "自动退出" in client.get(LOGIN).content.decode()

    def test_old_sessions_end_even_when_in_use(self, person: MakePerson, client: Client) -> None:
        person("li")
        enter(client, "li")
        age(client, sessions.STARTED, minutes=12 * 60 + 1)
        assert client.get("/accounts/").status_code == 302
        assert LoginSession.objects.get().end_reason == LoginSession.End.EXPIRED

    def test_use_keeps_a_session_and_is_noted_to_the_minute(self, person: MakePerson, client: Client) -> None:
        person("li")
        enter(client, "li")
        age(client, sessions.SEEN, minutes=29)
        LoginSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=29))
        assert client.get("/accounts/").status_code == 200
        assert timezone.now() - LoginSession.objects.get().last_seen_at < timedelta(minutes=1)

    def test_the_oldest_session_beyond_the_limit_ends(self, person: MakePerson, settings: Any) -> None:
        settings.SESSION_LIMIT = 2
        person("li")
        clients = [Client() for _ in range(3)]
        for client in clients:
            enter(client, "li")
        assert [client.get("/accounts/").status_code for client in clients] == [302, 200, 200]
        assert LoginSession.objects.get(end_reason="limit").session_key is None

    def test_one_sees_and_ends_ones_own_sessions_only(self, person: MakePerson) -> None:
        person("li")
        person("wang")
        one, two, stranger = Client(), Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"), Client()
        for client, login in ((one, "li"), (two, "li"), (stranger, "wang")):
            enter(client, login)
        page = one.get(reverse("accounts:sessions")).content.decode()
        assert "Firefox · Windows" in page
        assert "203.0.113.0/24" in page
        assert "203.0.113.5" not in page
        other = LoginSession.objects.get(device="Firefox · Windows")
        assert stranger.post(reverse("accounts:session-end", args=[other.pk])).status_code == 404
        assert (
            "已结束该会话" in one.post(reverse("accounts:session-end", args=[other.pk]), follow=True).content.decode()
        )
        assert two.get("/accounts/").status_code == 302
        assert one.get("/accounts/").status_code == 200

    def test_changing_the_password_logs_out_everywhere_else(self, person: MakePerson) -> None:
        person("li")
        one, two = Client(), Client()
        enter(one, "li")
        enter(two, "li")
        new = "another long secret 8"
        given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert one.post(reverse("account_change_password"), given).status_code == 302
        assert one.get("/accounts/").status_code == 200
        assert two.get("/accounts/").status_code == 302
        live = LoginSession.objects.get(ended_at=None)
        assert live.session_key == one.session.session_key
        assert "account.password-change" in actions()

    def test_logging_out_ends_the_session_and_needs_a_post(self, person: MakePerson, client: Client) -> None:
        person("li")
        enter(client, "li")
        key = client.session.session_key
        client.get(reverse("account_logout"))
        assert client.get("/accounts/").status_code == 200
        client.post(reverse("account_logout"))
        assert client.get("/accounts/").status_code == 302
        assert not Session.objects.filter(pk=key).exists()
        assert actions()[-1] == "account.logout"

    def test_disabling_an_account_ends_its_sessions_at_once(self, person: MakePerson, client: Client) -> None:
        user, administrator = person("li"), person("admin", role="administrator")
        enter(client, "li")
        users.set_active(user=user, active=False, actor=administrator)
        assert client.get("/accounts/").status_code == 302

    def test_pages_for_people_logged_in_are_not_cached(self, person: MakePerson, client: Client) -> None:
        person("li")
        enter(client, "li")
        assert "no-store" in client.get("/accounts/")["Cache-Control"]

    def test_visitors_get_no_session(self, client: Client, db: None) -> None:
        client.get(LOGIN)
        assert "sessionid" not in client.cookies
        assert not Session.objects.exists()


def age(client: Client, name: str, *, minutes: int) -> None:
    """Make one of the session's times older."""
    session = client.session
    session[name] = session[name] - minutes * 60
    session.save()
