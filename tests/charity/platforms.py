"""Platforms for tests: one with its keys, a filed plan that lists it, and its program talking to the test client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client as Browser
from django.utils import timezone

from shetong.charity.models import FundraisingPlan, Platform, PlatformEnvironment
from shetong.charity.platform_client import Client, public_key
from shetong.charity.services.plans import file_plan
from shetong.charity.services.platforms import access
from shetong.registry.models import AttributeCode, Organisation
from shetong.registry.services.attributes import grant_attribute
from tests.charity import factories
from tests.charity.test_plans import answers
from tests.registry.factories import next_number

SYSTEM = "system:tests"


def platform(**values: Any) -> Platform:
    """A designated platform."""
    number = next_number()
    given = {
        "code": f"test-{number}",
        "name": f"测试平台{number}",
        "operator_name": f"测试公司{number}",
        "designated_on": timezone.localdate() - timedelta(days=400),
        "demo": True,
    }
    return Platform.objects.create(**{**given, **values})


def organisation() -> Organisation:
    """A foundation with public-fundraising qualification."""
    found = factories.foundation()
    on = timezone.localdate() - timedelta(days=300)
    for code in (AttributeCode.CHARITY, AttributeCode.PUBLIC_FUNDRAISING):
        grant_attribute(organisation_id=found.pk, code=code, effective_on=on, basis="测试", actor=None)
    return found


def plan(of: Platform, by: Organisation | None = None, **changes: Any) -> FundraisingPlan:
    """A filed plan that runs now and lists the platform."""
    by = by or organisation()
    today = timezone.localdate()
    given = {
        "plan_name": f"山区午餐募捐{next_number()}",
        "start_date": today - timedelta(days=100),
        "end_date": today + timedelta(days=100),
        "platforms": of.name,
        "support_project": f"山区午餐{next_number()}",
        "purpose_of_donation": "教育",
        **changes,
    }
    return file_plan(
        organisation=by,
        values=answers(**given),
        authority="北京市民政局",
        filed_on=today - timedelta(days=120),
        case_number="",
        actor=SYSTEM,
    )


class Transport:
    """Sends a program's requests through Django's test client, and remembers the last answer's headers."""

    def __init__(self) -> None:
        self.browser = Browser()
        self.headers: Mapping[str, str] = {}
        self.status = 0

    def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request."""
        meta = {
            name.upper().replace("-", "_")
            if name == "content-type"
            else f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in headers.items()
        }
        answer = self.browser.generic(method, path, body, meta.get("CONTENT_TYPE", ""), **meta)  # type: ignore[arg-type]
        self.headers = {name.lower(): value for name, value in answer.headers.items()}
        self.status = answer.status_code
        return answer.status_code, self.headers, answer.content


def client(of: Platform, environment: PlatformEnvironment = PlatformEnvironment.PRODUCTION) -> Client:
    """A program of a platform."""
    key = Ed25519PrivateKey.generate()
    row, secret = access.create_client(
        platform=of, environment=environment, public_key=public_key(key), label="测试", actor=SYSTEM
    )
    return Client("http://testserver", row.client_id, secret, key, send=Transport(), tries=1)


def published(program: Client, filed: FundraisingPlan, page: str = "P1", **changes: Any) -> dict[str, Any]:
    """Publish a page that is what was filed."""
    given = {
        "page": page,
        "plan": filed.number,
        "title": filed.name,
        "starts_on": filed.starts_on.isoformat(),
        "ends_on": filed.ends_on.isoformat(),
        "purpose": "教育",
    }
    return program.publish(**{**given, **changes})


def gift(number: str, amount: int = 1_000, page: str = "P1", **changes: Any) -> dict[str, Any]:
    """A donation as a platform reports it."""
    given = {
        "number": number,
        "page": page,
        "amount": amount,
        "donated_at": (timezone.now() - timedelta(hours=1)).isoformat(),
        "name": "赵示范",
        "shown": "赵**",
    }
    return {**given, **changes}
