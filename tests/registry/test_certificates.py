"""Issuing, replacing, revoking and verifying certificates, on real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shetong.accounts.models import AuditEvent
from shetong.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, WrongStateError
from shetong.registry.models import Certificate, Organisation, SigningKey
from shetong.registry.queries import certificates as queries
from shetong.registry.rules import certificate_tokens
from shetong.registry.rules.certificate_verification import Verdict
from shetong.registry.services import certificates, filings, signing_keys
from tests.registry import factories

pytestmark = pytest.mark.django_db
ACTOR = "system:test"


def _issued(**values: Any) -> Certificate:
    return certificates.issue(factories.register_organisation(**values).pk, actor=ACTOR)


def _state(certificate: Certificate) -> str:
    certificate.refresh_from_db()
    return certificate.state


def _verdict(certificate: Certificate) -> Verdict:
    return certificates.verify_token(bytes(certificate.token)).verdict


class TestIssuing:
    def test_the_certificate_states_what_the_register_says(self) -> None:
        body = factories.register_organisation(
            certificate_valid_from=date(2024, 5, 1), certificate_valid_to=date(2099, 4, 30)
        )
        certificate = certificates.issue(body.pk, actor=ACTOR)
        assert certificate.snapshot["name"] == body.name
        assert certificate.snapshot["registered_funds"] == 5_000_000
        assert certificate.snapshot["certificate_valid_to"] == "2099-04-30"
        assert _verdict(certificate) == Verdict.VALID

    def test_a_new_one_replaces_the_one_in_force(self) -> None:
        first = _issued()
        second = certificates.issue(first.organisation_id, actor=ACTOR)
        assert (_state(first), _state(second)) == ("replaced", "valid")
        assert _verdict(first) == Verdict.REPLACED
        assert _verdict(second) == Verdict.VALID

    def test_it_is_recorded_in_the_audit_trail(self) -> None:
        certificate = _issued()
        event = AuditEvent.objects.get(action="certificate.issue")
        assert event.detail["serial"] == certificate.serial
        assert event.jurisdiction == certificate.organisation.authority.division_code

    def test_a_registrar_of_another_province_may_not(self) -> None:
        body = factories.register_organisation()
        with pytest.raises(ForbiddenError):
            certificates.issue(body.pk, actor=factories.official("registrar", "310000"))
        assert certificates.issue(body.pk, actor=factories.official("registrar", "110000")).state == "valid"

    def test_a_body_in_liquidation_gets_none(self) -> None:
        body = factories.register_organisation()
        filings.open_liquidation(
            organisation_id=body.pk, basis="理事会决议", effective_on=timezone.localdate(), actor=None
        )
        with pytest.raises(WrongStateError, match="清算"):
            certificates.issue(body.pk, actor=ACTOR)

    def test_a_branch_body_gets_none(self) -> None:
        branch = factories.register_branch(factories.register_organisation())
        with pytest.raises(WrongStateError, match="法人资格"):
            certificates.issue(branch.pk, actor=ACTOR)

    def test_after_the_registered_period_there_is_none(self) -> None:
        with pytest.raises(WrongStateError, match="有效期"):
            _issued(certificate_valid_from=date(2016, 1, 1), certificate_valid_to=date(2020, 1, 1))

    def test_missing_certificates_are_issued_in_bulk_once(self) -> None:
        for _ in range(3):
            factories.register_organisation()
        with_one = _issued()
        assert list(certificates.issue_missing(actor=ACTOR, batch=2)) == [2, 3]
        assert list(certificates.issue_missing(actor=ACTOR, batch=2)) == []
        assert _state(with_one) == "valid"
        assert {_verdict(certificate) for certificate in Certificate.objects.all()} == {Verdict.VALID}


class TestRevoking:
    def test_the_reason_is_told(self) -> None:
        certificate = _issued()
        certificates.revoke(certificate.serial, reason="登记时提交虚假材料", actor=ACTOR)
        result = certificates.verify_token(bytes(certificate.token))
        assert result.verdict == Verdict.REVOKED
        assert result.standing is not None
        assert result.standing.state_reason == "登记时提交虚假材料"
        assert AuditEvent.objects.filter(action="certificate.revoke").exists()

    @pytest.mark.parametrize("reason", ["", "   ", "长" * 301])
    def test_a_reason_is_needed(self, reason: str) -> None:
        with pytest.raises(InvalidInputError):
            certificates.revoke(_issued().serial, reason=reason, actor=ACTOR)

    def test_only_once(self) -> None:
        certificate = _issued()
        certificates.revoke(certificate.serial, reason="遗失", actor=ACTOR)
        with pytest.raises(WrongStateError, match="已废止"):
            certificates.revoke(certificate.serial, reason="遗失", actor=ACTOR)

    def test_a_registrar_without_the_permission_may_not(self) -> None:
        with pytest.raises(ForbiddenError):
            certificates.revoke(_issued().serial, reason="遗失", actor=factories.official("registrar", "110000"))

    def test_an_unknown_number(self) -> None:
        with pytest.raises(WrongStateError):
            certificates.revoke("2026" + "0" * 11, reason="遗失", actor=ACTOR)


class TestFollowingTheRegister:
    def test_a_change_replaces_the_certificate(self) -> None:
        old = _issued()
        factories.rename(old.organisation, "北京市更名后研究会", effective_on=timezone.localdate())
        new = Certificate.objects.get(organisation=old.organisation, state="valid")
        assert _state(old) == "replaced"
        assert new.snapshot["name"] == "北京市更名后研究会"
        assert _verdict(new) == Verdict.VALID

    def test_a_change_of_nothing_certified_leaves_it(self) -> None:
        certificate = _issued()
        filings.change(
            organisation_id=certificate.organisation_id,
            values={"activity_area": "北京市"},
            basis="变更批复",
            effective_on=timezone.localdate(),
            actor=None,
        )
        assert _state(certificate) == "valid"

    def test_the_end_of_the_body_revokes_it(self) -> None:
        certificate = _issued()
        body, today = certificate.organisation, timezone.localdate()
        filings.open_liquidation(organisation_id=body.pk, basis="决议", effective_on=today, actor=None)
        assert _verdict(certificate) == Verdict.CHANGED  # in liquidation: still a legal person, and everybody is told
        filings.deregister(organisation_id=body.pk, basis="准予注销决定书", effective_on=today, actor=None)
        assert _verdict(certificate) == Verdict.REVOKED
        assert "注销" in Certificate.objects.get(pk=certificate.pk).state_reason

    def test_a_difference_is_shown_item_by_item(self) -> None:
        certificate = _issued()
        Organisation.objects.filter(pk=certificate.organisation_id).update(domicile="北京市西城区新址2号")
        result = certificates.verify_token(bytes(certificate.token))
        assert result.verdict == Verdict.CHANGED
        assert result.standing is not None
        (difference,) = result.standing.differences
        assert (difference.label, difference.registered) == ("住所", "北京市西城区新址2号")
        assert difference.certified == "北京市东城区示范路1号"


class TestVerifying:
    def test_expired(self) -> None:
        today = timezone.localdate()
        certificate = _issued(certificate_valid_from=date(2020, 1, 1), certificate_valid_to=today)
        claims = certificates.verify_token(bytes(certificate.token)).claims
        assert claims is not None
        assert claims.expires_at == certificate_tokens.expiry(today)
        later = queries.certificate_verification.conclude(
            claims, state="valid", same_token=True, changed=False, now=claims.expires_at + timedelta(seconds=1)
        )
        assert later == Verdict.EXPIRED

    def test_a_key_that_nobody_published(self) -> None:
        certificate = _issued()
        from shetong.core import cose

        private, _ = cose.generate_key()
        forged = cose.sign1(cose.parse_sign1(bytes(certificate.token)).payload, private_key=private)
        assert certificates.verify_token(forged).verdict == Verdict.UNKNOWN_KEY

    def test_altered_claims(self) -> None:
        certificate = _issued(name="北京市改字研究会")
        altered = bytes(certificate.token).replace("改字".encode(), "假冒".encode())
        assert certificates.verify_token(altered).verdict == Verdict.BAD_SIGNATURE

    def test_signed_by_us_but_not_in_the_register(self) -> None:
        """A token made with a stolen key and a number of its own."""
        certificate = _issued()
        with transaction.atomic():
            signer = signing_keys.signer()
        payload = certificate_tokens.payload(
            certificate.snapshot, issuer="x", serial=_another_serial(), issued_at=timezone.now(), demo=False
        )
        assert certificates.verify_token(signer.sign(payload)).verdict == Verdict.UNRECORDED

    def test_signed_by_us_with_a_known_number_but_other_content(self) -> None:
        certificate = _issued()
        with transaction.atomic():
            signer = signing_keys.signer()
        snapshot = {**certificate.snapshot, "name": "冒名协会"}
        payload = certificate_tokens.payload(
            snapshot, issuer="x", serial=certificate.serial, issued_at=timezone.now(), demo=False
        )
        assert certificates.verify_token(signer.sign(payload)).verdict == Verdict.UNRECORDED

    @pytest.mark.parametrize("text", ["", "你好", "https://example.org/", "#123", "#0012", "9" * 5000, "-5", "１２３"])
    def test_other_texts(self, text: str) -> None:
        assert certificates.verify_text(text).verdict == Verdict.MALFORMED

    def test_the_link_as_pasted_from_a_letter(self) -> None:
        certificate = _issued()
        link = certificate_tokens.link(bytes(certificate.token), serial=certificate.serial, public_url="https://a.cn")
        wrapped = "\n".join(link[at : at + 60] for at in range(0, len(link), 60))
        assert certificates.verify_text(wrapped).verdict == Verdict.VALID


def _another_serial() -> str:
    from shetong.registry.rules.certificate_serials import new_serial

    return new_serial(2026)


class TestKeys:
    def test_a_retired_key_keeps_verifying_and_cannot_sign(self) -> None:
        certificate = _issued()
        new = signing_keys.rotate(actor=ACTOR)
        assert _verdict(certificate) == Verdict.VALID
        old = SigningKey.objects.exclude(pk=new.pk).get()
        assert (old.use, bytes(old.private_key_sealed)) == ("retired", b"")
        assert _issued().signing_key == new

    def test_a_compromised_key_fails_everything_it_signed(self) -> None:
        certificate = _issued()
        key, affected = signing_keys.compromise(key_id=str(certificate.signing_key), reason="服务器失窃", actor=ACTOR)
        assert affected == 1
        assert _verdict(certificate) == Verdict.KEY_REVOKED
        assert SigningKey.objects.get(use="active") != key
        assert list(certificates.reissue_signed_by(str(key), actor=ACTOR)) == [1]
        new = Certificate.objects.get(organisation=certificate.organisation, state="valid")
        assert _verdict(new) == Verdict.VALID
        assert _state(certificate) == "replaced"

    def test_reissuing_takes_the_certificate_of_a_body_that_may_have_none(self) -> None:
        certificate = _issued()
        filings.open_liquidation(
            organisation_id=certificate.organisation_id, basis="决议", effective_on=timezone.localdate(), actor=None
        )
        key, _ = signing_keys.compromise(key_id=str(certificate.signing_key), reason="失窃", actor=ACTOR)
        list(certificates.reissue_signed_by(str(key), actor=ACTOR))
        assert _state(certificate) == "revoked"

    def test_a_token_dated_after_the_key_was_retired_is_not_believed(self) -> None:
        certificate = _issued()
        with transaction.atomic():
            stolen = signing_keys.signer()
        signing_keys.rotate(actor=ACTOR)
        payload = certificate_tokens.payload(
            certificate.snapshot,
            issuer="x",
            serial=_another_serial(),
            issued_at=timezone.now() + timedelta(days=1),
            demo=False,
        )
        assert certificates.verify_token(stolen.sign(payload)).verdict == Verdict.KEY_REVOKED

    def test_only_the_operator_manages_keys(self) -> None:
        with pytest.raises(ForbiddenError):
            signing_keys.rotate(actor=factories.official("chief-registrar", "100000"))
        assert signing_keys.rotate(actor=factories.official("operator", "100000")).use == "active"

    @pytest.mark.parametrize(("key_id", "reason"), [("zz", "x"), ("00" * 8, "x"), ("00" * 8, " ")])
    def test_nonsense_is_refused(self, key_id: str, reason: str) -> None:
        with pytest.raises(DomainError):
            signing_keys.compromise(key_id=key_id, reason=reason, actor=ACTOR)

    def test_compromise_cannot_be_declared_twice(self) -> None:
        key = signing_keys.rotate(actor=ACTOR)
        signing_keys.compromise(key_id=str(key), reason="失窃", actor=ACTOR)
        with pytest.raises(WrongStateError):
            signing_keys.compromise(key_id=str(key), reason="失窃", actor=ACTOR)

    def test_the_private_half_is_sealed(self) -> None:
        key = signing_keys.rotate(actor=ACTOR)
        with transaction.atomic():
            private = signing_keys.signer().private_key
        assert private not in bytes(key.private_key_sealed)
        assert private.hex().encode() not in bytes(key.private_key_sealed)


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM registry_certificate",
            """UPDATE registry_certificate SET snapshot = '{"name": "x"}'""",
            "UPDATE registry_certificate SET token = ''",
            "UPDATE registry_certificate SET demo = NOT demo",
            "DELETE FROM registry_signingkey",
            "UPDATE registry_signingkey SET public_key = decode(repeat('00', 32), 'hex')",
        ],
    )
    def test_rewriting_history(self, statement: str) -> None:
        _issued()
        with pytest.raises(IntegrityError, match=r"certificate|key"), transaction.atomic():
            connection.cursor().execute(statement)

    def test_bringing_back_what_ended(self) -> None:
        certificate = _issued()
        certificates.revoke(certificate.serial, reason="遗失", actor=ACTOR)
        signing_keys.rotate(actor=ACTOR)
        for statement in (
            "UPDATE registry_certificate SET state = 'valid', state_changed_at = NULL",
            "UPDATE registry_signingkey SET use = 'active', retired_at = NULL WHERE use = 'retired'",
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                connection.cursor().execute(statement)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def _together(self, *acts: Any) -> list[object]:
        start = threading.Barrier(len(acts))
        outcomes: list[object] = []

        def run(act: Any) -> None:
            start.wait()
            try:
                outcomes.append(act())
            except DomainError as error:
                outcomes.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def test_of_two_issuers_who_both_saw_no_certificate_one_wins(self) -> None:
        body = factories.register_organisation()
        holding, released = threading.Event(), threading.Event()

        def block() -> None:
            with transaction.atomic():
                Organisation.objects.select_for_update().get(pk=body.pk)
                holding.set()
                released.wait(10)
            connection.close()

        blocker = threading.Thread(target=block)
        blocker.start()
        assert holding.wait(10)
        # Both have looked and wait for the lock before it is let go.
        waiting = threading.Thread(target=lambda: (_wait_for_waiters(2), released.set(), connection.close()))
        waiting.start()
        outcomes = self._together(*[lambda: certificates.issue(body.pk, actor=ACTOR)] * 2)
        blocker.join()
        waiting.join()
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Certificate", "ConflictError"]
        assert Certificate.objects.filter(organisation=body).count() == 1
        assert any(isinstance(outcome, ConflictError) for outcome in outcomes)

    def test_the_first_certificates_make_one_key(self) -> None:
        bodies = [factories.register_organisation() for _ in range(3)]
        acts = [lambda pk=body.pk: certificates.issue(pk, actor=ACTOR) for body in bodies]
        outcomes = self._together(*acts)
        assert {type(outcome) for outcome in outcomes} == {Certificate}
        assert SigningKey.objects.count() == 1

    def test_rotations_and_issues_leave_one_active_key_and_valid_certificates(self) -> None:
        bodies = [factories.register_organisation() for _ in range(3)]
        acts = [lambda pk=body.pk: certificates.issue(pk, actor=ACTOR) for body in bodies]
        self._together(*acts, *[lambda: signing_keys.rotate(actor=ACTOR)] * 3)
        assert SigningKey.objects.filter(use="active").count() == 1
        assert Certificate.objects.count() == 3
        assert {_verdict(certificate) for certificate in Certificate.objects.all()} == {Verdict.VALID}

    @pytest.fixture(autouse=True)
    def _clean_connections(self) -> Iterator[None]:
        yield
        connection.close()


def _wait_for_waiters(number: int) -> None:
    """Return when `number` sessions wait for a lock (at most ten seconds)."""
    deadline = timezone.now() + timedelta(seconds=10)
    while timezone.now() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0] >= number:
                return
