"""Asking for a trial of a changed rule, and running it as a job that tells how far it is."""

from __future__ import annotations

from datetime import date

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework import catalogue
from shetong.casework.models import Case, Trial, TrialState
from shetong.casework.queries import matters
from shetong.casework.queries import trials as queries
from shetong.casework.rules import forms
from shetong.casework.rules import trials as rules
from shetong.casework.rules.matters import Values
from shetong.casework.rules.trials import Change
from shetong.casework.services import answers, moves
from shetong.core import divisions, statutes
from shetong.core.errors import ConflictError, DomainError, InvalidInputError

logger = structlog.get_logger(__name__)

RUN_TASK = "casework.run_trial"


@transaction.atomic
def ask(*, actor: User, matter: str, division_code: str, first_day: date, last_day: date, change: Change) -> Trial:
    """Ask for a trial on the cases decided in a period; a job runs it.

    Raises :class:`InvalidInputError` for a change that changes nothing or names what the matter does not have.
    """
    check(matter, division_code, first_day, last_day, change)
    permissions.require(actor, Permission.MATTER_MANAGE, division_code)
    cases = queries.past(matter, division_code, first_day, last_day).count()
    if cases > queries.MOST_CASES:
        raise ConflictError(
            gettext("这段时间有%(cases)s件，一次最多试算%(most_cases)s件，请缩短时间或者缩小地区。")
            % {"cases": cases, "most_cases": queries.MOST_CASES}
        )
    trial = Trial.objects.create(
        matter=matter,
        division_code=division_code,
        first_day=first_day,
        last_day=last_day,
        change=change.as_json(),
        cases=cases,
        asked_by=actor,
        asked_at=timezone.now(),
    )
    audit.record(
        actor=actor,
        action="trial.ask",
        target=trial,
        jurisdiction=division_code,
        detail={"matter": matter, "cases": cases, "change": change.as_json()},
    )
    app.configure_task(RUN_TASK, queue="casework").defer(trial_id=trial.pk)
    return trial


def check(matter: str, division_code: str, first_day: date, last_day: date, change: Change) -> None:
    """Raise :class:`InvalidInputError` where a trial cannot be run, by field."""
    faults = {}
    declared = catalogue.national(matter)
    if divisions.get(division_code) is None and division_code != divisions.NATION:
        faults["division_code"] = gettext("请填写六位行政区划代码，全国填 100000。")
    if last_day < first_day:
        faults["last_day"] = gettext("末日不能早于首日。")
    known = statutes.parameters()
    if unknown := [key for key in change.parameters if key not in known or not declared.tries(key)]:
        faults["parameter"] = gettext("这个事项的核查不用参数“%(list)s”，请从清单中选择。") % {
            "list": "、".join(unknown)
        }
    if change == Change():
        faults["decision_number"] = gettext("请至少改变一项。")
    if not faults:
        try:
            rules.changed(matters.in_force(declared.code, division_code), change)
        except ValueError:
            faults["without_steps"] = gettext("所选的环节或者材料在本地区的这个事项中没有，或者不能省去。")
    if faults:
        raise InvalidInputError(gettext("试算条件有误，请改正后重试。"), fields=faults)


def run(trial_id: int) -> None:
    """Run a trial that waits, and keep what came out, or why nothing did.

    One that was cut off is run again from the beginning; where the database cannot be reached the job comes again.
    """
    trial = Trial.objects.get(pk=trial_id)
    if trial.state in (TrialState.DONE, TrialState.FAILED):
        return
    Trial.objects.filter(pk=trial_id).update(state=TrialState.RUNNING, done=0)
    cases = queries.past(trial.matter, trial.division_code, trial.first_day, trial.last_day)

    def progress(done: int) -> None:
        Trial.objects.filter(pk=trial_id).update(done=min(done, trial.cases))

    try:
        change = rules.from_json(trial.change)
        tally = queries.run(cases, change, open_form, progress)
    except OperationalError:
        raise
    except DomainError as error:
        _failed(trial, error.message)
        return
    except Exception as error:
        # Whatever it was must not leave a trial that runs for ever: people are told, the log tells the rest.
        logger.exception("trial.failed", trial=trial_id)
        _failed(trial, f"试算程序出错（{type(error).__name__}，试算{trial_id}号），请联系系统管理员查看日志。")
        return
    Trial.objects.filter(pk=trial_id).update(
        state=TrialState.DONE,
        cases=tally.tried,
        done=tally.tried,
        result=tally.as_json(change),
        ended_at=timezone.now(),
    )


def _failed(trial: Trial, failure: str) -> None:
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.FAILED, failure=failure[:300], ended_at=timezone.now())
    audit.record(
        actor=moves.SYSTEM,
        action="trial.fail",
        target=trial,
        jurisdiction=trial.division_code,
        detail={"matter": trial.matter},
    )


def open_form(case: Case) -> Values:
    """Return the answers of a case in the clear, for the checks of a trial; never for pages."""
    matter = matters.of(case)
    return forms.flat(matter, answers.whole(case))
