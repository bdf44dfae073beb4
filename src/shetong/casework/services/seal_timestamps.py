"""Time stamps (RFC 3161) for sealed documents, from the time-stamping authority that is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from shetong.ledger import peers

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper


def stamper() -> TimeStamper | None:
    """Return what asks the authority of ``SEALS_TSA_URL``; ``None`` without one."""
    if not settings.SEALS_TSA_URL:
        return None
    from asn1crypto import tsp
    from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

    class Asker(TimeStamper):
        """Asks over HTTP."""

        async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
            """Send one request and return the answer."""
            try:
                status, answer = peers.request(
                    "POST",
                    settings.SEALS_TSA_URL,
                    body=req.dump(),
                    content_type="application/timestamp-query",
                    seconds=settings.LEDGER_PEER_SECONDS,
                )
            except peers.PeerError as error:
                raise TimestampRequestError(str(error)) from error
            if status != 200:
                raise TimestampRequestError(f"the time-stamping authority answers {status}")
            return tsp.TimeStampResp.load(answer)

    return Asker()  # type: ignore[no-untyped-call] # of the library
