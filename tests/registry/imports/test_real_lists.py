"""The importer on lists that were really published; docs/real-data.md reports what these tests hold fast."""

from __future__ import annotations

from datetime import date

import pytest

from shetong.core.errors import InvalidInputError
from shetong.registry.services.imports.prepare import prepare
from shetong.registry.services.imports.sources import open_source
from tests.shared import shared_data

CRAWLED = date(2017, 12, 31)


def test_the_published_foundations_go_in_but_for_three() -> None:
    source = open_source(shared_data("orgs/foundations_uscc_2017.csv"))
    assert len(source.heading.recognised) == 11
    (chunk,) = prepare(source, CRAWLED, done=(), rows=1000)
    assert (chunk.count, len(chunk.rows), chunk.repeated) == (210, 207, 0)
    reasons = [reason for reasons in chunk.rejected.values() for reason in reasons]
    assert sum("校验码" in reason for reason in reasons) == 2
    assert sum("元还是万元" in reason for reason in reasons) == 1
    assert chunk.notes == {
        "金额没有写明元或万元，按法定最低数额判断": 113,
        "没有登记管理机关，按统一社会信用代码记载": 24,
        "行政区划按住所地址判断": 204,
        "没有住所，行政区划按登记管理机关记载": 4,
        "没有法定代表人": 9,
        "没有成立登记日期或为占位日期": 22,
    }
    assert set(chunk.rows["kind"]) == {"FD"}
    smallest = chunk.rows["registered_funds"].min()
    assert isinstance(smallest, int)
    assert smallest > 1_000_000


@pytest.mark.parametrize(
    "name",
    [
        "orgs/foundations_profile_2013.csv",
        "orgs/foundation_name_changes_2013_2015.csv",
        "orgs/national_societies_cast_2018.csv",
        "orgs/local_orgs_named_in_notices.csv",
        "orgs/social_org_names_in_donor_ledger.csv",
        "illegal_orgs/illegal_orgs.csv",
    ],
)
def test_a_list_without_codes_is_refused_by_naming_the_column(name: str) -> None:
    with pytest.raises(InvalidInputError, match="表头缺少“统一社会信用代码”") as refused:
        open_source(shared_data(name))
    assert refused.value.code == "file-heading"
