"""COSE_Sign1: published vectors, other implementations as judges, and every alteration refused."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycose.keys import OKPKey
from pycose.messages import Sign1Message

from shetong.core import cose
from tests.shared import shared_data

PRIVATE, PUBLIC = (bytes(range(32)), bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"))
payloads = st.binary(max_size=400)


def _sign(payload: bytes = b"payload") -> bytes:
    return cose.sign1(payload, private_key=PRIVATE)


def _assemble(protected: object, unprotected: object, payload: object, signature: object, tag: int = 18) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(tag, [protected, unprotected, payload, signature]))


def _case(path: str) -> dict[str, Any]:
    lines = shared_data(_VECTORS).read_text().splitlines()
    return next(entry["case"] for entry in map(json.loads, lines) if entry["path"] == path)


_VECTORS = "vectors/cose_cwt_base45/cose_wg_examples.jsonl"


class TestPublishedVectors:
    def test_the_working_groups_ed25519_message_verifies(self) -> None:
        case = _case("eddsa-examples/eddsa-sig-01.json")
        key = case["input"]["sign0"]["key"]
        message = cose.parse_sign1(bytes.fromhex(case["output"]["cbor"]), foreign=True)
        assert message.verify(bytes.fromhex(key["x_hex"])) == case["input"]["plaintext"].encode()

    def test_the_signature_structure_is_the_published_one(self) -> None:
        case = _case("eddsa-examples/eddsa-sig-01.json")
        expected = bytes.fromhex(case["intermediates"]["ToBeSign_hex"])
        assert cose._to_be_signed(bytes.fromhex("A201270300"), b"", b"This is the content.") == expected

    def test_ed448_under_the_same_algorithm_number_is_refused(self) -> None:
        case = _case("eddsa-examples/eddsa-sig-02.json")
        with pytest.raises(cose.CoseError, match="64"):
            cose.parse_sign1(bytes.fromhex(case["output"]["cbor"]), foreign=True)

    @pytest.mark.parametrize("number", ["fail-01", "fail-02", "fail-03", "fail-04", "pass-01", "pass-02", "pass-03"])
    def test_messages_of_other_algorithms_tags_or_none_are_refused(self, number: str) -> None:
        case = _case(f"sign1-tests/sign-{number}.json")
        with pytest.raises(cose.CoseError):
            cose.parse_sign1(bytes.fromhex(case["output"]["cbor"]), foreign=True)

    def test_the_claims_of_the_cwt_specification_decode(self) -> None:
        case = _case("CWT/A_3.json")
        claims = cose.decode(bytes.fromhex(case["input"]["plaintext_hex"]))
        assert isinstance(claims, dict)
        assert (claims[1], claims[4], claims[7]) == ("coap://as.example.com", 1444064944, b"\x0b\x71")

    def test_foreign_health_certificates_are_refused_not_misread(self) -> None:
        lines = shared_data("vectors/cose_cwt_base45/eu_dgc_testdata.jsonl").read_text().splitlines()
        messages = [entry["case"].get("COSE") for entry in map(json.loads, lines)]
        for message in [m for m in messages if m][:200]:
            with pytest.raises(cose.CoseError):
                cose.parse_sign1(bytes.fromhex(message))


class TestOtherImplementationsAgree:
    @given(payloads)
    def test_pycose_verifies_what_we_sign(self, payload: bytes) -> None:
        # Sign1Message.decode stumbles over cbor2 6, which freezes what is inside a tag: hand the parts over untagged.
        message = Sign1Message.from_cose_obj(cbor2.loads(_sign(payload)[1:]), True)
        message.key = OKPKey.from_dict(cose.cose_key(PUBLIC))
        assert message.verify_signature()
        assert message.payload == payload

    @given(payloads)
    def test_we_verify_what_pycose_signs(self, payload: bytes) -> None:
        from pycose.algorithms import EdDSA
        from pycose.headers import KID, Algorithm

        message = Sign1Message(phdr={Algorithm: EdDSA, KID: cose.key_id(PUBLIC)}, payload=payload)
        message.key = OKPKey.from_dict({1: 1, -1: 6, -2: PUBLIC, -4: PRIVATE})
        assert cose.parse_sign1(message.encode()).verify(PUBLIC) == payload

    def test_both_make_the_same_octets(self) -> None:
        """Ed25519 is deterministic and so is the encoding: there is one right answer."""
        from pycose.algorithms import EdDSA
        from pycose.headers import KID, Algorithm

        message = Sign1Message(phdr={Algorithm: EdDSA, KID: cose.key_id(PUBLIC)}, payload=b"same")
        message.key = OKPKey.from_dict({1: 1, -1: 6, -2: PUBLIC, -4: PRIVATE})
        assert message.encode() == _sign(b"same")


class TestAlterationIsRefused:
    @given(payload=payloads, position=st.integers(0, 10_000), bit=st.integers(0, 7))
    def test_any_flipped_bit(self, payload: bytes, position: int, bit: int) -> None:
        message = bytearray(_sign(payload))
        message[position % len(message)] ^= 1 << bit
        with pytest.raises(cose.CoseError):
            cose.parse_sign1(bytes(message)).verify(PUBLIC)

    @given(payload=payloads, cut=st.integers(1, 600), rest=st.binary(min_size=1, max_size=20))
    def test_cut_off_or_prolonged(self, payload: bytes, cut: int, rest: bytes) -> None:
        message = _sign(payload)
        for altered in (message[: -min(cut, len(message))], message + rest):
            with pytest.raises(cose.CoseError):
                cose.parse_sign1(altered)

    @given(st.binary(max_size=2100))
    def test_garbage(self, garbage: bytes) -> None:
        with pytest.raises(cose.CoseError):
            cose.parse_sign1(b"\xd2" + garbage)

    def test_another_key(self) -> None:
        with pytest.raises(cose.SignatureError):
            cose.parse_sign1(_sign()).verify(cose.generate_key()[1])

    def test_other_associated_data(self) -> None:
        with pytest.raises(cose.SignatureError):
            cose.parse_sign1(_sign()).verify(PUBLIC, external_aad=b"x")


class TestHeaders:
    @pytest.mark.parametrize("algorithm", [-7, 5, -35, -19, "EdDSA", None, -8.0, True])
    def test_the_algorithm_cannot_be_chosen_by_the_sender(self, algorithm: object) -> None:
        message = _assemble(cbor2.dumps({1: algorithm}, canonical=True), {}, b"", bytes(64))
        with pytest.raises(cose.AlgorithmError):
            cose.parse_sign1(message)

    def test_an_algorithm_in_the_unprotected_header_does_not_count(self) -> None:
        with pytest.raises(cose.AlgorithmError):
            cose.parse_sign1(_assemble(b"", {1: -8}, b"", bytes(64)), foreign=True)

    def test_the_unprotected_header_must_be_empty(self) -> None:
        with pytest.raises(cose.CoseError, match="必须为空"):
            cose.parse_sign1(_assemble(cbor2.dumps({1: -8}), {4: b"other"}, b"", bytes(64)))

    def test_a_key_id_in_the_unprotected_header_is_not_read(self) -> None:
        message = cose.parse_sign1(_assemble(cbor2.dumps({1: -8}), {4: b"other"}, b"", bytes(64)), foreign=True)
        assert message.key_id is None

    @pytest.mark.parametrize("header", [{1: -8, 2: [4], 4: b"k"}, {1: -8, 99: 1}, {1: -8, "x": 1}, {1: -8, 4: "text"}])
    def test_unknown_or_critical_parameters_are_refused(self, header: dict[object, object]) -> None:
        with pytest.raises(cose.CoseError):
            cose.parse_sign1(_assemble(cbor2.dumps(header, canonical=True), {}, b"", bytes(64)))

    @pytest.mark.parametrize("header", [[], 1, b"", None, "text"])
    def test_a_header_that_is_no_map_is_refused(self, header: object) -> None:
        with pytest.raises(cose.CoseError):
            cose.parse_sign1(_assemble(cbor2.dumps(header), {}, b"", bytes(64)))

    def test_a_detached_payload_is_refused(self) -> None:
        with pytest.raises(cose.CoseError):
            cose.parse_sign1(_assemble(cbor2.dumps({1: -8}), {}, None, bytes(64)))


class TestDeterministicEncoding:
    @pytest.mark.parametrize(
        "octets",
        [
            "1817",  # 23 in two octets
            "190017",
            "5f41004100ff",  # indefinite byte string
            "9f01ff",
            "a201020103",  # duplicate key
            "a202010102",  # unsorted keys
            "0000",  # trailing octet
            "",
            "61ff",  # not UTF-8
            "c11a00000001",  # a date
            "d81c80",  # shared value
            "d8236161",  # regular expression
            "d87b00",  # unknown tag
            "ff",
            "a1",
            "5bffffffffffffffff",  # longer than memory
            "9bffffffffffffffff",
        ],
    )
    def test_every_other_encoding_is_refused(self, octets: str) -> None:
        with pytest.raises(cose.CoseError):
            cose.decode(bytes.fromhex(octets))

    def test_deep_nesting_is_refused(self) -> None:
        with pytest.raises(cose.CoseError):
            cose.decode(b"\x81" * 500 + b"\x00")

    def test_long_input_is_refused_before_decoding(self) -> None:
        with pytest.raises(cose.CoseError, match="长度"):
            cose.decode(bytes(cose.MAX_MESSAGE_BYTES + 1))

    @given(
        st.recursive(
            st.integers(-(2**64), 2**64 - 1) | st.binary() | st.text() | st.booleans() | st.none(),
            lambda inner: st.lists(inner, max_size=4),
            max_leaves=8,
        )
    )
    def test_what_is_encoded_comes_back(self, value: object) -> None:
        data = cose.encode([value])
        if len(data) <= cose.MAX_MESSAGE_BYTES:
            try:
                assert cose.decode(data) == [value]
            except cose.CoseError:
                assert _depth(value) >= cose.MAX_DEPTH - 1


def _depth(value: object) -> int:
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


class TestKeys:
    def test_the_key_id_is_the_beginning_of_the_thumbprint(self) -> None:
        written_out = bytes.fromhex("a301012006215820") + PUBLIC  # {1: 1, -1: 6, -2: x}, RFC 9679 section 3
        assert cose.thumbprint(PUBLIC) == hashlib.sha256(written_out).digest()
        assert cose.key_id(PUBLIC) == cose.thumbprint(PUBLIC)[:8]

    @pytest.mark.parametrize("length", [0, 31, 33])
    def test_a_public_key_has_thirty_two_octets(self, length: int) -> None:
        with pytest.raises(cose.CoseError, match="32"):
            cose.key_id(bytes(length))

    def test_new_keys_differ_and_fit(self) -> None:
        private, public = cose.generate_key()
        assert (private, public) != cose.generate_key()
        assert cose.parse_sign1(cose.sign1(b"x", private_key=private)).verify(public) == b"x"
