"""Keys, personal data, demonstration accounts, jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts import jobs
from shetong.accounts.models import ApiKey, AuditEvent, AuditLink, LoginSession, Message, User
from shetong.accounts.services import api_keys, channels, demo, message_channels, personal_data
from shetong.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, WrongStateError
from tests.accounts.conftest import BEIJING, SHANGHAI, MakePerson, confirm_again
from tests.pages import faults

MakeKey = Callable[..., tuple[ApiKey, str]]


@pytest.fixture
def key(person: MakePerson) -> MakeKey:
    owner = person("partner")

    def make(**more: Any) -> tuple[ApiKey, str]:
        given_ = {
            "owner": owner,
            "label": "某市数据共享平台",
            "scopes": ["organisations.read"],
            "rate_class": "standard",
            "expires_at": timezone.now() + timedelta(days=365),
            "actor": None,
        }
        return api_keys.create(**(given_ | more))

    return make


class TestApiKeys:
    def test_the_secret_opens_and_is_not_kept(self, key: MakeKey) -> None:
        made, raw = key()
        assert api_keys.authenticate(raw) == made
        row = str(ApiKey.objects.filter(pk=made.pk).values())
        assert raw not in row
        assert raw[12:] not in str(AuditEvent.objects.get(action="api-key.create").detail)

    def test_every_other_secret_with_that_prefix_is_refused(self, key: MakeKey) -> None:
        made, raw = key()
        assert api_keys.authenticate(raw[:-1] + ("a" if raw[-1] != "a" else "b")) is None
        assert api_keys.authenticate(made.prefix) is None
        assert api_keys.authenticate(made.prefix + "_") is None

    @pytest.mark.parametrize("raw", ["", "st_", "st_\x00", "Bearer x", "st_" + "é" * 20, "st_" + "a" * 10_000])
    def test_garbage_is_refused_quietly(self, db: None, raw: str) -> None:
        assert api_keys.authenticate(raw) is None

    def test_expired_revoked_and_orphaned_keys_are_refused(self, key: MakeKey, person: MakePerson) -> None:
        expired, raw = key()
        ApiKey.objects.filter(pk=expired.pk).update(
            created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now()
        )
        assert api_keys.authenticate(raw) is None
        revoked, raw = key()
        api_keys.revoke(key=revoked, reason="合作结束", actor=revoked.owner)
        assert api_keys.authenticate(raw) is None
        with pytest.raises(WrongStateError):
            api_keys.revoke(key=revoked, reason="合作结束", actor=revoked.owner)
        _, raw = key()
        User.objects.filter(username="partner").update(is_active=False)
        assert api_keys.authenticate(raw) is None

    def test_use_is_noted_once_an_hour(self, key: MakeKey, django_assert_num_queries: Any) -> None:
        made, raw = key()
        api_keys.authenticate(raw)
        first = ApiKey.objects.get(pk=made.pk).last_used_at
        with django_assert_num_queries(1):
            api_keys.authenticate(raw)
        assert ApiKey.objects.get(pk=made.pk).last_used_at == first is not None

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("label", " "),
            ("scopes", []),
            ("scopes", ["everything"]),
            ("rate_class", "unlimited"),
            ("expires_at", timezone.now() - timedelta(days=1)),
            ("expires_at", timezone.now() + timedelta(days=900)),
        ],
    )
    def test_a_faulty_request_names_the_field(self, key: MakeKey, field: str, value: object) -> None:
        with pytest.raises(InvalidInputError) as refused:
            key(**{field: value})
        assert set(refused.value.fields) == {field}

    def test_only_administrators_make_keys_and_strangers_cannot_revoke(self, key: MakeKey, person: MakePerson) -> None:
        made, _ = key()
        with pytest.raises(ForbiddenError):
            key(actor=person("li", role="registrar"))
        with pytest.raises(ForbiddenError):
            api_keys.revoke(key=made, reason="恶意", actor=person("wang"))

    def test_what_reads_somebodys_cases_is_made_by_that_person_alone(
        self, key: MakeKey, person: MakePerson, client: Client
    ) -> None:
        administrator, li = person("wang", role="administrator"), person("li")
        with pytest.raises(InvalidInputError) as refused:
            key(owner=li, scopes=["cases.read"], actor=administrator)
        assert set(refused.value.fields) == {"scopes"}
        # One from before does not read them either, and of others the owner is told.
        old, raw = key(owner=li, actor=administrator)
        assert Message.objects.get(recipient=li).url == reverse("accounts:own-keys")
        ApiKey.objects.filter(pk=old.pk).update(scopes=["cases.read", "organisations.read"])
        assert api_keys.authenticate(raw).scopes == ["organisations.read"]
        with pytest.raises(ForbiddenError):
            key(owner=li, scopes=["cases.read", "organisations.read"], actor=li)
        client.force_login(li)
        page, day = reverse("accounts:own-keys"), str(timezone.localdate() + timedelta(days=30))
        # As with all keys, the password is asked for again first.
        assert client.get(page).status_code == 302
        confirm_again(client)
        shown = client.post(page, {"label": "记账程序", "expires_on": day})
        made = api_keys.authenticate(shown.context["secret"])
        assert (made.owner, made.scopes) == (li, ["cases.read"])
        assert faults(shown.content.decode()) == []
        assert shown.context["secret"] not in client.get(page).content.decode()
        other = Client()
        other.force_login(administrator)
        assert other.post(reverse("accounts:own-key-revoke", args=[made.pk])).status_code == 404
        client.post(reverse("accounts:own-key-revoke", args=[made.pk]))
        assert api_keys.authenticate(shown.context["secret"]) is None


def test_so_many_codes_go_out_for_one_person_in_a_day(person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "offered", lambda: ("email",))
    monkeypatch.setattr(message_channels, "BETWEEN_CODES", timedelta(0))
    monkeypatch.setattr(message_channels, "MOST_CODES", 2)
    given = {"user": person("li"), "channel": "email"}
    for number in range(2):
        message_channels.set_address(address=f"other{number}@example.com", **given)
    with pytest.raises(ConflictError, match="24小时"):
        message_channels.set_address(address="one.more@example.com", **given)


class TestPersonalData:
    def reveal(self, actor: User, **more: Any) -> str:
        given_: dict[str, Any] = {
            "subject": "person:7",
            "field": "identity_number",
            "jurisdiction": "110105",
            "purpose": "registration-review",
            "reason": "受理编号 2026-001",
            "read": lambda: "110105194912310021",
        }
        return personal_data.reveal(actor=actor, **(given_ | more))

    def test_a_reading_is_recorded_with_its_purpose_and_without_the_value(self, person: MakePerson) -> None:
        registrar = person("li", role="registrar", division=BEIJING)
        assert self.reveal(registrar) == "110105194912310021"
        event = AuditEvent.objects.get(action="personal-data.read")
        assert (event.actor, event.target, event.purpose) == (registrar, "person:7", "registration-review")
        assert "19491231" not in str(event.detail)

    @pytest.mark.parametrize("role", ["", "auditor", "administrator", "operator"])
    def test_who_has_no_such_duty_is_refused_and_recorded(self, person: MakePerson, role: str) -> None:
        with pytest.raises(ForbiddenError):
            self.reveal(person("li", role=role))
        assert AuditEvent.objects.get(action="personal-data.refused").target == "person:7"

    def test_other_jurisdictions_are_refused(self, person: MakePerson) -> None:
        with pytest.raises(ForbiddenError):
            self.reveal(person("li", role="registrar", division=SHANGHAI))

    @pytest.mark.parametrize(("field", "value"), [("purpose", "curiosity"), ("purpose", ""), ("reason", " a ")])
    def test_without_purpose_and_reason_nothing_is_read(self, person: MakePerson, field: str, value: str) -> None:
        def never() -> str:
            raise AssertionError("read without a purpose")

        with pytest.raises(InvalidInputError) as refused:
            self.reveal(person("li", role="registrar"), read=never, **{field: value})
        assert set(refused.value.fields) == {field}

    def test_the_record_cannot_be_rolled_back_after_the_value_was_seen(
        self, person: MakePerson, transactional_db: None
    ) -> None:
        registrar = person("li", role="registrar")
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            self.reveal(registrar)

    def test_there_is_a_limit_a_day(self, person: MakePerson, settings: Any) -> None:
        settings.PERSONAL_DATA_DAILY_LIMIT = 3
        registrar = person("li", role="registrar")
        for _ in range(3):
            self.reveal(registrar)
        with pytest.raises(personal_data.TooManyReadsError, match="上限"):
            self.reveal(registrar)


class TestDemo:
    def test_one_account_for_each_role_made_once(self, db: None) -> None:
        first = demo.ensure_demo_accounts()
        assert demo.ensure_demo_accounts() == first
        assert User.objects.filter(demo=True).count() == len(first)
        assert len(demo.demo_accounts_active()) == len(first)
        username, password, _ = first[0]
        assert Client().post("/accounts/login/", {"login": username, "password": password}).status_code == 302

    def test_never_outside_of_the_development_profile(self, db: None, settings: Any) -> None:
        settings.DEMO_ACCOUNTS = False
        with pytest.raises(WrongStateError):
            demo.ensure_demo_accounts()


class TestOfficersPage:
    @pytest.fixture
    def address(self, db: None) -> str:
        from shetong.registry.models import (
            Authority,
            Filing,
            FilingKind,
            IdentityDocument,
            Officer,
            OfficerRole,
            Organisation,
            OrganisationKind,
        )
        from shetong.registry.services import people

        authority = Authority.objects.create(name="北京市民政局", division_code=BEIJING)
        organisation = Organisation.objects.create(
            uscc="51110000MJ00000019",
            name="北京市测试协会",
            kind=OrganisationKind.SOCIAL_GROUP,
            division_code="110105",
            authority=authority,
            updated_at=timezone.now(),
            demo=True,
        )
        filing = Filing.objects.create(
            organisation=organisation,
            kind=FilingKind.OFFICERS,
            basis="测试",
            effective_on=date(2026, 1, 1),
            recorded_at=timezone.now(),
            actor_name="测试",
        )
        papers = people.Papers("测试人", "110105194912310021", IdentityDocument.RESIDENT, "13800138000")
        (someone,) = people.find_or_create([papers]).values()
        Officer.objects.create(
            organisation=organisation,
            person=someone,
            role=OfficerRole.PRESIDENT,
            valid_from=date(2026, 1, 1),
            filing=filing,
        )
        return reverse("registry:officers", args=["51110000MJ00000019"])

    def test_masked_until_a_purpose_is_given_then_on_that_answer_only(
        self, address: str, person: MakePerson, browser_of: Callable[[User], Client]
    ) -> None:
        client = browser_of(person("li", role="registrar", division=BEIJING))
        page = client.get(address).content.decode()
        assert "110***********0021" in page
        assert "194912310021" not in page
        number = page.split('name="person" value="')[1].split('"')[0]
        given_ = {"person": number, "field": "identity_number", "purpose": "", "reason": ""}
        refused = client.post(address, given_)
        assert refused.status_code == 422
        assert "194912310021" not in refused.content.decode()
        shown = client.post(address, given_ | {"purpose": "registration-review", "reason": "受理编号 1"})
        assert "110105194912310021" in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        assert "194912310021" not in client.get(address).content.decode()
        assert AuditEvent.objects.filter(action="personal-data.read").count() == 1

    @pytest.mark.parametrize(
        ("role", "division", "status"),
        [("registrar", SHANGHAI, 403), ("auditor", BEIJING, 403), ("", BEIJING, 403), ("supervisor", BEIJING, 200)],
    )
    def test_only_for_officials_of_the_jurisdiction(
        self,
        address: str,
        person: MakePerson,
        browser_of: Callable[[User], Client],
        role: str,
        division: str,
        status: int,
    ) -> None:
        assert browser_of(person("li", role=role, division=division)).get(address).status_code == status

    @pytest.mark.parametrize("code", ["BR1", "nonsense", "BR99999999999999999999", "51110000MJ00000018"])
    def test_unknown_organisations_are_not_found(
        self, person: MakePerson, browser_of: Callable[[User], Client], code: str
    ) -> None:
        client = browser_of(person("li", role="registrar"))
        assert client.get(reverse("registry:officers", args=[code])).status_code == 404


class TestJobs:
    def test_what_waits_is_chained_and_verified(self, transactional_db: None) -> None:
        from shetong.accounts.services import audit

        audit.record(actor="system:test", action="test.act", target="x:1")
        assert jobs.chain_audit_events(0) == 0
        assert AuditLink.objects.count() == 1
        assert jobs.verify_audit_chain(0) is True

    def test_lapsed_sessions_are_marked_as_over(self, person: MakePerson, client: Client) -> None:
        client.force_login(person("li"))
        LoginSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=2))
        jobs.clear(0)
        assert LoginSession.objects.get().end_reason == "idle"


@given(st.text())
def test_no_cell_of_the_export_is_a_formula(text: str) -> None:
    from shetong.accounts.views.audit import safe_cell

    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_domain_errors_of_accounts_have_stable_codes() -> None:
    assert issubclass(personal_data.TooManyReadsError, DomainError)
    assert personal_data.TooManyReadsError.code == "too-many-reads"
