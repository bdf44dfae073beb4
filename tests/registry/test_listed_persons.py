"""Lists of dishonest people: taken over by index only, found when they apply, let go when removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from shetong.accounts.models import AuditEvent
from shetong.casework import catalogue
from shetong.casework.services import early, submission
from shetong.core.errors import ForbiddenError, InvalidInputError
from shetong.registry.models import ListedPerson
from shetong.registry.services.listed_persons import import_list
from tests.casework import factories
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db
HEAD = "姓名,证件号码,列入事由,列入机关,文号,列入日期,移出日期\n"


def listed(path: Path, *rows: str) -> Path:
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8-sig")
    return path


def test_who_is_listed_is_found_in_an_application_until_removed(tmp_path: Path) -> None:
    number = registry.identity_number()
    row = f"甲,{number},拒不履行,示范法院,示执1号,2024-01-02,"
    report = import_list(listed(tmp_path / "a.csv", row), list_name="失信被执行人名单", actor=None)
    assert (report.taken, report.rejected) == (1, [])
    case = factories.draft(founders=[factories.person(identity_number=number)])
    matter = catalogue.national(case.matter)
    (found,) = [one for one in submission.check(case, matter) if one.code == "listed-person"]
    assert found.internal
    assert "listed-person" not in {one.code for one in early.findings(case, matter)}
    assert "示执1号" in found.message
    import_list(listed(tmp_path / "b.csv", f"{row}2025-01-02"), list_name="失信被执行人名单", actor=None)
    assert ListedPerson.objects.count() == 1
    assert not [one for one in submission.check(case, matter) if one.code == "listed-person"]
    assert number not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_faulty_rows_come_back_with_their_reason(tmp_path: Path) -> None:
    rows = ("乙,110105197005040000,事由,机关,1号,2024-01-02,", f"丙,{registry.identity_number()},,机关,2号,2024-01-02,")
    report = import_list(listed(tmp_path / "a.csv", *rows), list_name="名单", actor=None)
    assert [line for line, _ in report.rejected] == [2, 3]
    (tmp_path / "c.csv").write_text("姓名\n", "utf-8")
    with pytest.raises(InvalidInputError, match="缺少列"):
        import_list(tmp_path / "c.csv", list_name="名单", actor=None)
    with pytest.raises(ForbiddenError):
        import_list(listed(tmp_path / "a.csv"), list_name="名单", actor=factories.registrar())
