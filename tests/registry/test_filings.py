"""The business acts of the register, each on real PostgreSQL."""

from __future__ import annotations

import pytest

from shetong.registry.models import Filing
from tests.registry import factories

pytestmark = pytest.mark.django_db


def test_registration_enters_a_body_with_its_first_filing() -> None:
    body = factories.register_organisation(name="北京市天文爱好者协会")
    filing = Filing.objects.get(organisation=body)
    assert (filing.kind, filing.after["name"], filing.before["name"]) == ("registration", "北京市天文爱好者协会", "")
    assert filing.after["registered_funds"] == 5_000_000
    assert body.status == "normal"
    assert body.authority.name == "北京市民政局"
