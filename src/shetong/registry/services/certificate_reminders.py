"""Telling an organisation's people that its certificate's validity ends, some time before it does."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse

from shetong.accounts.models import Topic
from shetong.accounts.services import messages
from shetong.casework.queries import mandates
from shetong.registry.models import Organisation, Status
from shetong.store.each import each

# The second reminder, in days before the end.
LAST_CALL_DAYS = 15


def remind(*, today: date) -> int:
    """Remind of validities that end within ``CERTIFICATE_WARNING_DAYS``, and once more near the end; return how many.

    Each end is told of twice at most, whatever is run again; a certificate without an end never.
    """
    ending = Organisation.objects.filter(
        status=Status.NORMAL,
        certificate_valid_to__range=(today, today + timedelta(days=settings.CERTIFICATE_WARNING_DAYS)),
    )
    return each(
        list(ending.order_by("pk").values_list("pk", flat=True)),
        lambda pk: _tell(pk, today),
        run="registry.remind_of_certificates",
    )


def _tell(pk: int, today: date) -> int:
    organisation = Organisation.objects.filter(pk=pk).first()
    last = organisation.certificate_valid_to if organisation else None
    if organisation is None or last is None:
        return 0
    code = organisation.public_code
    call = "last" if (last - today).days <= LAST_CALL_DAYS else "first"
    return messages.send_all(
        to=mandates.people_of(code),
        topic=Topic.REGISTER,
        key=f"certificate:{code}:{last}:{call}",
        title=f"登记证书将于{last}到期：{organisation.name}",
        text=f"证书有效期到{last}为止，到期以后核验会显示已经过期。请在到期以前与登记管理机关联系换证。",
        url=reverse("registry:organisation", args=[code]),
    )
