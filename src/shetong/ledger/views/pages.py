"""Pages about the logs. What they claim, the visitor's browser verifies itself (``frontend/src/log.ts``)."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shetong.core.errors import NotFoundError
from shetong.ledger.models import Log
from shetong.ledger.queries import overview as queries
from shetong.ledger.queries import tree
from shetong.ledger.rules import entry_types
from shetong.ledger.views.words import log_title, words


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All logs with size, checkpoint, witnesses and anchors; a look-up of receipts."""
    asked = request.GET.get("q", "")
    found = queries.find(asked) if asked.strip() else None
    if found is not None:
        return redirect("ledger:receipt-page", *found)
    logs = [{"state": state, "title": log_title(state.name)} for state in queries.overview()]
    context = {"logs": logs, "asked": asked, "missing": bool(asked.strip()), "data": _data()}
    response = render(request, "ledger/overview.html", context)
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def receipt(request: HttpRequest, log: str, reference: str) -> HttpResponse:
    """The receipt of one act, fetched and verified by the browser."""
    try:
        home = tree.log_named(log)
        found = tree.receipt(home, reference)
    except NotFoundError as error:
        if error.code == "entry-pending":
            return render(request, "ledger/receipt.html", {"pending": error.message, "data": _data()})
        raise Http404 from error
    content: dict[str, Any] = json.loads(found.entry)
    known = entry_types.find(content.get("type"), content.get("version"))
    context = {
        "log": log,
        "reference": reference,
        "index": found.index,
        "number": found.index + 1,
        "title": _(known.title) if known else reference,
        "log_title": log_title(log),
        "data": _data(),
    }
    return render(request, "ledger/receipt.html", context)


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Verify a receipt from a QR code, a file or a paste; it never leaves the browser."""
    return render(request, "ledger/receipt.html", {"data": _data()})


def _data() -> str:
    """What the browser needs to know: the logs with their addresses, the types of entries, and what to say."""
    logs = [
        {
            "name": log.name,
            "origin": log.origin,
            "title": log_title(log.name),
            "checkpoint": reverse("ledger:checkpoint", args=[log.name]),
            "keys": reverse("ledger:keys", args=[log.name]),
            "consistency": reverse("ledger:consistency", args=[log.name, 0, 1]).removesuffix("0/1"),
        }
        for log in Log.objects.order_by("name")
    ]
    kinds = {
        f"{known.name}/{known.version}": {
            "title": _(known.title),
            "fields": {field.name: _(field.label) for field in known.fields if field.label},
            "values": {
                field.name: {value: _(said) for value, said in field.words} for field in known.fields if field.words
            },
        }
        for known in entry_types.known()
    }
    return json.dumps({"logs": logs, "types": kinds, "words": words()}, ensure_ascii=False)
