"""Importing a list of donations that a charity published, and reconciling it with the totals printed in it."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.charity.models import Channel, DonationImport, DonorKind, Pool, Project
from shetong.charity.services.donations import Gift, receive
from shetong.charity.services.permission import Actor, authorise
from shetong.charity.services.pools import open_pool
from shetong.core.errors import InvalidInputError, NotFoundError
from shetong.registry.models import Organisation

BATCH = 5_000
COLUMNS = ("channel", "date", "amount_cny", "donor_masked", "donor_kind", "txn_no", "source_file", "recipient")
# What the publishers call their accounts; everything else is 其他.
CHANNELS = {
    "account": Channel.BANK,
    "bocom": Channel.BANK,
    "abc": Channel.BANK,
    "boc": Channel.BANK,
    "cash": Channel.CASH,
}
FOREIGN = frozenset({"usd"})


@dataclass(slots=True)
class DonationReport:
    """What an import read and did; ``amount`` in fen, ``rejected`` counts rows by reason.

    ``look_alikes``: rows without transaction number that repeat day, donor and amount of an earlier row of another
    table; nothing can tell whether they are the same gift.
    """

    rows: int = 0
    taken: int = 0
    amount: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    look_alikes: int = 0
    totals_equal: int = 0
    totals_differing: list[str] = field(default_factory=list)
    repeated: bool = False

    def reject(self, reason: str) -> None:
        """Count a row that cannot be taken."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1


def import_donations(
    *,
    file: Path,
    organisation_code: str,
    actor: Actor,
    recipient: str | None = None,
    project_number: str | None = None,
    published: Path | None = None,
    dry_run: bool = False,
) -> DonationReport:
    """Import a CSV (UTF-8, also gzipped) with the columns :data:`COLUMNS`; ``amount_cny`` in yuan.

    All good rows are taken in one transaction. Raises :class:`InvalidInputError` for a file that is none,
    :class:`NotFoundError`, :class:`ForbiddenError`.
    """
    organisation = Organisation.objects.filter(uscc=organisation_code.upper()).first()
    if organisation is None:
        raise NotFoundError(gettext("没有这个组织，请核对统一社会信用代码。"), code="organisation-not-found")
    authorise(actor, organisation)
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    report = DonationReport()
    rows = _rows(data, recipient)
    sums: Counter[str] = Counter()
    with transaction.atomic():
        pool = _pool(organisation, project_number)
        gifts = _gifts(rows, pool, report, sums)
        if dry_run or DonationImport.objects.filter(organisation=organisation, file_digest=digest).exists():
            report.repeated = not dry_run
            for _gift in gifts:
                pass
            transaction.set_rollback(True)
        else:
            while batch := list(islice(gifts, BATCH)):
                receive(gifts=batch, actor=actor, summary=f"导入{file.name}"[:200])
            DonationImport.objects.create(
                organisation=organisation,
                file_digest=digest,
                rows=report.rows,
                taken=report.taken,
                amount=report.amount,
                imported_at=timezone.now(),
            )
    if published is not None:
        _reconcile(published, recipient, sums, report)
    return report


def _pool(organisation: Organisation, project_number: str | None) -> Pool:
    if project_number is None:
        return open_pool(organisation=organisation)
    project = Project.objects.filter(number=project_number.upper()).first()
    if project is None:
        raise NotFoundError(gettext("没有这个慈善项目，请核对项目编号。"), code="project-not-found")
    return open_pool(organisation=organisation, project=project)


def _rows(data: bytes, recipient: str | None) -> Iterator[Mapping[str, str]]:
    try:
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    except (UnicodeDecodeError, OSError, EOFError) as error:
        raise InvalidInputError(gettext("文件无法读取，请另存为 UTF-8 编码的 CSV。"), code="file-unreadable") from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInputError(
            gettext("文件缺少这些列：%(missing)s。") % {"missing": "、".join(missing)}, code="columns-missing"
        )
    return (row for row in reader if recipient is None or row["recipient"] == recipient)


def _gifts(rows: Iterable[Mapping[str, str]], pool: Pool, report: DonationReport, sums: Counter[str]) -> Iterator[Gift]:
    """Read rows as gifts, counting what is read; ``sums`` adds up what each table says, rejected rows included."""
    numbers: set[tuple[str, str]] = set()
    seen: dict[tuple[str, str, str], str] = {}
    for row in rows:
        report.rows += 1
        fen = _fen(row["amount_cny"])
        sums[row["source_file"]] += fen or 0
        given_at = _moment(row["date"])
        key = row["channel"], row["txn_no"]
        if row["channel"] in FOREIGN:
            report.reject("外币，没有入账汇率")
        elif fen is None or fen <= 0:
            report.reject("金额不是正数")
        elif given_at is None:
            report.reject("没有日期")
        elif row["txn_no"] and key in numbers:
            report.reject("流水号重复")
        else:
            numbers.add(key)
            report.look_alikes += _seen_before(seen, row)
            report.taken += 1
            report.amount += fen
            yield _gift(row, pool, fen, given_at)


def _seen_before(seen: dict[tuple[str, str, str], str], row: Mapping[str, str]) -> bool:
    if row["txn_no"] or not row["donor_masked"]:
        return False
    first = seen.setdefault((row["date"], row["donor_masked"], row["amount_cny"]), row["source_file"])
    return first != row["source_file"]


def _gift(row: Mapping[str, str], pool: Pool, fen: int, given_at: datetime) -> Gift:
    name = "" if row["donor_kind"] in ("anonymous", "blank") else row["donor_masked"].strip()
    return Gift(
        pool=pool.pk,
        amount=fen,
        channel=CHANNELS.get(row["channel"], Channel.OTHER),
        donated_at=given_at,
        name=name,
        shown=name[:60],
        donor_kind=DonorKind.ORGANISATION if row["donor_kind"] == "org_or_group" else DonorKind.PERSON,
    )


def _fen(text: str) -> int | None:
    """Fen of an amount in yuan, rounded where a spreadsheet left parts of a fen; ``None`` where it is none."""
    try:
        return int((Decimal(text) * 100).to_integral_value())
    except (InvalidOperation, ValueError):
        return None


def _moment(text: str) -> datetime | None:
    try:
        return timezone.make_aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def _reconcile(published: Path, recipient: str | None, sums: Mapping[str, int], report: DonationReport) -> None:
    """Compare what was printed in each table with what its rows add up to."""
    with published.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if recipient is not None and row["recipient"] != recipient:
                continue
            printed, found = _fen(row["published_total"]), sums.get(row["source_file"], 0)
            if printed == found:
                report.totals_equal += 1
            else:
                report.totals_differing.append(f"{row['source_file']}：公布 {printed} 分，逐笔相加 {found} 分")
