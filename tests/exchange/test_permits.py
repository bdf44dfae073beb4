"""Published permits: in time, in both formats, complete as their elements say, withdrawn with the decision."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from shetong.accounts.queries.permissions import grants_of
from shetong.exchange import permit_formats
from shetong.registry import jobs
from shetong.registry.models import Authority, Organisation, PermitRecord
from shetong.registry.queries import permits
from shetong.registry.queries.organisation import by_code
from shetong.registry.services import endings
from tests.casework import factories
from tests.casework.test_pages import signed_in
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


def granted() -> Organisation:
    return Organisation.objects.get(uscc=factories.approved().subject_code)


def test_a_decision_is_published_by_itself_once(client: Client) -> None:
    body = granted()
    assert by_code(body.uscc).permits == ()
    assert jobs.publish_permits(0) == 1
    assert jobs.publish_permits(0) == 0
    assert [one.title for one in by_code(body.uscc).permits] == ["准予社会团体成立登记"]
    assert body.name in client.get("/permits/").content.decode()


def test_what_is_late_is_listed_until_it_is_published() -> None:
    permit = granted().permits.get()
    assert not permits.late().exists()
    later = permit.publish_by + timedelta(days=1)
    assert list(permits.late(later)) == [permit]
    jobs.publish_permits(0)
    assert not permits.late(later).exists()


def test_a_record_fits_its_format_once_the_authority_has_its_code() -> None:
    permit = granted().permits.get()
    given = permit_formats.record(permit, "2019")
    assert set(permit_formats.faults(permit_formats.PERMIT_2019, given)) == {"XK_XKJGDM", "XK_LYDWDM"}
    Authority.objects.update(uscc="11110105000000000A"[:17] + "X")
    again = PermitRecord.objects.select_related("organisation__authority").get(pk=permit.pk)
    assert permit_formats.faults(permit_formats.PERMIT_2019, permit_formats.record(again, "2019")) == {}
    old = permit_formats.record(PermitRecord(**{**_plain(again), "published_at": timezone.now()}), "2015")
    assert permit_formats.faults(permit_formats.PERMIT_2015, old) == {}


def _plain(permit: PermitRecord) -> dict:
    return {field.attname if field.name != "organisation" else "organisation": getattr(permit, field.name)
            for field in permit._meta.fields}  # fmt: skip


@pytest.mark.parametrize("format_", permit_formats.FORMATS)
def test_the_files_hold_what_is_published(client: Client, format_: str) -> None:
    body = granted()
    jobs.publish_permits(0)
    rows = list(csv.reader(io.StringIO(client.get(f"/permits/{format_}.csv").content.decode("utf-8-sig"))))
    names = [heading.rpartition("(")[2].rstrip(")") for heading in rows[0]]
    told = dict(zip(names, rows[1], strict=True))
    assert (told["XK_WSH"], told["XK_XDR_SHXYM"]) == (body.permits.get().document_number, body.uscc)
    message = ElementTree.fromstring(client.get(f"/permits/{format_}.xml").content)
    assert message.find("Body/fields/XK_WSH").text == told["XK_WSH"]
    assert client.get(f"/permits/{format_}.xlsx").content.startswith(b"PK")
    assert client.get("/permits/1999.csv").status_code == 404


def test_a_withdrawn_permit_leaves_the_page_and_is_told_to_receivers(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = granted()
    jobs.publish_permits(0)
    endings.cancel(organisation_id=body.pk, basis="撤销决定", effective_on=timezone.localdate(), actor=None)
    assert by_code(body.uscc).permits == ()
    assert body.name not in client.get("/permits/").content.decode()
    (row,) = csv.DictReader(io.StringIO(client.get("/permits/2019.csv").content.decode("utf-8-sig")))
    assert (row["当前状态(XK_ZT)"], row["备注(BZ)"]) == ("2", "撤销登记：撤销决定")
    # Whenever it was decided: else receivers would never learn of it.
    PermitRecord.objects.update(decided_on=timezone.localdate() - timedelta(days=900))
    assert body.uscc in client.get("/permits/2019.csv").content.decode("utf-8-sig")
    (told,) = permits.listed(grants_of(factories.registrar()), "withdrawn")
    assert told.organisation == body
    # Nor is a file cut off without a word.
    monkeypatch.setattr(permits, "MOST", 0)
    refused = client.get("/permits/2019.csv")
    assert (refused.status_code, "缩短时间" in refused.content.decode()) == (422, True)
    office = signed_in(factories.registrar()).get("/office/permits/2019.csv", follow=True)
    assert "缩短时间" in office.content.decode()


def test_the_day_of_an_update_is_the_day_in_china() -> None:
    permit = granted().permits.get()
    # 02:00 of the third in China.
    permit.published_at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    assert permit_formats.record(permit, "2015")["SJC"] == "2026/03/03"


def test_what_was_never_a_permit_is_not_published() -> None:
    registry.register_organisation()
    assert jobs.publish_permits(0) == 0
