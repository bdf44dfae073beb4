"""A program of a fundraising platform: the reference client of docs/specs/platform-protocol.md.

Nothing but the standard library and ``cryptography``, and nothing of this project: copy the file and use it. A call
that is not answered is sent again, signed anew, with the same ``Idempotency-Key``, so nothing is reported twice.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import json
import secrets
import ssl
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

PREFIX = "/api/v1/platform"
TAG = "shetong-platform"
JSON, LINES = "application/json", "application/x-ndjson"
Headers = dict[str, str]
# Sends a request and returns status, headers (names in lower case) and body.
Send = Callable[[str, str, Headers, bytes], tuple[int, Mapping[str, str], bytes]]


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The interface refused a call: ``code`` is stable, ``problem`` the whole document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code') or problem.get('error')}: {problem.get('detail', '')}")
        self.status = status
        self.code = str(problem.get("code") or problem.get("error") or "")
        self.problem = problem


def public_key(key: Ed25519PrivateKey) -> str:
    """The public key as it is registered: base64 of its 32 octets."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def new_key() -> str:
    """A new private key: base64 of its 32 octets."""
    key = Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())).decode()


def private_key(text: str) -> Ed25519PrivateKey:
    """The private key of base64 of its 32 octets."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text))


def day_figures(amounts: Mapping[str, int]) -> dict[str, Any]:
    """Number, sum and hash of a day's donations, by the platform's number of each."""
    lines = "".join(f"{number},{amounts[number]}\n" for number in sorted(amounts))
    digest = hashlib.sha256(lines.encode("ascii")).hexdigest()
    return {"count": len(amounts), "amount": sum(amounts.values()), "digest": digest}


class Client:
    """A program with its keys. ``address``: ``https://host``; ``tries``: how often an unanswered call is sent."""

    def __init__(
        self,
        address: str,
        client_id: str,
        secret: str,
        key: Ed25519PrivateKey,
        *,
        send: Send | None = None,
        tries: int = 5,
        wait: float = 0.5,
    ) -> None:
        parts = urllib.parse.urlsplit(address)
        self.authority = parts.netloc.lower()
        self.client_id, self._secret, self._key = client_id, secret, key
        self._send = send or Connection(parts.scheme == "https", parts.netloc)
        self._tries, self._wait = tries, wait
        self._token, self._token_until = "", 0.0

    # What is asked.

    def me(self) -> dict[str, Any]:
        """Who I am, and how far the certification test is."""
        return self.get("/me")

    def qualification(self, code: str) -> dict[str, Any]:
        """Whether an organisation may raise funds in public."""
        return self.get(f"/qualifications/{code}")

    def plan(self, number: str) -> dict[str, Any]:
        """What was filed under a number."""
        return self.get(f"/plans/{number}")

    def donation(self, number: str) -> dict[str, Any]:
        """A donation that was taken, with the address of its receipt."""
        return self.get(f"/donations/{number}")

    # What is reported.

    def publish(self, **page: Any) -> dict[str, Any]:
        """Publish a page (``page``, ``plan``, ``title``, ``starts_on``, ``ends_on``, ``purpose``, ``target``)."""
        return self.post("/pages", page)

    def close(self, page: str) -> dict[str, Any]:
        """Close a page."""
        return self.post(f"/pages/{page}/close", None)

    def donations(self, records: Iterable[Mapping[str, Any]], *, key: str = "", packed: bool = True) -> dict[str, Any]:
        """Report donations, up to 5,000: as packed lines, or as one JSON document."""
        if packed:
            return self.post("/donations", list(records), key=key, lines=True)
        return self.post("/donations", {"donations": list(records)}, key=key)

    def refunds(self, records: Iterable[Mapping[str, Any]], *, key: str = "") -> dict[str, Any]:
        """Report refunds, up to 500."""
        return self.post("/refunds", {"refunds": list(records)}, key=key)

    def arrivals(self, records: Iterable[Mapping[str, Any]], *, key: str = "") -> dict[str, Any]:
        """Report what arrived on charities' accounts, up to 500."""
        return self.post("/arrivals", {"arrivals": list(records)}, key=key)

    def reconcile(self, day: str, amounts: Mapping[str, int]) -> dict[str, Any]:
        """Compare a day; where it differs, upload it and return the discrepancies as ``items`` too."""
        found = self.post("/reconciliations", {"day": day, **day_figures(amounts)})
        if not found["agreed"] and amounts:
            records = [{"number": number, "amount": amount} for number, amount in amounts.items()]
            found |= self.post(f"/reconciliations/{day}/records", records, lines=True)
        return found

    # How.

    def get(self, path: str) -> dict[str, Any]:
        """Ask. Raises :class:`Refused`."""
        return self._answer(lambda: self.signed("GET", path))

    def post(self, path: str, content: Any, *, key: str = "", lines: bool = False) -> dict[str, Any]:
        """Report, as JSON or as packed lines of JSON, under one idempotency key. Raises :class:`Refused`."""
        key = key or secrets.token_hex(16)
        headers = {"idempotency-key": key, "content-type": LINES if lines else JSON}
        if lines:
            body = gzip.compress("\n".join(_json(one) for one in content).encode(), 6, mtime=0)
            headers["content-encoding"] = "gzip"
        else:
            body = b"" if content is None else _json(content).encode()
        return self._answer(lambda: self.signed("POST", path, headers, body))

    def signed(
        self, method: str, path: str, headers: Headers | None = None, body: bytes = b""
    ) -> tuple[Headers, bytes, str]:
        """Return headers, body and path of a request, signed now."""
        whole = PREFIX + path
        given = {"authorization": f"Bearer {self.token()}", **(headers or {})}
        names = ["@method", "@authority", "@path", "@query", "authorization"]
        if method != "GET":
            given["content-digest"] = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
            names += ["content-digest", "content-type", "idempotency-key"]
        bare, _, query = whole.partition("?")
        derived = {"@method": method, "@authority": self.authority, "@path": bare, "@query": f"?{query}"}
        parameters = (
            f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in names)});created={int(time.time())}"
            f';nonce="{secrets.token_urlsafe(18)}";keyid="{self.client_id}";alg="ed25519";tag="{TAG}"'
        )
        base = [f'"{name}": {derived.get(name) or given[name]}' for name in names]
        message = "\n".join([*base, f'"@signature-params": {parameters}'])
        signature = base64.b64encode(self._key.sign(message.encode())).decode()
        given |= {"signature-input": f"sig={parameters}", "signature": f"sig=:{signature}:"}
        return given, body, f"{method} {whole}"

    def send(self, request: tuple[Headers, bytes, str]) -> tuple[int, dict[str, Any]]:
        """Send a signed request as it is and return status and answer."""
        headers, body, line = request
        method, _, path = line.partition(" ")
        status, _headers, answer = self._send(method, path, headers, body)
        return status, json.loads(answer or b"{}")

    def token(self) -> str:
        """The access token, a new one where it is about to end."""
        if time.monotonic() < self._token_until:
            return self._token
        basic = base64.b64encode(f"{self.client_id}:{self._secret}".encode()).decode()
        headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
        request = (headers, b"grant_type=client_credentials", f"POST {PREFIX}/token")
        found = self._answer(lambda: request)
        self._token = str(found["access_token"])
        self._token_until = time.monotonic() + int(found["expires_in"]) * 0.8
        return self._token

    def _answer(self, make: Callable[[], tuple[Headers, bytes, str]]) -> dict[str, Any]:
        """Send what ``make`` signs until it is answered; busy servers and broken connections are tried again."""
        for left in reversed(range(self._tries)):
            try:
                status, answer = self.send(make())
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                if not left:
                    raise
            else:
                if status < 400:
                    return answer
                if status not in (429, 502, 503, 504) or not left:
                    raise Refused(status, answer)
            time.sleep(self._wait * (self._tries - left))
        raise RuntimeError("never reached")


class Connection:
    """One kept connection, opened anew where it broke."""

    def __init__(self, secure: bool, host: str, seconds: float = 60) -> None:
        self._open: Callable[[], http.client.HTTPConnection] = (
            (lambda: http.client.HTTPSConnection(host, timeout=seconds, context=ssl.create_default_context()))
            if secure
            else (lambda: http.client.HTTPConnection(host, timeout=seconds))
        )
        self._connection: http.client.HTTPConnection | None = None

    def __call__(self, method: str, path: str, headers: Headers, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request and read its answer."""
        if self._connection is None:
            self._connection = self._open()
        try:
            self._connection.request(method, path, body or None, headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            raise
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
