"""Lists of donations as charities published them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shetong.charity.models import Donation, Pool
from shetong.charity.queries.public_log import pools_against_rows
from shetong.charity.services.donation_imports import import_donations
from shetong.core.errors import InvalidInputError
from tests.charity.factories import SYSTEM, foundation, project
from tests.shared import shared_data

HEAD = "source_file,recipient,channel,date,txn_no,donor_masked,donor_kind,donor_pseudonym,amount_cny,remark,source_row"
LINES = (
    "a.xls,甲,account,2020-01-22,,王*,person,,100.00,,1",
    "a.xls,甲,alipay,2020-01-23T08:00:01,T1,李*,person,,0.01,,2",
    "a.xls,甲,alipay,2020-01-23T08:00:01,T1,李*,person,,0.01,,3",
    "a.xls,甲,usd,2020-01-23,,示范公司,org_or_group,,30.00,,4",
    "a.xls,甲,account,,,王*,person,,5.00,,5",
    "a.xls,甲,account,2020-01-23,,王*,person,,0.00,,6",
    "b.xls,甲,account,2020-01-22,,王*,person,,100.00,,1",
    "b.xls,乙,account,2020-01-22,,王*,person,,7.00,,2",
)


@pytest.mark.django_db
class TestAList:
    """A small list with everything that goes wrong in real ones."""

    def listed(self, folder: Path) -> tuple[Path, Path]:
        file, totals = folder / "list.csv", folder / "totals.csv"
        file.write_text("\n".join((HEAD, *LINES)), encoding="utf-8-sig")
        totals.write_text(
            "source_file,recipient,label,published_total\na.xls,甲,合计,135.0200000001\nb.xls,甲,合计,101.00\n",
            encoding="utf-8",
        )
        return file, totals

    def test_good_rows_are_taken_and_the_rest_told_apart(self, tmp_path: Path) -> None:
        file, totals = self.listed(tmp_path)
        of = project(foundation())
        code = of.organisation.public_code
        report = import_donations(
            file=file, organisation_code=code, recipient="甲", project_number=of.number, published=totals, actor=SYSTEM
        )
        assert (report.rows, report.taken, report.amount, report.look_alikes) == (7, 3, 20_001, 1)
        assert report.rejected == {"流水号重复": 1, "外币，没有入账汇率": 1, "没有日期": 1, "金额不是正数": 1}
        assert report.totals_equal == 1
        assert report.totals_differing == ["b.xls：公布 10100 分，逐笔相加 10000 分"]
        assert Pool.objects.get(project=of).donated == 20_001
        again = import_donations(file=file, organisation_code=code, recipient="甲", actor=SYSTEM)
        assert again.repeated
        assert Donation.objects.count() == 3

    def test_a_dry_run_writes_nothing(self, tmp_path: Path) -> None:
        file, _ = self.listed(tmp_path)
        report = import_donations(file=file, organisation_code=foundation().public_code, dry_run=True, actor=SYSTEM)
        assert report.taken == 4
        assert not Donation.objects.exists()
        assert not Pool.objects.exists()

    def test_a_file_that_is_no_list_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "list.csv"
        file.write_text("日期,金额\n2020-01-01,1\n", encoding="utf-8")
        with pytest.raises(InvalidInputError, match="缺少这些列"):
            import_donations(file=file, organisation_code=foundation().public_code, actor=SYSTEM)


@pytest.mark.django_db
@pytest.mark.parametrize(("recipient", "tables"), [("湖北省红十字会", 13), ("武汉市红十字会", 3)])
def test_the_real_ledger_adds_up_to_what_its_publisher_printed(recipient: str, tables: int) -> None:
    report = import_donations(
        file=shared_data("donations/redcross_2020_ledger.csv.gz"),
        organisation_code=foundation().public_code,
        recipient=recipient,
        published=shared_data("donations/redcross_2020_published_totals.csv"),
        dry_run=True,
        actor=SYSTEM,
    )
    assert (report.totals_equal, report.totals_differing) == (tables, [])
    assert report.rows == {"湖北省红十字会": 35_246, "武汉市红十字会": 228_515}[recipient]
    assert sum(report.rejected.values()) == {"湖北省红十字会": 0, "武汉市红十字会": 3}[recipient]


@pytest.mark.django_db
def test_a_real_list_is_booked_to_the_fen(tmp_path: Path) -> None:
    ledger = shared_data("donations/redcross_2020_ledger.csv.gz")
    import gzip

    with gzip.open(ledger, "rt", encoding="utf-8") as lines:
        wanted = [line for line in lines if line.startswith(("source_file", "donate02.xls"))]
    file = tmp_path / "donate02.csv"
    file.write_text("".join(wanted), encoding="utf-8")
    organisation = foundation()
    report = import_donations(file=file, organisation_code=organisation.public_code, actor=SYSTEM)
    assert (report.taken, report.amount) == (1_633, 3_842_232_224)
    pool = Pool.objects.get(organisation=organisation)
    assert (pool.donations, pool.balance) == (1_633, 3_842_232_224)
    assert list(pools_against_rows()) == []
