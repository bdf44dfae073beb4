"""Thousands who press at once: real concurrent transactions."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from shetong.volunteering.models import (
    HOLDING,
    Consent,
    Doubt,
    HoursEvent,
    PresenceAct,
    RecordState,
    ServiceRecord,
    Shift,
    Signup,
    SignupState,
    StaffRole,
    SystemNumber,
    TeamStaff,
    VolunteerTotal,
)
from shetong.volunteering.rules import codes
from shetong.volunteering.services import attendance, closing, foreign, hours, places
from shetong.volunteering.services.signups import Answer, SignupRefusedError, sign_up
from tests.casework.test_races import at_once
from tests.volunteering import factories

pytestmark = pytest.mark.django_db(transaction=True)


def assert_counts_are_true() -> None:
    """What a shift counts is what its sign-ups say."""
    counted = Shift.objects.annotate(
        held=Count("signups", filter=Q(signups__state__in=HOLDING)),
        queued=Count("signups", filter=Q(signups__state=SignupState.WAITING)),
    )
    assert all((shift.taken, shift.waiting) == (shift.held, shift.queued) for shift in counted)


def test_five_places_and_twenty_four_people() -> None:
    shift = factories.shift(places=5, waiting_limit=10)
    people = [factories.volunteer() for _ in range(24)]
    results = at_once([lambda who=who: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for who in people])
    answers = [result for result in results if isinstance(result, Answer)]
    assert sum(answer.state == SignupState.HELD for answer in answers) == 5
    assert sorted(answer.queue for answer in answers if answer.queue) == list(range(1, 11))
    assert sum(isinstance(result, SignupRefusedError) and result.code == "full" for result in results) == 9
    assert_counts_are_true()
    tickets = Signup.objects.filter(shift=shift).order_by("ticket").values_list("state", flat=True)
    assert list(tickets) == ["held"] * 5 + ["waiting"] * 10


def test_one_person_who_presses_everywhere_has_one_place() -> None:
    shifts = [factories.shift(hour=9 + number % 2) for number in range(8)]
    who = factories.volunteer()
    results = at_once([lambda shift=shift: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for shift in shifts])
    assert sum(isinstance(result, Answer) for result in results) == 1
    assert {result.code for result in results if isinstance(result, SignupRefusedError)} == {"clash"}
    assert_counts_are_true()


def test_pressing_twice_is_one_sign_up() -> None:
    shift, who = factories.shift(), factories.volunteer()
    results = at_once([lambda: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for _ in range(8)])
    assert len({answer.signup_id for answer in results}) == 1
    assert sum(answer.new for answer in results) == 1
    assert_counts_are_true()


def test_withdrawals_and_sign_ups_at_once_keep_the_counts_true() -> None:
    shift = factories.shift(places=3)
    people = [factories.volunteer() for _ in range(8)]
    signups = [sign_up(shift_id=shift.pk, volunteer_id=who.pk).signup_id for who in people]
    newcomers = [factories.volunteer() for _ in range(6)]
    acts = [
        *(lambda pk=pk, who=who: places.withdraw(signup_id=pk, actor=who.user)
          for pk, who in list(zip(signups, people, strict=True))[:6]),
        *(lambda who=who: sign_up(shift_id=shift.pk, volunteer_id=who.pk) for who in newcomers),
    ]  # fmt: skip
    random.Random(5).shuffle(acts)
    at_once(acts)
    places.move_up(shift_id=shift.pk)
    assert_counts_are_true()
    shift.refresh_from_db()
    assert shift.taken == 3


def write(volunteer: int, start: str, minutes: int = 60, state: str = "confirmed") -> None:
    """Write a record as somebody at the database's own prompt would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO volunteering_servicerecord (volunteer_id, during, minutes, field, division_code, place,"
            " content, state, flags, source, source_number, recorded_at, demo) SELECT %s, tstzrange(at, at + %s *"
            " interval '1 minute'), %s, 'care', '110105', '', '', %s, '{}', '', '', now(), false"
            " FROM CAST(%s AS timestamptz) AS at", [volunteer, minutes, minutes, state, start],
        )  # fmt: skip


def refused(act: Any, *args: Any) -> str:
    """Do it in a transaction of its own and return the constraint that refused it, if any."""
    try:
        with transaction.atomic():
            act(*args)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    return ""


def test_the_database_counts_no_time_twice() -> None:
    who = factories.volunteer().pk
    for start in ("2026-03-01 08:00+08", "2026-03-01 12:00+08", "2026-03-01 09:00+08"):
        assert refused(write, who, start) == ""
    for start, minutes in (
        ("2026-03-01 08:59+08", 2), ("2026-03-01 07:00+08", 1_440), ("2026-03-01 12:20+08", 1),
        ("2026-03-01 11:59+08", 2),
    ):  # fmt: skip
        assert refused(write, who, start, minutes) == "record_counted_once", start
    assert refused(write, who, "2026-03-01 12:20+08", 10, "flagged") == ""
    assert refused(write, factories.volunteer().pk, "2026-03-01 12:20+08") == ""
    records = ServiceRecord.objects.filter(volunteer=who)
    assert refused(lambda: records.filter(state="flagged").update(state="objected")) == "record_counted_once"
    # Only what changes of what counts is looked at, and moving is a change.
    assert refused(lambda: records.update(place="某地", minutes=10)) == ""
    moved = "tstzrange(lower(during) + interval '30 minutes', upper(during) + interval '30 minutes')"
    assert refused(lambda: records.filter(state="confirmed").update(during=RawSQL(moved, []))) == ""
    first = records.filter(state="confirmed").order_by("during")[0].pk
    assert refused(lambda: records.filter(pk=first).update(during=RawSQL(moved, []))) == "record_counted_once"
    assert VolunteerTotal.objects.get(pk=who).minutes == 30


