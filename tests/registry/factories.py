"""Bodies, people and officials for tests, made through the real services and named in the domain's words."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from shetong.accounts.models import RoleAssignment, User
from shetong.core.identifiers import identity_check_character, organisation_code_check_character, uscc_check_character
from shetong.registry.models import Filing, OfficerRole, Organisation
from shetong.registry.services import filings

_numbers = itertools.count(1)
BASIS = "京民社许准成字〔2015〕1号"
FOUNDED = date(2015, 3, 2)
_CATEGORY = {"SG": "1", "PN": "2", "FD": "3"}


def next_number() -> int:
    """Return a number not yet given in this run."""
    return next(_numbers)


def uscc(kind: str = "SG", division: str = "110000") -> str:
    """Return a valid code of civil affairs that was not given before."""
    head = f"5{_CATEGORY[kind]}{division}"
    main = f"MJ{next_number():06}"
    main += organisation_code_check_character(main)
    return head + main + uscc_check_character(head + main)


def identity_number(born: date = date(1970, 5, 4)) -> str:
    """Return a valid, invented identity number that was not given before."""
    number = next_number()
    first = f"110105{born + timedelta(days=number // 999):%Y%m%d}{number % 999 + 1:03}"
    return first + identity_check_character(first)


def values_of(**overrides: Any) -> dict[str, Any]:
    """Return the data elements of a lawful new body of Beijing; ``kind`` decides name, code and funds."""
    kind = overrides.get("kind", "SG")
    number = next_number()
    name, funds = {
        "SG": (f"北京市第{number}研究领域协会", "5万元"),
        "PN": (f"北京市晨光{number}号社区服务中心", "3万元"),
        "FD": (f"北京市晨光{number}号公益基金会", "400万元"),
        "BR": ("", None),
    }[kind]
    values: dict[str, Any] = {
        "uscc": uscc(kind) if kind != "BR" else None,
        "name": name,
        "kind": kind,
        "legal_representative": f"张示范{number}",
        "domicile": "北京市东城区示范路1号",
        "division_code": "110101",
        "founded_on": overrides.get("effective_on", FOUNDED) if kind != "BR" else None,
        "registered_funds": funds,
        "business_scope": "开展学术交流、培训咨询。",
        "authority": "北京市民政局",
        "supervising_body": "北京市科学技术委员会",
    }
    return {**values, **{key: value for key, value in overrides.items() if key not in ("effective_on",)}}


def register_organisation(
    *, actor: User | None = None, basis: str = BASIS, effective_on: date = FOUNDED, demo: bool = False, **values: Any
) -> Organisation:
    """Register a lawful body; keyword arguments replace data elements."""
    return filings.register(
        values=values_of(effective_on=effective_on, **values),
        basis=basis,
        effective_on=effective_on,
        actor=actor,
        demo=demo,
    )


def register_branch(parent: Organisation, *, ending: str = "青年专业委员会", **values: Any) -> Organisation:
    """Register a branch body of ``parent`` under a lawful name."""
    return register_organisation(kind="BR", parent=parent.uscc, name=f"{parent.name}{ending}", **values)


def rename(organisation: Organisation, name: str, *, effective_on: date) -> Filing:
    """File a change of name."""
    return filings.change(
        organisation_id=organisation.pk,
        values={"name": name},
        basis="名称变更批复",
        effective_on=effective_on,
        actor=None,
    )


def deregistered_organisation(*, effective_on: date, **values: Any) -> Organisation:
    """Register a body and end it on a day, after a liquidation of a month."""
    organisation = register_organisation(**values)
    filings.open_liquidation(
        organisation_id=organisation.pk,
        basis="理事会决议",
        effective_on=effective_on - timedelta(days=30),
        actor=None,
    )
    filings.deregister(
        organisation_id=organisation.pk, basis="准予注销登记决定书", effective_on=effective_on, actor=None
    )
    organisation.refresh_from_db()
    return organisation


def appoint(
    organisation: Organisation, role: OfficerRole = OfficerRole.DIRECTOR, *, effective_on: date = FOUNDED, **given: Any
) -> Filing:
    """Appoint an invented person to a post."""
    details = {"name": "李示范", "identity_number": identity_number(), **given}
    return filings.appoint_officer(
        organisation_id=organisation.pk,
        role=role,
        basis="会员大会决议",
        effective_on=effective_on,
        actor=details.pop("actor", None),
        **details,
    )


def official(role: str = "chief-registrar", division: str = "110000", since: datetime | None = None) -> User:
    """Return an official who holds a role in a jurisdiction."""
    user = User.objects.create_user(username=f"official-{next_number()}", display_name="王登记")
    RoleAssignment.objects.create(
        user=user,
        role=role,
        division_code=division,
        valid_from=since or timezone.now() - timedelta(days=1),
        granted_at=timezone.now(),
        reason="测试",
    )
    return user
