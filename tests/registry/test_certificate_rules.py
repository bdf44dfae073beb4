"""Serial numbers, tokens and links: properties, limits, and everything else refused."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import cbor2
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shetong.core import cose
from shetong.core.errors import InvalidInputError
from shetong.registry.rules import certificate_tokens as tokens
from shetong.registry.rules.certificate_elements import differences, label, shown
from shetong.registry.rules.certificate_serials import ALPHABET, grouped, new_serial, parse_serial
from shetong.registry.rules.certificate_verification import PublishedKey, Verdict, check_signature, conclude

ISSUED_AT = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
PRIVATE = bytes(range(32))
PUBLIC = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
SERIAL = new_serial(2026)

texts = st.text(max_size=120)
days = st.dates(date(1980, 1, 1), date(2200, 12, 31))


@st.composite
def snapshots(draw: st.DrawFn) -> dict[str, Any]:
    start, end = draw(st.none() | days), draw(st.none() | days)
    return {
        "uscc": draw(st.text(alphabet=ALPHABET, min_size=18, max_size=18)),
        "name": draw(st.text(min_size=1, max_size=200)),
        "kind": draw(st.sampled_from(["SG", "PN", "FD"])),
        "business_scope": draw(texts),
        "domicile": draw(st.text(max_size=300)),
        "legal_representative": draw(texts),
        "registered_funds": draw(st.none() | st.integers(0, 10**16)),
        "supervising_body": draw(texts),
        "authority": draw(st.text(min_size=1, max_size=100)),
        "certificate_valid_from": start.isoformat() if start else None,
        "certificate_valid_to": end.isoformat() if end else None,
        "charity": draw(st.booleans()),
    }


def snapshot(**changed: Any) -> dict[str, Any]:
    return {
        "uscc": "51100000500000015P",
        "name": "示例社会服务促进会",
        "kind": "SG",
        "business_scope": "学术交流。",
        "domicile": "北京市示范路1号",
        "legal_representative": "张示范",
        "registered_funds": 5_000_000,
        "supervising_body": "",
        "authority": "民政部",
        "certificate_valid_from": "2024-05-01",
        "certificate_valid_to": "2029-04-30",
        "charity": True,
        **changed,
    }


def claims_of(**changed: Any) -> dict[int, Any]:
    data = tokens.payload(snapshot(), issuer="https://a.cn", serial=SERIAL, issued_at=ISSUED_AT, demo=True)
    return {**cbor2.loads(data), **changed}


class TestSerialNumbers:
    @given(st.integers(1000, 9999))
    def test_a_new_number_reads_back_however_it_is_written(self, year: int) -> None:
        serial = new_serial(year)
        assert parse_serial(f" {grouped(serial).lower()} ") == serial
        assert parse_serial("-".join(serial)) == serial

    @given(position=st.integers(4, 14), sign=st.sampled_from(ALPHABET))
    def test_every_single_wrong_sign_is_noticed(self, position: int, sign: str) -> None:
        serial = new_serial(2026)
        assume(serial[position] != sign)
        with pytest.raises(InvalidInputError):
            parse_serial(serial[:position] + sign + serial[position + 1 :])

    @given(st.integers(4, 14), st.integers(4, 14))
    def test_every_exchange_of_two_signs_is_noticed(self, one: int, other: int) -> None:
        signs = list(new_serial(2026))
        assume(signs[one] != signs[other])
        signs[one], signs[other] = signs[other], signs[one]
        with pytest.raises(InvalidInputError):
            parse_serial("".join(signs))

    @pytest.mark.parametrize(
        "text", ["", "2026", "0026" + "0" * 11, "２０２６" + "0" * 11, "2026OOOOOOOOOOO", "x" * 15]
    )
    def test_other_texts_are_refused_with_a_reason(self, text: str) -> None:
        with pytest.raises(InvalidInputError) as refused:
            parse_serial(text)
        assert "请核对" in refused.value.message


class TestTokens:
    @given(snapshots(), st.booleans())
    def test_what_is_signed_reads_back(self, facts: dict[str, Any], demo: bool) -> None:
        data = tokens.payload(facts, issuer="https://a.cn", serial=SERIAL, issued_at=ISSUED_AT, demo=demo)
        assert len(data) <= tokens.MAX_TOKEN_BYTES
        claims = tokens.read(data)
        assert claims.agrees_with(facts)
        assert (claims.serial, claims.issued_at, claims.demo) == (SERIAL, ISSUED_AT, demo)
        for name, value in claims.values.items():
            assert value == facts[name]

    @given(snapshots())
    def test_any_other_snapshot_does_not_agree(self, facts: dict[str, Any]) -> None:
        data = tokens.payload(facts, issuer="https://a.cn", serial=SERIAL, issued_at=ISSUED_AT, demo=False)
        for name in ("name", "business_scope", "domicile", "authority"):
            assert not tokens.read(data).agrees_with({**facts, name: f"{facts[name]}改"})

    def test_the_last_day_is_a_day_of_beijing(self) -> None:
        claims = tokens.read(tokens.payload(snapshot(), issuer="a", serial=SERIAL, issued_at=ISSUED_AT, demo=False))
        assert claims.expires_at == datetime(2029, 4, 30, 16, 0, tzinfo=UTC)
        assert claims.values["certificate_valid_to"] == "2029-04-30"

    @pytest.mark.parametrize(
        "changed",
        [
            {2: "5110000050000001"},
            {2: 5},
            {2: "O1100000500000015P"},
            {6: -1},
            {6: 1.5},
            {6: 10**13},
            {6: True},
            {4: "2029"},
            {7: b"2026"},
            {7: "text"},
            {7: b"\xff" * 15},
            {1: b"x"},
            {99: 1},
            {-65537: []},
            {-65537: {}},
        ],
    )
    def test_claims_of_another_form_are_refused(self, changed: dict[int, Any]) -> None:
        with pytest.raises(cose.CoseError):
            tokens.read(cose.encode({**claims_of(), **changed}))

    @pytest.mark.parametrize(
        "changed",
        [
            {1: ""},
            {1: 5},
            {1: b"short"},
            {2: 4},
            {2: True},
            {5: -1},
            {5: "5"},
            {8: 10**9},
            {10: False},
            {11: 1},
            {12: "new"},
            {6: None},
        ],
    )
    def test_entity_data_of_another_form_are_refused(self, changed: dict[int, Any]) -> None:
        claims = claims_of()
        with pytest.raises(cose.CoseError):
            tokens.read(cose.encode({**claims, -65537: {**claims[-65537], **changed}}))

    @given(st.binary(max_size=600))
    def test_garbage_is_refused(self, garbage: bytes) -> None:
        with pytest.raises(cose.CoseError):
            tokens.read(garbage)


class TestLinks:
    @given(st.binary(min_size=1, max_size=tokens.MAX_TOKEN_BYTES))
    def test_the_digits_read_back(self, rest: bytes) -> None:
        token = b"\xd2" + rest[: tokens.MAX_TOKEN_BYTES - 1]
        link = tokens.link(token, serial=SERIAL, public_url="https://a.cn/")
        assert tokens.token_in(link) == token
        assert tokens.token_in("".join(tokens.link_segments(token, serial=SERIAL, public_url="https://a.cn"))) == token

    @given(st.text(max_size=200))
    def test_any_text_gives_octets_or_a_sentence(self, text: str) -> None:
        with contextlib.suppress(tokens.TokenError):
            assert tokens.token_in(text)

    def test_host_in_capitals_path_as_configured(self) -> None:
        address, hash_, digits = tokens.link_segments(b"\xd2\x01", serial=SERIAL, public_url="https://a.cn:8443/St")
        assert (address, hash_, digits) == (f"HTTPS://A.CN:8443/St/V/{SERIAL}", "#", str(0xD201))


class TestVerdicts:
    KEY = PublishedKey(cose.key_id(PUBLIC), PUBLIC, ISSUED_AT - timedelta(days=1))
    TOKEN = cose.sign1(
        tokens.payload(snapshot(), issuer="a", serial=SERIAL, issued_at=ISSUED_AT, demo=False), private_key=PRIVATE
    )

    def _check(self, token: bytes, key: PublishedKey | None = None) -> Verdict | None:
        key = key or self.KEY
        return check_signature(token, {key.key_id: key}).verdict

    def test_good(self) -> None:
        assert self._check(self.TOKEN) is None

    @given(st.integers(0, len(TOKEN) * 8 - 1))
    def test_any_flipped_bit_is_told(self, bit: int) -> None:
        altered = bytearray(self.TOKEN)
        altered[bit // 8] ^= 1 << bit % 8
        assert self._check(bytes(altered)) in (Verdict.MALFORMED, Verdict.UNKNOWN_KEY, Verdict.BAD_SIGNATURE)

    def test_key_not_published(self) -> None:
        assert check_signature(self.TOKEN, {}).verdict == Verdict.UNKNOWN_KEY

    def test_key_revoked_retired_before_or_not_yet_in_use(self) -> None:
        hour = timedelta(hours=1)
        for start, end, revoked in (
            (ISSUED_AT - hour, None, ISSUED_AT + hour),
            (ISSUED_AT - 2 * hour, ISSUED_AT - hour, None),
            (ISSUED_AT + hour, None, None),
        ):
            key = PublishedKey(self.KEY.key_id, PUBLIC, start, end, revoked)
            assert self._check(self.TOKEN, key) == Verdict.KEY_REVOKED

    def test_clocks_may_differ_a_little(self) -> None:
        minute = timedelta(minutes=1)
        assert self._check(self.TOKEN, PublishedKey(self.KEY.key_id, PUBLIC, ISSUED_AT + minute)) is None
        late = PublishedKey(self.KEY.key_id, PUBLIC, ISSUED_AT - minute * 9, ISSUED_AT - minute)
        assert self._check(self.TOKEN, late) is None

    def test_signed_nonsense(self) -> None:
        assert self._check(cose.sign1(b"\xa0", private_key=PRIVATE)) == Verdict.MALFORMED

    @pytest.mark.parametrize(
        ("state", "same", "changed", "after", "verdict"),
        [
            ("valid", True, False, False, Verdict.VALID),
            ("valid", True, True, False, Verdict.CHANGED),
            ("valid", True, True, True, Verdict.EXPIRED),
            ("replaced", True, True, True, Verdict.REPLACED),
            ("revoked", True, False, True, Verdict.REVOKED),
            ("valid", False, False, False, Verdict.UNRECORDED),
            (None, True, False, False, Verdict.UNRECORDED),
        ],
    )
    def test_one_answer(self, state: str | None, same: bool, changed: bool, after: bool, verdict: Verdict) -> None:
        claims = check_signature(self.TOKEN, {self.KEY.key_id: self.KEY}).claims
        assert claims is not None
        now = datetime(2029, 4, 30, 16, 0, tzinfo=UTC) - (timedelta(0) if after else timedelta(seconds=1))
        assert conclude(claims, state=state, same_token=same, changed=changed, now=now) == verdict


class TestElements:
    def test_funds_are_named_by_kind(self) -> None:
        assert [label("registered_funds", kind) for kind in ("SG", "PN", "FD")] == [
            "活动资金",
            "开办资金",
            "原始基金数额",
        ]

    def test_values_as_printed(self) -> None:
        assert shown("registered_funds", 5_000_000) == "人民币5万元"
        assert shown("certificate_valid_to", "2029-04-30") == "2029年4月30日"
        assert (shown("kind", "FD"), shown("charity", True), shown("supervising_body", "")) == ("基金会", "是", "—")

    def test_differences_come_in_printing_order(self) -> None:
        found = differences(snapshot(), snapshot(domicile="新址", name="新名", charity=False))
        assert [difference.label for difference in found] == ["名称", "住所", "慈善组织"]
