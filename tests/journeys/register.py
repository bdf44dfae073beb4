"""A small register for journeys: each kind of page that a visitor can meet has something to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from shetong.registry.models import AttributeCode, OfficerRole, Organisation
from shetong.registry.services import certificates, filings
from tests.registry import factories

ACTOR = "system:test"
# Pages that answer 404 and still have something to say.
MISSING = frozenset({"no such organisation", "no certificate", "not found"})


@dataclass(frozen=True, slots=True)
class SmallRegister:
    """Codes of what was registered, and the number of the certificate that was issued."""

    rich: str
    ended: str
    serial: str

    def public_pages(self) -> dict[str, str]:
        """Return the address of every kind of public page by a name for messages."""
        rich = f"/organisations/{self.rich}/"
        return {
            "home": "/",
            "results": "/search/?q=公益",
            "filtered results": "/search/?q=公益&kind=FD&division=110000&founded_from=2010",
            "near results": "/search/?q=北京市清山公益基金会",
            "nothing found": "/search/?q=霍格沃茨&kind=FD",
            "asked wrongly": "/search/?q=公益&division=999999",
            "by representative": "/search/?q=孙示范",
            "organisation": rich,
            "past day": f"{rich}?on=2018-01-01",
            "day before the record": f"{rich}?on=1990-01-01",
            "ended organisation": f"/organisations/{self.ended}/",
            "no such organisation": "/organisations/51100000500000015P/",
            "no certificate": f"/organisations/{self.ended}/certificate.pdf",
            "verify": "/v/",
            "certificate's record": f"/v/{self.serial}",
            "standards": "/standards/",
            "divisions": "/standards/division/",
            "code list": "/standards/kind/",
            "parameters": "/standards/parameters/",
            "open data": "/open-data/",
            "hall": "/hall/",
            "guide to a matter": "/hall/matters/SO-SG-EST/",
            "fitting matter": "/hall/matters/SO-SG-EST/eligibility/?kind=fund&nonprofit=no",
            "ratings": "/hall/ratings/",
            "verify a document": "/v/documents/",
            "design": "/design/",
            "log in": "/accounts/login/",
            "forgotten password": "/accounts/password/reset/",
            "not found": "/nowhere/",
        }


def fill() -> SmallRegister:
    """Register bodies with former names, posts, marks, decisions, branches and a certificate; one has ended."""
    rich = _rich()
    certificate = certificates.issue(rich.pk, actor=ACTOR)
    ended = factories.deregistered_organisation(effective_on=date(2024, 5, 1), name="北京市旧事公益研究会")
    factories.register_organisation(name="北京市春晖助学研究会", legal_representative="孙示范")
    return SmallRegister(str(rich.uscc), str(ended.uscc), certificate.serial)


def _rich() -> Organisation:
    body = factories.register_organisation(kind="FD", name="北京市远山公益基金会", demo=True)
    filings.grant_attribute(
        organisation_id=body.pk, code=AttributeCode.CHARITY, basis="京民慈认〔2017〕3号", effective_on=date(2017, 5, 1),
        actor=None,
    )  # fmt: skip
    filings.grant_attribute(
        organisation_id=body.pk, code=AttributeCode.EVALUATION, value="4A", basis="评估公告", actor=None,
        effective_on=date(2016, 1, 1), valid_to=date(2021, 1, 1),
    )  # fmt: skip
    factories.appoint(body, OfficerRole.PRESIDENT, name="赵示范", phone="13800001234")
    factories.rename(body, "北京市青山公益基金会", effective_on=date(2019, 6, 1))
    body.refresh_from_db()
    factories.register_branch(body, ending="教育专项基金管理委员会")
    body.permits.create(
        document_number="许可1号",
        title="成立登记",
        decided_on=date(2015, 3, 2),
        authority_name="北京市民政局",
        published_at=timezone.now(),
    )
    body.penalties.create(
        document_number="京民罚〔2025〕7号", facts="未按规定公开接受捐赠财产的使用情况。", penalty="警告，责令改正",
        basis="《中华人民共和国慈善法》", decided_on=date(2025, 8, 1), authority_name="北京市民政局",
        public_until=date(2099, 8, 1),
    )  # fmt: skip
    return body
