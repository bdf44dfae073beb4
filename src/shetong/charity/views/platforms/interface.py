"""The interface explained to a platform's engineers; codes and steps come from the code itself."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shetong.charity.rules.certification import STEPS
from shetong.charity.rules.platform_bodies import LARGEST_BODY
from shetong.charity.rules.platform_errors import CALLS, RECORDS
from shetong.charity.rules.platform_records import MOST
from shetong.charity.services.platforms import money
from shetong.core.http_signatures import WINDOW
from shetong.registry.api import document

_METHODS = ("get", "post")


@require_safe
def interface(request: HttpRequest) -> HttpResponse:
    """How to begin, the operations, a whole example."""
    described = document()["paths"]
    context = {
        "base": f"{settings.PUBLIC_URL}/api/v1",
        "operations": [
            (method.upper(), path, gettext(item[method]["summary"]).partition("：")[2] or item[method]["summary"])
            for path, item in described.items()
            if "/platform/" in path
            for method in _METHODS
            if method in item
        ],
        "steps": [(gettext(step.title), gettext(step.how)) for step in STEPS],
        "most": MOST,
        "most_money": money.MOST,
        "largest": LARGEST_BODY // 1024 // 1024,
        "window": WINDOW,
        "minutes": settings.PLATFORM_TOKEN_MINUTES,
        "hours": settings.PLATFORM_REPORT_HOURS,
        "days": settings.PLATFORM_ARRIVAL_DAYS,
        "example": EXAMPLE.replace("http://127.0.0.1:8000", settings.PUBLIC_URL),
    }
    return render(request, "charity/platforms/interface.html", context)


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """Every code, what it means and what to do."""
    context = {
        "calls": [(one.code, one.status, gettext(one.title), gettext(one.action)) for one in CALLS],
        "records": [(one.code, gettext(one.title), gettext(one.action)) for one in RECORDS],
    }
    return render(request, "charity/platforms/errors.html", context)


# Runs as it stands (a test does): what is in capitals is the reader's own.
EXAMPLE = """from shetong.charity.platform_client import Client, private_key

program = Client("http://127.0.0.1:8000", CLIENT_ID, SECRET, private_key(PRIVATE_KEY))
world = program.me()["world"]
plan = program.plan(world["plan"])
program.publish(page="lunch-1", plan=plan["number"], title=plan["name"], purpose=plan["purpose"],
                starts_on=plan["starts_on"], ends_on=plan["ends_on"], target=plan["target"])
answer = program.donations([
    {"number": "20260501-0001", "page": "lunch-1", "amount": 5000,
     "donated_at": "2026-05-01T10:00:00+08:00", "name": "赵示范", "shown": "赵**"},
])
print(answer["taken"], answer["records"])
print(program.reconcile("2026-05-01", {"20260501-0001": 5000})["agreed"])
"""
