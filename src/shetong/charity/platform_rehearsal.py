"""What a platform's program does, from the certification test to a day of raising money, by the reference client.

An example to copy from, the test's subject, and the demonstration's platform (``shetong demo-platform``).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from shetong.charity.platform_client import Client, Refused

BATCH = 5_000
CHINA = timezone(timedelta(hours=8))
_SURNAMES = "赵钱孙李周吴郑王冯陈"


def certify(program: Client) -> dict[str, bool]:
    """Walk through the certification test in the sandbox and return its steps."""
    yesterday = (datetime.now(CHINA) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    run = f"{random.randrange(36**6):06x}"  # noqa: S311 - a mark of this run
    page = f"page-{run}"

    def gift(number: object, **changes: Any) -> dict[str, Any]:
        at = (yesterday - timedelta(days=1)).isoformat()
        return {"number": f"{run}-{number}", "page": page, "amount": 100, "donated_at": at, **changes}

    world = program.me()["world"]
    given = {"content-type": "application/json", "idempotency-key": run}
    headers, _body, line = program.signed("POST", "/pages", given, b"{}")
    program.send((headers, b"{ }", line))
    request = program.signed("GET", "/me")
    program.send(request)
    program.send(request)
    program.qualification(world["organisation"])
    program.qualification(world["unqualified"])
    plan = program.plan(world["plan"])
    said = {"page": page, **{name: plan[name] for name in ("starts_on", "ends_on", "purpose", "target")}}
    _refused(lambda: program.publish(plan=plan["number"], title="别的名称", **said))
    program.publish(plan=plan["number"], title=plan["name"], **said)
    first = [gift(number) for number in range(3)]
    program.donations(first, packed=False)
    many = [gift(f"m{number}", donated_at=yesterday.isoformat()) for number in range(1_000)]
    program.donations(many, key=f"{run}-many")
    program.donations(many, key=f"{run}-many")
    _refused(lambda: program.donations(first, key=f"{run}-many"))
    program.donations(first)
    program.donations([gift("n", amount=-1), gift("f", currency="USD"), gift("p", project="X")])
    refund = {"amount": 100, "reason": "重复捐赠", "refunded_at": datetime.now(UTC).isoformat()}
    program.refunds([{"number": f"{run}-r1", "donation": f"{run}-0", **refund}])
    program.refunds([{"number": f"{run}-r2", "donation": f"{run}-later", **refund}])
    program.arrivals([_arrival(f"{run}-t", plan, 300, yesterday)])
    amounts = {one["number"]: one["amount"] for one in many}
    differing = {**amounts, f"{run}-m0": 1}
    program.reconcile(yesterday.date().isoformat(), differing)
    program.reconcile(yesterday.date().isoformat(), amounts)
    program.close(page)
    steps: dict[str, bool] = program.me()["steps"]
    return steps


@dataclass(slots=True)
class Raised:
    """What was raised: fen by the platform's number, and a donor's receipt."""

    amounts: dict[str, int] = field(default_factory=dict)
    taken: int = 0
    receipt: str = ""


def raise_funds(
    program: Client, plan_number: str, count: int, *, day: datetime | None = None, seed: int = 0, batch: int = BATCH
) -> Raised:
    """Verify, publish, take invented gifts, report them in batches, let the money arrive; return what was raised.

    ``day``: when the gifts were given (now where none is said).
    """
    plan = program.plan(plan_number)
    if not program.qualification(plan["organisation"])["may_publish"] or not plan["may_publish"]:
        raise SystemExit("不能发布：组织没有资格，或者备案没有列入本平台。")
    # The end of the number alone is that of every organisation's first plan of the year.
    page = f"page-{plan_number}".lower()
    said = {name: plan[name] for name in ("starts_on", "ends_on", "purpose", "target")}
    program.publish(page=page, plan=plan_number, title=plan["name"], **said)
    given_at = day or datetime.now(CHINA) - timedelta(minutes=5)
    raised = Raised()
    records = list(gifts(page, count, given_at, seed))
    for start in range(0, count, batch):
        part = records[start : start + batch]
        answer = program.donations(part)
        raised.taken += answer["taken"] + answer["duplicates"]
        raised.amounts |= {one["number"]: one["amount"] for one in part}
    if records:
        raised.receipt = program.donation(records[0]["number"])["receipt"]
        program.arrivals([_arrival(f"{page}-{seed}", plan, sum(raised.amounts.values()), given_at)])
    return raised


def gifts(page: str, count: int, given_at: datetime, seed: int) -> Iterator[dict[str, Any]]:
    """Yield invented gifts of 1 to 500 yuan."""
    chance = random.Random(f"{page} {seed}")  # noqa: S311 - invented data
    for number in range(count):
        surname = chance.choice(_SURNAMES)
        named = chance.random() < 0.7
        yield {
            "number": f"{page}-{seed}-{number:07}",
            "page": page,
            "amount": chance.choice((100, 500, 1_000, 2_000, 5_000, 10_000, 50_000)),
            "donated_at": (given_at - timedelta(seconds=count - number)).isoformat(),
            "name": f"{surname}示范" if named else "",
            "shown": f"{surname}**" if named else "",
        }


def _arrival(number: str, plan: Mapping[str, Any], amount: int, given_at: datetime) -> dict[str, Any]:
    return {
        "number": number,
        "plan": plan["number"],
        "amount": amount,
        "account_holder": plan["organisation_name"],
        "given_from": (given_at - timedelta(days=1)).isoformat(),
        "given_to": given_at.isoformat(),
        "arrived_at": given_at.isoformat(),
    }


def _refused(act: Callable[[], object]) -> None:
    """Do what must be refused."""
    try:
        act()
    except Refused:
        return
    raise RuntimeError("what should have been refused was not")
