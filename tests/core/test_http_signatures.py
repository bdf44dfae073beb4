"""Signed requests: the standard's own example, and headers that say anything."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import http_signatures as signatures


def test_the_example_of_the_standard_is_verified() -> None:
    """RFC 9421, appendix B.2.6."""
    signed = signatures.read(
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    )
    values = {
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "@method": "POST",
        "@path": "/foo",
        "@authority": "example.com",
        "content-type": "application/json",
        "content-length": "18",
    }
    key = base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    signatures.verify(signed, signatures.base(signed.names, signed.parameters, values.get), key)
    other = {**values, "@path": "/fo"}
    with pytest.raises(signatures.SignatureError):
        signatures.verify(signed, signatures.base(signed.names, signed.parameters, other.get), key)


@given(text=st.text(max_size=80), signature=st.text(max_size=40))
def test_no_header_breaks_the_reader(text: str, signature: str) -> None:
    for one in (text, f"sig=({text});created=1", f'sig=("@path");created=1;{text}'):
        with contextlib.suppress(signatures.SignatureError):
            signatures.read(one, signature)
