"""Roles, jurisdictions and permissions, and the canonical form of what is hashed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts import client, rules
from shetong.accounts.models import RoleAssignment, User
from shetong.accounts.queries.permissions import Grants, grants_of, may, require
from shetong.accounts.rules import Permission
from shetong.accounts.services import roles
from shetong.core.canonical_json import canonical
from shetong.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, WrongStateError
from tests.accounts.conftest import BEIJING, NATION, SHANGHAI, MakePerson

codes = st.from_regex(r"[1-9]\d{5}", fullmatch=True)
counties = st.from_regex(r"(1[1-9]|[2-9]\d)(0[1-9]|[1-9]\d)(0[1-9]|[1-9]\d)", fullmatch=True)
official_roles = st.sampled_from(sorted(rules.ROLES))
permissions = st.sampled_from(list(Permission))


class TestJurisdictions:
    @given(counties)
    def test_a_county_is_held_by_itself_its_city_its_province_and_the_country(self, code: str) -> None:
        for above in (code, code[:4] + "00", code[:2] + "0000", NATION):
            assert rules.holds(above, code)

    @given(codes, codes)
    def test_what_holds_another_begins_it_with_its_own_digits(self, jurisdiction: str, code: str) -> None:
        digits = jurisdiction
        while digits.endswith("00"):
            digits = digits[:-2]
        expected = jurisdiction == NATION or code.startswith(digits)
        if jurisdiction == NATION or jurisdiction[2:] == "0000" or not jurisdiction[:2].endswith("00"):
            assert rules.holds(jurisdiction, code) is expected

    @given(codes, codes, codes)
    def test_holding_is_transitive(self, a: str, b: str, c: str) -> None:
        if rules.holds(a, b) and rules.holds(b, c):
            assert rules.holds(a, c)

    @given(counties)
    def test_only_the_country_holds_what_belongs_to_no_division(self, code: str) -> None:
        assert rules.holds(NATION, "")
        assert not rules.holds(code[:2] + "0000", "")

    @given(st.lists(st.tuples(official_roles, codes), max_size=6), permissions, codes)
    def test_more_roles_never_allow_less(self, held: list[tuple[str, str]], permission: Permission, code: str) -> None:
        for count in range(len(held)):
            if Grants(tuple(held[:count])).may(permission, code):
                assert Grants(tuple(held)).may(permission, code)

    @given(st.lists(st.tuples(official_roles, codes), max_size=6), permissions, codes)
    def test_the_listed_jurisdictions_are_where_it_is_allowed(
        self, held: list[tuple[str, str]], permission: Permission, code: str
    ) -> None:
        grants = Grants(tuple(held))
        inside = any(rules.holds(place, code) for place in grants.jurisdictions(permission))
        assert grants.may(permission, code) is (inside or permission == Permission.REGISTER_VIEW)


class TestRoles:
    def test_separation_of_duties_is_symmetric_and_parts_the_three(self) -> None:
        for code, others in rules.INCOMPATIBLE.items():
            assert code not in others
            assert all(code in rules.INCOMPATIBLE[other] for other in others)
        assert {"administrator", "operator"} <= rules.INCOMPATIBLE["auditor"]

    def test_every_permission_has_a_name_and_somebody_who_holds_it(self) -> None:
        assert set(rules.PERMISSION_NAMES) == set(Permission)
        assert set().union(*(role.permissions for role in rules.ROLES.values())) == set(Permission)

    def test_nobody_who_audits_may_change_anything(self) -> None:
        assert rules.ROLES["auditor"].permissions == {Permission.REGISTER_VIEW, Permission.AUDIT_VIEW}

    def test_a_role_holds_in_its_division_and_period_only(self, person: MakePerson) -> None:
        registrar = person("li", role="registrar", division=BEIJING)
        assert may(registrar, Permission.REGISTER_FILE, "110105")
        assert not may(registrar, Permission.REGISTER_FILE, SHANGHAI)
        assert not may(registrar, Permission.REGISTER_CORRECT, "110105")
        assert not grants_of(registrar, at=timezone.now() - timedelta(days=1)).held
        with pytest.raises(ForbiddenError, match="没有"):
            require(registrar, Permission.REGISTER_FILE, SHANGHAI)

    def test_disabled_accounts_strangers_and_superusers_hold_nothing(self, person: MakePerson) -> None:
        registrar = person("li", role="registrar")
        registrar.is_active = False
        assert not may(registrar, Permission.REGISTER_FILE, BEIJING)
        assert not may(None, Permission.REGISTER_FILE, BEIJING)
        assert may(None, Permission.REGISTER_VIEW, BEIJING)
        assert not may(person("root", is_superuser=True), Permission.REGISTER_FILE, BEIJING)

    def test_nobody_grants_roles_to_himself_or_outside_of_his_jurisdiction(self, person: MakePerson) -> None:
        administrator, other = person("admin", role="administrator", division=BEIJING), person("li")
        given = {"role": "registrar", "reason": "调入", "actor": administrator}
        with pytest.raises(ForbiddenError):
            roles.grant(user=administrator, division_code=BEIJING, **given)  # type: ignore[arg-type]
        with pytest.raises(ForbiddenError):
            roles.grant(user=other, division_code=NATION, **given)  # type: ignore[arg-type]
        roles.grant(user=other, division_code="110105", **given)  # type: ignore[arg-type]
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleAssignment.objects.create(
                user=other, granted_by=other, role="auditor", division_code=NATION, reason="x",
                valid_from=timezone.now(), granted_at=timezone.now(),
            )  # fmt: skip

    def test_a_role_held_already_and_one_that_excludes_another_are_refused(self, person: MakePerson) -> None:
        auditor = person("audit", role="auditor", division=BEIJING)
        with pytest.raises(ConflictError, match="已有此角色"):
            roles.grant(user=auditor, role="auditor", division_code=BEIJING, reason="重复", actor=None)
        with pytest.raises(ConflictError, match="三员分立"):
            roles.grant(user=auditor, role="registrar", division_code=SHANGHAI, reason="兼任", actor=None)

    def test_an_ended_role_leaves_room_for_the_next(self, person: MakePerson) -> None:
        administrator, other = person("admin", role="administrator"), person("li")
        first = roles.grant(user=other, role="auditor", division_code=BEIJING, reason="任命", actor=administrator)
        roles.end(assignment=first, reason="离任", actor=administrator)
        assert not grants_of(other).held
        with pytest.raises(WrongStateError):
            roles.end(assignment=first, reason="离任", actor=administrator)
        roles.grant(user=other, role="registrar", division_code=BEIJING, reason="转岗", actor=administrator)
        assert may(other, Permission.REGISTER_FILE, BEIJING)

    def test_a_role_not_yet_begun_can_be_withdrawn(self, person: MakePerson) -> None:
        administrator, other = person("admin", role="administrator"), person("li")
        tomorrow = timezone.now() + timedelta(days=1)
        held = roles.grant(
            user=other, role="registrar", division_code=BEIJING, reason="任命", actor=administrator, valid_from=tomorrow
        )
        roles.end(assignment=held, reason="未到任", actor=administrator)
        assert not grants_of(other, at=tomorrow + timedelta(hours=1)).held

    @pytest.mark.parametrize(
        ("field", "value"),
        [("role", "king"), ("division_code", "1101"), ("division_code", "11010５"), ("reason", "  ")],
    )
    def test_a_faulty_grant_names_the_field(self, person: MakePerson, field: str, value: str) -> None:
        given = {"role": "registrar", "division_code": BEIJING, "reason": "调入"} | {field: value}
        with pytest.raises(InvalidInputError) as refused:
            roles.grant(user=person("li"), actor=None, **given)  # type: ignore[arg-type]
        assert set(refused.value.fields) == {field}


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_together_give_one_person_what_excludes_each_other() -> None:
    import threading

    from django.db import connection

    user = User.objects.create_user("li")
    gate, outcomes = threading.Barrier(2), []

    def grant(role: str) -> None:
        try:
            gate.wait()
            roles.grant(user=user, role=role, division_code=NATION, reason="任命", actor=None)
            outcomes.append("granted")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=grant, args=(role,)) for role in ("auditor", "administrator")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["granted", "separation-of-duties"]


texts = st.text(st.characters(exclude_categories=("Cs",)))
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
json_values = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

# RFC 8785 appendix B, and one power of ten on each side of the borders between its notations.
APPENDIX_B = """
0 5e-324 -5e-324 1.7976931348623157e+308 -1.7976931348623157e+308 9007199254740992 -9007199254740992
295147905179352830000 9.999999999999997e+22 1e+23 1.0000000000000001e+23 999999999999999700000 999999999999999900000
1e+21 9.999999999999997e-7 0.000001 333333333.3333332 333333333.33333325 333333333.3333333 333333333.3333334
333333333.33333343 -0.0000033333333333333333 1424953923781206.2 100000000000000000000 1e-7
"""


class TestCanonicalJson:
    @given(json_values)
    def test_reading_back_gives_the_same_bytes(self, value: object) -> None:
        once = canonical(value)  # type: ignore[arg-type]
        assert canonical(json.loads(once, parse_int=float)) == once

    @given(st.dictionaries(texts, st.integers(0, 9), max_size=6))
    def test_the_order_of_keys_does_not_matter(self, value: dict[str, int]) -> None:
        assert canonical(dict(reversed(value.items()))) == canonical(value)

    @pytest.mark.parametrize("text", APPENDIX_B.split())
    def test_numbers_of_the_standards_appendix(self, text: str) -> None:
        assert canonical(float(text)) == text.encode()

    def test_negative_zero_is_zero(self) -> None:
        assert canonical(-0.0) == b"0"

    def test_the_standards_own_example(self) -> None:
        # RFC 8785 section 3.2.2 and its output in 3.2.3.
        value = json.loads(
            r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
            r'"string": "\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}'
        )
        assert (
            canonical(value)
            == (
                '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
                '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
            ).encode()
        )

    def test_keys_are_sorted_by_utf16_units(self) -> None:
        written = canonical({"\ufb33": 1, "\U0001f600": 2, "\r": 3, "1": 4}).decode()
        assert written == '{"\\r":3,"1":4,"\U0001f600":2,"\ufb33":1}'

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", {"\udfff": 1}])
    def test_refuses_what_the_standard_cannot_express(self, value: object) -> None:
        with pytest.raises(ValueError, match=r".*"):
            canonical(value)  # type: ignore[arg-type]

    @pytest.mark.parametrize("value", [b"x", {1: 2}, object(), {1, 2}])
    def test_refuses_other_types(self, value: object) -> None:
        with pytest.raises(TypeError):
            canonical(value)  # type: ignore[arg-type]

    def test_node_writes_numbers_and_strings_alike(self) -> None:
        node = Path(sys.prefix) / "bin" / "node"
        program = str(node) if node.exists() else shutil.which("node")
        if not program:
            pytest.skip("no Node on this machine")
        samples = [0.1, 1e21, 123456789012345680000.0, 1e-7, 1.5e300, -2.5, "é\u2028\x7f\x01", '\\"/', 4e-10]
        written = subprocess.run(
            [program, "-e", "process.stdout.write(JSON.stringify(JSON.parse(process.argv[1])))", json.dumps(samples)],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        assert written == canonical(samples)


class TestClient:
    @pytest.mark.parametrize(
        ("count", "forwarded", "expected"),
        [
            (0, "198.51.100.1", "203.0.113.9"),
            (1, "198.51.100.1, 203.0.113.50", "203.0.113.50"),
            (2, "6.6.6.6, 198.51.100.1, 203.0.113.50", "198.51.100.1"),
            (1, "", "203.0.113.9"),
            (1, "not an address", ""),
        ],
    )
    def test_the_address_is_the_one_our_own_proxy_wrote(
        self, settings: object, count: int, forwarded: str, expected: str
    ) -> None:
        from django.test import RequestFactory

        settings.TRUSTED_PROXY_COUNT = count  # type: ignore[attr-defined]
        headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
        request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", **headers)  # type: ignore[arg-type]
        assert client.address(request) == expected

    @given(st.ip_addresses())
    def test_of_an_address_only_the_network_is_kept(self, ip: object) -> None:
        kept = client.network(str(ip))
        assert kept.endswith(("/24", "/48"))

    @given(st.text())
    def test_any_user_agent_gives_a_short_name(self, text: str) -> None:
        assert len(client.device(text)) <= 60