def test_who_writes_overlapping_time_at_once_is_refused_but_for_one() -> None:
    who, starts = factories.volunteer().pk, ["08:00", "08:30", "08:59", "07:01"]
    acts = [lambda start=start: refused(write, who, f"2026-03-01 {start}+08") for start in starts]
    for known in (False, True):  # whose total has to be made, and who has one
        said = at_once(acts)
        counted = ServiceRecord.objects.filter(volunteer=who, state="confirmed")
        ends = [(one.during.lower, one.during.upper) for one in counted.order_by("during")]
        assert all(before[1] <= after[0] for before, after in pairwise(ends))
        assert said.count("") == (0 if known else len(ends))
    # The second waits for the first, whoever is first, and sees what the first wrote.
    other = factories.volunteer().pk
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        write(other, "2026-03-01 08:00+08")
        waiting = pool.submit(closing_connection, refused, write, other, "2026-03-01 08:30+08")
        while not blocked():
            assert not waiting.done()
    assert waiting.result(timeout=20) == "record_counted_once"


def closing_connection(act: Any, *args: Any) -> Any:
    """Do it and close the thread's connection."""
    try:
        return act(*args)
    finally:
        connection.close()


def blocked() -> bool:
    """Return whether somebody waits for a lock of this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def test_batches_of_the_same_people_in_any_order_neither_lock_crosswise_nor_count_twice() -> None:
    people = [factories.volunteer().pk for _ in range(12)]
    Consent.objects.bulk_create(
        Consent(volunteer_id=pk, purpose="transfer", version="1", given_at=timezone.now()) for pk in people
    )
    for system in "abcd":
        SystemNumber.objects.bulk_create(
            SystemNumber(volunteer_id=pk, system=system, number=str(pk), since=timezone.now()) for pk in people
        )

    def come(system: str, order: list[int]) -> foreign.Imported:
        starts = [1_700_000_000 + 600 * "abcd".index(system)] * len(order)
        numbers, same = [str(pk) for pk in order], len(order)
        return foreign.take_in(
            actor="system:test", source=system, batch="1", confirmer="来源系统",
            columns=foreign.Columns(
                numbers, numbers, [""] * same, starts, [at + 3_600 for at in starts],
                [60] * same, ["care"] * same, ["110105"] * same, [""] * same, [""] * same,
            ),
        )  # fmt: skip

    orders = [people, people[::-1], people[6:] + people[:6], people[::2] + people[1::2]]
    plain = [lambda pk=pk: refused(write, pk, "2023-11-14 22:50+00") for pk in people[:3]]
    done = at_once([*(lambda s=s, o=o: come(s, o) for s, o in zip("abcd", orders, strict=True)), *plain])
    assert sum(one.batch.counted for one in done[:4]) + done[4:].count("") == len(people)
    assert sum(one.batch.flagged for one in done[:4]) == 3 * len(people) + done[4:].count("")
    counted = ServiceRecord.objects.filter(state="confirmed").values("volunteer").annotate(n=Count("pk"))
    assert {row["n"] for row in counted} == {1}
    assert Doubt.objects.filter(kind="overlap", other__isnull=False).count() == 3 * len(people) + done[4:].count("")


def test_leaving_while_the_session_is_closed_and_confirming_twice_make_one_record() -> None:
    shift = factories.running(ago=120, minutes=119, places=4)
    boss = factories.leader_of(shift.post.activity.team)
    secret = attendance.open_code(actor=boss, session_id=shift.session_id)
    signups = [factories.held(shift) for _ in range(4)]
    for signup in signups:
        attendance.mark(actor=boss, signup_id=signup.pk, came=signup.during.lower, left=None, reason="现场确认")
    code = codes.code(secret, codes.step_at(timezone.now()))
    acts: list[Callable[[], object]] = [
        partial(attendance.scan, actor=signup.volunteer.user, session_id=shift.session_id, code=code,
                act=PresenceAct.OUT)
        for signup in signups
    ]  # fmt: skip
    acts.insert(2, partial(closing.close, session_id=shift.session_id))
    assert not [result for result in at_once(acts) if isinstance(result, Exception)]
    waiting = ServiceRecord.objects.filter(state=RecordState.PENDING)
    assert sorted(waiting.values_list("signup", flat=True)) == [signup.pk for signup in signups]
    assert all("unclosed" not in record.flags for record in waiting)
    organisers = [factories.person() for _ in range(2)]
    for user in organisers:
        TeamStaff.objects.create(
            team=shift.post.activity.team, user=user, role=StaffRole.ORGANISER, since=timezone.now(), granted_by="系统"
        )
    ids = list(waiting.values_list("pk", flat=True))
    done = at_once([partial(hours.confirm, actor=user, record_ids=ids) for user in organisers])
    assert sorted(pk for one in done for pk in one.counted) == sorted(ids)
    assert sorted(pk for one in done for pk in one.refused) == sorted(ids)
    assert HoursEvent.objects.filter(act="confirm").count() == len(ids)
