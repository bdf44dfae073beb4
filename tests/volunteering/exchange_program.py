"""Another volunteer system for tests: its program, how it signs, what it sends."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from shetong.accounts.services import api_keys
from shetong.core import http_signatures as signatures
from shetong.core import pii
from shetong.volunteering.models import (
    Consent,
    Volunteer,
    VolunteerSystem,
)
from shetong.volunteering.rules import exchange as rules
from shetong.volunteering.services import (
    exchange_index,
    exchange_out,
)
from tests.registry.factories import register_organisation
from tests.volunteering import factories

BASE = "/api/v1/volunteering/exchange"
SHARED = "a key that designated systems share"


class Program:
    """A program of another system: its API key, its signing key, and how it asks."""

    def __init__(self, system: VolunteerSystem) -> None:
        self.system, self.signer = system, Ed25519PrivateKey.generate()
        self.key, self.secret = api_keys.create(
            owner=factories.person(), label=system.name, scopes=["volunteering.exchange"], rate_class="partner",
            expires_at=timezone.now() + timedelta(days=30), actor=None,
        )  # fmt: skip
        public = base64.b64encode(self.signer.public_key().public_bytes_raw()).decode()
        exchange_out.add_key(actor=None, system_code=system.code, api_key_prefix=self.key.prefix, key=public)

    def ask(self, method: str, path: str, body: Any = None, **changes: Any) -> Any:
        content = json.dumps(body).encode() if body is not None else b""
        address, _, query = path.partition("?")
        values = {
            "@method": method, "@authority": "testserver", "@path": f"{BASE}/{address}", "@query": f"?{query}",
            "authorization": f"Bearer {self.secret}", "content-type": "application/json",
            "content-digest": f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:",
        }  # fmt: skip
        names = list(values) if body is not None else list(values)[:5]
        given_ = {
            "created": int(time.time()), "keyid": self.key.prefix, "alg": "ed25519", "nonce": secrets.token_hex(8),
            "tag": "shetong-volunteering", **changes,
        }  # fmt: skip
        parameters = f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in names)})" + "".join(
            f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"' for name, value in given_.items()
        )
        signed = self.signer.sign(signatures.base(names, parameters, values.get))
        headers = {
            "Authorization": values["authorization"], "Signature-Input": f"sig={parameters}",
            "Signature": f"sig=:{base64.b64encode(signed).decode()}:", "Content-Digest": values["content-digest"],
        }  # fmt: skip
        if body is None:
            return Client().get(f"{BASE}/{path}", headers=headers)
        return Client().post(f"{BASE}/{path}", content, content_type="application/json", headers=headers)

    def send(self, kind: str, *items: dict[str, Any]) -> list[str]:
        answer = self.ask("POST", kind, list(items))
        assert answer.status_code == 200, answer.content
        return [item["outcome"] for item in answer.json()["items"]]

    def read(self, kind: str, after: int = 0, limit: int = 500) -> dict[str, Any]:
        answer = self.ask("GET", f"feeds/{kind}?after={after}&limit={limit}")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())


def system(code: str = "demo-city", *, certified: bool = True) -> VolunteerSystem:
    return VolunteerSystem.objects.create(
        code=code, name=f"示范平台{code}", organisation=register_organisation(), scope="region", covers="北京市",
        address="https://volunteer.example.org/", designated_on=timezone.localdate() - timedelta(days=9),
        document="民函〔2026〕1号", certified_at=timezone.now() if certified else None,
    )  # fmt: skip


def number_of(who: Volunteer) -> str:
    return pii.open_sealed(bytes(who.identity_sealed or b""), context="volunteer.identity_number")


def index_of(who: Volunteer) -> str:
    return rules.blind_index(number_of(who), key=SHARED.encode()).hex()


def known(transfers: bool = True, **given_: Any) -> Volunteer:
    """Return a volunteer with an exchange index, who agreed to the transfer of records."""
    who = factories.volunteer(**given_)
    if transfers:
        Consent.objects.create(volunteer=who, purpose="transfer", version="2026-11", given_at=timezone.now())
    exchange_index.make()
    return who


def record(
    who: Volunteer | str, number: str = "r1", version: int = 1, *, hour: int = 1, **given_: Any
) -> dict[str, Any]:
    start = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) - timedelta(days=5)
    index = who if isinstance(who, str) else index_of(who)
    return {
        "number": number, "version": version, "index": index, "start": start.isoformat(),
        "end": (start + timedelta(hours=2)).isoformat(), "minutes": 120, "field": "community", "content": "清理河道",
        **given_,
    }  # fmt: skip
