"""The address plan walked with every role: what ``url_matrix.toml`` says, and what the site answers.

A row is named by the route; ``path`` fills its parameters with things of the :class:`World`; ``GET`` and ``POST`` are
one status for everybody, or a table of statuses by role with ``others`` for the rest. To add rows for new addresses:

    SHETONG_URL_MATRIX=write pytest tests/accounts/test_url_matrix.py

then read what was written: each status is a decision about who may see or do what, not a recording.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from shetong.accounts.models import Topic, User
from shetong.accounts.services import api_keys, messages, roles
from tests.accounts.conftest import PASSWORD, confirm_again

FILE = Path(__file__).with_suffix(".toml")
METHODS = ("GET", "POST")
INSIDE, OUTSIDE, NATION = "110000", "310000", "100000"

# Role of the matrix → role code and division; the things of the world belong to Beijing.
OFFICIALS = {
    "registrar-inside": ("registrar", INSIDE),
    "registrar-outside": ("registrar", OUTSIDE),
    "chief-registrar": ("chief-registrar", NATION),
    "supervisor": ("supervisor", INSIDE),
    "operator": ("operator", NATION),
    "administrator": ("administrator", NATION),
    "auditor": ("auditor", NATION),
}
ROLES = ("anonymous", "citizen", *OFFICIALS, "api-key")


@dataclass(frozen=True)
class Row:
    """One address of the plan and the statuses it answers with, by method and role."""

    name: str
    path: str
    statuses: dict[str, dict[str, int]]


def routes() -> dict[str, str]:
    """Return every route of the project: its name (its pattern where it has none) and its pattern."""
    found: dict[str, str] = {}
    for name, pattern in _walk(get_resolver().url_patterns):
        if found.setdefault(name, pattern) != pattern:
            found[f"{name} {pattern}"] = pattern
    return found


def _walk(patterns: Any, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from _walk(entry.url_patterns, route, inner)
        elif isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name)) if entry.name else route, route


def rows() -> dict[str, Row]:
    """Read the matrix; raises ``ValueError`` where a row says nothing about some role."""
    with FILE.open("rb") as file:
        return {name: _row(name, content) for name, content in tomllib.load(file).items()}


def _row(name: str, content: dict[str, Any]) -> Row:
    statuses = {}
    for method in METHODS:
        given = content[method]
        by_role = given if isinstance(given, dict) else {"others": given}
        if unknown := set(by_role) - {*ROLES, "others"}:
            raise ValueError(f"{name} {method}: no such role: {unknown}")
        statuses[method] = {role: by_role.get(role, by_role.get("others")) for role in ROLES}
        if None in statuses[method].values():
            raise ValueError(f"{name} {method}: says nothing about some role")
    return Row(name, content["path"], statuses)


class World:
    """One of everything that addresses name, and one logged-in browser for each role."""

    def __init__(self) -> None:
        from shetong.charity.rules.receipt_links import token
        from shetong.registry.services import certificates
        from tests.casework import factories as cases
        from tests.charity import factories as charity
        from tests.charity import publicity
        from tests.registry import factories

        organisation = factories.register_organisation(demo=True)
        certificate = certificates.issue(organisation.pk, actor="system:tests")
        subject = User.objects.create_user("subject", password=PASSWORD)
        assignment = roles.grant(user=subject, role="supervisor", division_code=INSIDE, reason="测试", actor=None)
        key, self.key = api_keys.create(
            owner=subject,
            label="测试",
            scopes=["organisations.read", "organisations.lookup"],
            rate_class="partner",
            expires_at=timezone.now() + timedelta(days=1),
            actor=None,
        )
        case = cases.submitted()
        pool = charity.pool()
        (donation,) = charity.give(pool, 500)
        self.things = {
            "code": organisation.public_code,
            "serial": certificate.serial,
            "filing": organisation.filings.first().pk,
            "field": "after.legal_representative",
            "user": subject.pk,
            "assignment": assignment.pk,
            "key": key.pk,
            "case": case.pk,
            "project": pool.project.number,
            "charity": pool.organisation.public_code,
            "fund": pool.pk,
            "donation": donation.pk,
            "disbursement": (spent := charity.spend(pool, 300)).pk,
            "evidence": charity.prove(spent).evidence_id,
            "token": token(donation.pk),
            "notice": case.notices.get().pk,
            "material": case.materials.first().pk,
        }
        self.things |= _of_organisation(organisation)
        self.things["authority"] = organisation.authority_id
        self.things["permit"] = _permit(organisation)
        self.things["message"] = messages.send(to=subject, topic=Topic.CASE, key="world", title="测试")
        self.things |= office_things(case.pk)
        self.things |= publicity.things()
        self.clients = {"anonymous": Client(raise_request_exception=False)}
        for role in ROLES[1:-1]:
            # Demonstration accounts need no second factor; that officials do is tested by itself.
            user = User.objects.create_user(role, password=PASSWORD, demo=True)
            if role in OFFICIALS:
                code, division = OFFICIALS[role]
                roles.grant(user=user, role=code, division_code=division, reason="测试", actor=None)
            client = Client(raise_request_exception=False)
            client.force_login(user)
            confirm_again(client)
            self.clients[role] = client

    def path(self, row_path: str) -> str:
        """Fill the parameters of a row's path."""
        return row_path.format(**self.things)

    def ask(self, role: str, method: str, path: str) -> int:
        """Return the status that ``role`` gets; whatever the request does is undone."""
        cache.clear()
        client = Client(raise_request_exception=False)
        headers = {}
        if role == "api-key":
            headers["Authorization"] = f"Bearer {self.key}"
        else:
            client.cookies.update(self.clients[role].cookies)
        with transaction.atomic():
            response = client.generic(method, path, headers=headers)
            if response.streaming:
                # Read to the end within the transaction; closing it would close the connection.
                for _ in response.streaming_content:
                    pass
            transaction.set_rollback(True)
        return int(response.status_code)


