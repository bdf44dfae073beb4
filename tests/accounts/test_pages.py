"""The pages answer, in Chinese, to whom they are for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from shetong.accounts.models import AuditEvent, RoleAssignment, User
from tests.accounts.conftest import BEIJING, SHANGHAI, MakePerson, confirm_again

BrowserOf = Callable[[User], Client]


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("accounts:home", "我的账号"),
        ("accounts:sessions", "登录会话"),
        ("accounts:access-log", "访问记录"),
        ("mfa_index", "两步验证"),
        ("mfa_list_webauthn", "通行密钥"),
        ("account_change_password", "修改密码"),
        ("account_logout", "退出登录"),
        ("account_reauthenticate", "再次验证身份"),
        ("socialaccount_connections", "统一身份认证"),
    ],
)
def test_own_pages_have_their_heading(person: MakePerson, browser_of: BrowserOf, name: str, heading: str) -> None:
    answer = browser_of(person("wang")).get(reverse(name))
    assert answer.status_code == 200
    assert f"{heading}</h1>" in answer.content.decode().replace("\n", "")
    assert "placeholder=" not in answer.content.decode()  # labels stay readable while people type


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn"])
def test_setting_up_a_second_factor_asks_for_the_password_again(
    person: MakePerson, browser_of: BrowserOf, name: str
) -> None:
    client = browser_of(person("wang"))
    assert reverse("account_reauthenticate") in client.get(reverse(name))["Location"]
    confirm_again(client)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("account_login", "登录"),
        ("account_signup", "不开放自行注册"),
        ("account_reset_password", "忘记密码"),
        ("account_reset_password_done", "请查收邮件"),
        ("account_inactive", "账号已停用"),
        ("socialaccount_login_cancelled", "已取消登录"),
    ],
)
def test_pages_for_everybody_have_their_heading(client: Client, name: str, heading: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert f"{heading}</h1>" in answer.content.decode()


def test_no_page_for_people_carries_inline_scripts_or_styles(person: MakePerson, browser_of: BrowserOf) -> None:
    client = browser_of(person("wang"))
    confirm_again(client)
    for name in ("accounts:home", "mfa_index", "mfa_add_webauthn", "mfa_activate_totp", "account_login"):
        text = client.get(reverse(name)).content.decode()
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick=" not in text


def test_the_office_shows_an_official_what_the_role_allows(person: MakePerson, browser_of: BrowserOf) -> None:
    page = (
        browser_of(person("wang", role="registrar", division=BEIJING)).get(reverse("accounts:office")).content.decode()
    )
    assert "登记员" in page
    assert "北京市" in page
    assert "制发登记证书" in page
    assert "账号与角色" not in page


def test_an_administrator_grants_and_ends_a_role_with_a_reason(person: MakePerson, browser_of: BrowserOf) -> None:
    official = person("li")
    client = browser_of(person("admin", role="administrator", division=BEIJING))
    confirm_again(client)
    client.get(reverse("accounts:users"), {"q": official.username})
    address = reverse("accounts:role-grant", args=[official.pk])
    outside = client.post(address, {"role": "registrar", "division_code": SHANGHAI, "reason": "调入"})
    assert outside.status_code == 403
    missing = client.post(address, {"role": "registrar", "division_code": "110105", "reason": ""})
    assert missing.status_code == 422
    granted = client.post(address, {"role": "registrar", "division_code": "110105", "reason": "调入"}, follow=True)
    assert "已授予“登记员”角色" in granted.content.decode()
    assignment = RoleAssignment.objects.get(user=official)
    ended = client.post(reverse("accounts:role-end", args=[assignment.pk]), {"reason": "调出"}, follow=True)
    assert "已终止该角色" in ended.content.decode()
    assert AuditEvent.objects.filter(action="role.end", target=f"user:{official.pk}").count() == 1


def test_an_invited_official_sets_a_password_through_the_link_once(
    person: MakePerson, browser_of: BrowserOf, client: Client
) -> None:
    administrator = browser_of(person("admin", role="administrator"))
    confirm_again(administrator)
    answer = administrator.post(
        reverse("accounts:user-new"),
        {"username": "Zhao", "display_name": "赵同志", "email": "", "division_code": "110000"},
    )
    link = answer.content.decode().split('id="setup-link">')[1].split("<")[0]
    path = link.split("testserver")[1]
    page = client.get(path, follow=True)
    assert "设置密码" in page.content.decode()
    done = client.post(page.request["PATH_INFO"], {"password1": "long enough 2026", "password2": "long enough 2026"})
    assert done.status_code == 302
    assert User.objects.get(username="zhao").check_password("long enough 2026")
    assert "链接已失效" in Client().get(path, follow=True).content.decode()


def test_a_county_sees_its_own_officials_and_opens_others_by_their_whole_name_alone(
    person: MakePerson, browser_of: BrowserOf
) -> None:
    near, citizen = person("near-one", role="registrar", division="110101"), person("c-citizen")
    far = person("far-one", role="registrar", division="440100")
    client = browser_of(person("county", role="administrator", division="110101"))
    listed = client.get(reverse("accounts:users")).content.decode()
    assert (near.username in listed, far.username in listed) == (True, False)
    for other in (far, citizen):
        assert client.get(reverse("accounts:user", args=[other.pk])).status_code == 404
        assert client.post(reverse("accounts:role-grant", args=[other.pk])).status_code in (302, 404)
    assert far.username not in client.get(reverse("accounts:users"), {"q": "far"}).content.decode()
    client.get(reverse("accounts:users"), {"q": "far-one"})
    assert client.get(reverse("accounts:user", args=[far.pk])).status_code == 200
    assert client.get(reverse("accounts:user", args=[near.pk])).status_code == 200


def test_a_key_is_shown_once_and_listed_by_its_prefix(person: MakePerson, browser_of: BrowserOf) -> None:
    person("partner")
    client = browser_of(person("admin", role="administrator"))
    confirm_again(client)
    form = {
        "owner": "partner",
        "label": "某市数据共享平台",
        "scopes": ["organisations.read"],
        "rate_class": "standard",
        "expires_on": "2027-11-01",
    }
    page = client.post(reverse("accounts:api-keys"), form).content.decode()
    raw = page.split('id="new-key">')[1].split("<")[0]
    assert raw.startswith("st_")
    again = client.get(reverse("accounts:api-keys")).content.decode()
    assert raw not in again
    assert raw[:11] in again


def test_auditors_see_their_jurisdiction_only_and_export_it(person: MakePerson, browser_of: BrowserOf) -> None:
    from shetong.accounts.services import audit

    # A detail may have any key, also one that templates would take for a method.
    detail = {"items": "name", "reason": None}
    audit.record(actor="system:test", action="test.act", target="organisation:1", jurisdiction="110105", detail=detail)
    audit.record(actor="system:test", action="test.act", target="organisation:2", jurisdiction="310101")
    audit.record(actor="system:test", action="test.act", target="=HYPERLINK(1)", jurisdiction="110108")
    client = browser_of(person("auditor", role="auditor", division=BEIJING))
    page = client.get(reverse("accounts:audit")).content.decode()
    assert "organisation:1" in page
    assert "organisation:2" not in page
    export = client.get(reverse("accounts:audit-export") + "?action=test.act")
    lines = b"".join(export).decode()  # type: ignore[arg-type]
    assert "organisation:1" in lines
    assert "organisation:2" not in lines
    assert "'=HYPERLINK(1)" in lines
    assert AuditEvent.objects.filter(action="audit.export").count() == 1


@pytest.mark.parametrize(
    "query",
    ["?before=x", "?before=99999999999999999999", "?first_day=2026-13-99", "?actor=%00", "?action=a&target=%00"],
)
def test_garbage_in_the_filter_is_left_out(person: MakePerson, browser_of: BrowserOf, query: str) -> None:
    client = browser_of(person("auditor", role="auditor"))
    assert client.get(reverse("accounts:audit") + query).status_code == 200


def test_the_audit_list_costs_few_queries_whatever_it_shows(
    person: MakePerson, browser_of: BrowserOf, django_assert_max_num_queries: Callable[..., object]
) -> None:
    from shetong.accounts.services import audit

    subject = person("li")
    for _ in range(60):
        audit.record(actor=subject, action="test.act", target=subject)
    client = browser_of(person("auditor", role="auditor"))
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        page = client.get(reverse("accounts:audit")).content.decode()
    assert "更早的记录" in page


def test_people_see_in_their_access_log_who_looked_at_the_account(person: MakePerson, browser_of: BrowserOf) -> None:
    subject = person("li")
    browser_of(person("admin", role="administrator")).get(reverse("accounts:user", args=[subject.pk]))
    page = browser_of(subject).get(reverse("accounts:access-log")).content.decode()
    assert "查看账号资料" in page
    assert "admin" in page
