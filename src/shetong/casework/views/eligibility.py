"""A few questions before anything is filled in; the answers stand in the address and are kept nowhere."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shetong.casework import catalogue
from shetong.casework.rules import eligibility
from shetong.core.errors import NotFoundError


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether a matter is the right one, and say what the answers decide."""
    try:
        matter = catalogue.national(code)
    except NotFoundError:
        raise Http404 from None
    if not matter.eligibility:
        raise Http404
    answers = {check.name: request.GET.get(check.name, "") for check in matter.eligibility}
    asked = any(answers.values())
    verdict = eligibility.judge(matter.eligibility, answers) if asked else None
    offered = {one.code: one for one in catalogue.matters()}
    refusals = [(one, offered.get(one.instead)) for one in verdict.refusals] if verdict else []
    context = {
        "matter": matter,
        "verdict": verdict,
        "refusals": refusals,
        "questions": [
            (check, answers[check.name], asked and check.chosen(answers) is None) for check in matter.eligibility
        ],
    }
    return render(request, "casework/eligibility.html", context)