def _of_organisation(organisation: Any) -> dict[str, Any]:
    """Return one of what hangs on an organisation: an announcement, a representative, a code of its registrar."""
    from shetong.casework.services import invitations, mandates
    from shetong.registry.models import Announcement
    from tests.casework import factories as cases

    known = {"organisation_code": organisation.public_code, "organisation_name": organisation.name}
    made, _code = invitations.invite_upon_proof(
        division_code=INSIDE, actor=cases.registrar(INSIDE), person="测试", proof="授权委托书", **known
    )
    announcement = Announcement.objects.create(
        organisation=organisation, kind="founded", document_number="一号", title="测试", lines=[],
        authority_name="测试", division_code=INSIDE, announced_on=timezone.localdate(),
    )  # fmt: skip
    held = mandates.grant(division_code=INSIDE, user=cases.applicant(), basis="测试", actor=None, **known)
    return {"announcement": announcement.pk, "mandate": held.pk, "invitation": made.pk}


def _permit(organisation: Any) -> int:
    """Return a permit of an organisation that waits for its publication."""
    from shetong.registry.models import PermitRecord

    return PermitRecord.objects.create(
        organisation=organisation, document_number="测试〔2026〕1号", title="测试", decided_on=timezone.localdate(),
        authority_name=organisation.authority.name,
    ).pk  # fmt: skip


def office_things(case_id: int) -> dict[str, Any]:
    """Return one of everything that the office keeps beside a case; the case in review asks another body's opinion."""
    from shetong.accounts.services import deputies
    from shetong.casework.rules.trials import Change
    from shetong.casework.services import checks, knowledge, opinions, phrases, questions, trials, variants
    from shetong.core.statutes import Unit
    from shetong.core.working_days import Period
    from tests.casework import factories as cases

    today = timezone.localdate()
    clerk, other, chief = cases.registrar(), cases.registrar(), cases.chief()
    running = cases.accepted(clerk)
    body = {"case_id": running.pk, "actor": clerk, "question": "是否同意？"}
    asked = opinions.ask(asked_of="示范主管单位", asked_division=cases.DISTRICT, **body)
    entered = opinions.ask(asked_of="示范单位", **body)
    check = checks.order(
        case_id=running.pk, actor=clerk, kind="on-site", purpose="核实住所。", planned_on=today, officers=[clerk, other]
    )
    brought = checks.attach(check_id=check.pk, actor=clerk, name="测试.pdf", content=cases.pdf())
    question = questions.ask(actor=clerk, title="测试", text="测试", case_id=case_id)
    version = knowledge.write(actor=clerk, title="测试", body="测试", public=True, division_code=cases.DISTRICT)
    knowledge.submit(article_id=version.article_id, actor=clerk)
    knowledge.review(article_id=version.article_id, actor=chief, publish=True)
    deputy = deputies.appoint(
        principal=clerk, deputy=other, division_code=cases.DISTRICT, scope=["case.review"], first_day=today,
        last_day=today, reason="测试", actor=clerk,
    )  # fmt: skip
    phrase = phrases.add(actor=chief, title="测试", text="测试", division_code=cases.DISTRICT)
    row = variants.draft(
        matter=running.matter, division_code=cases.DISTRICT, valid_from=today, basis="测试", promised_number=9,
        promised_unit="working_day",
    )  # fmt: skip
    variant = variants.add(row=row, actor=chief)
    trial = trials.ask(
        actor=chief, matter=running.matter, division_code=cases.DISTRICT, first_day=today, last_day=today,
        change=Change(promised=Period(9, Unit.WORKING_DAY)),
    )  # fmt: skip
    return {
        "variant": variant.pk,
        "trial": trial.pk,
        "running": running.pk,
        "asked": asked.pk,
        "opinion": entered.pk,
        "check": check.pk,
        "check_file": brought.pk,
        "question": question.pk,
        "article": version.article_id,
        "deputyship": deputy.pk,
        "phrase": phrase.pk,
    }


def draft(pattern: str) -> str:
    """Return a path for a route that has no row yet; parameters that the world does not know stay to be filled."""
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern)
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
    path = re.sub(r"\[(\w)\w*\]", r"\1", path)
    return "/" + re.sub(r"[\^$?]", "", path)


def written(name: str, path: str, statuses: dict[str, dict[str, int]]) -> str:
    """Return a row as the matrix file holds it."""
    lines = [f'["{name}"]', f'path = "{path}"']
    for method in METHODS:
        by_role = statuses[method]
        counts = {status: list(by_role.values()).count(status) for status in by_role.values()}
        usual = max(counts, key=lambda status: counts[status])
        rest = {role: status for role, status in by_role.items() if status != usual}
        table = ", ".join(f"{role} = {status}" for role, status in rest.items())
        lines.append(f"{method} = {{ {table}, others = {usual} }}" if rest else f"{method} = {usual}")
    return "\n".join(lines) + "\n"
