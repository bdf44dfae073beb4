"""Sealing of personal data: rotation, binding to a context, tampering, blind index, masking."""

from __future__ import annotations

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from shetong.core import pii

CONTEXT = "person.identity_number"
OLD, NEW, INDEX = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again(text: str) -> None:
    ring = pii.KeyRing({"a": OLD}, INDEX)
    assert ring.open(ring.seal(text, context=CONTEXT), context=CONTEXT) == text


def test_sealing_twice_shows_no_equality_and_no_plain_text() -> None:
    ring = pii.KeyRing({"a": OLD}, INDEX)
    one, two = (ring.seal("11010519491231002X", context=CONTEXT) for _ in range(2))
    assert one != two
    assert b"1101" not in one


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    before = pii.KeyRing({"2025": OLD}, INDEX)
    after = pii.KeyRing.parse(f"2026:{encoded(NEW)}, 2025:{encoded(OLD)}", encoded(INDEX))
    sealed = before.seal("13800001234", context=CONTEXT)
    assert after.open(sealed, context=CONTEXT) == "13800001234"
    assert not after.is_current(sealed)
    assert after.is_current(after.seal("13800001234", context=CONTEXT))
    assert before.blind_index("x", context=CONTEXT) == after.blind_index("x", context=CONTEXT)
    with pytest.raises(pii.SealError):
        pii.KeyRing({"2026": NEW}, INDEX).open(sealed, context=CONTEXT)


def test_a_value_moved_to_another_column_does_not_open() -> None:
    sealed = pii.seal("11010519491231002X", context=CONTEXT)
    assert pii.open_sealed(memoryview(sealed), context=CONTEXT) == "11010519491231002X"
    with pytest.raises(pii.SealError):
        pii.open_sealed(sealed, context="person.phone")


@given(st.integers(min_value=0), st.integers(1, 255))
def test_every_altered_byte_is_noticed(position: int, change: int) -> None:
    ring = pii.KeyRing({"a": OLD, "b": NEW}, INDEX)
    sealed = bytearray(ring.seal("110105", context=CONTEXT))
    sealed[position % len(sealed)] ^= change
    with pytest.raises(pii.SealError):
        ring.open(bytes(sealed), context=CONTEXT)


@given(st.binary(max_size=60))
def test_garbage_is_refused(blob: bytes) -> None:
    with pytest.raises(pii.SealError):
        pii.KeyRing({"a": OLD}, INDEX).open(blob, context=CONTEXT)


def test_the_blind_index_depends_on_text_context_and_key() -> None:
    ring = pii.KeyRing({"a": OLD}, INDEX)
    index = ring.blind_index("11010519491231002X", context=CONTEXT)
    assert len(index) == 32
    assert index == ring.blind_index("11010519491231002X", context=CONTEXT)
    assert index != ring.blind_index("110105194912310021", context=CONTEXT)
    assert index != ring.blind_index("11010519491231002X", context="person.phone")
    assert index != pii.KeyRing({"a": OLD}, NEW).blind_index("11010519491231002X", context=CONTEXT)


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        ("", "x"),
        ("a", "x"),
        ("a:!!", "x"),
        (f"a:{encoded(OLD[:16])}", encoded(INDEX)),
        (f"a:{encoded(OLD)}", ""),
        (f"a:{encoded(OLD)},a:{encoded(NEW)}", encoded(INDEX)),
    ],
)
def test_unusable_key_settings_say_so_without_showing_a_key(keys: str, index: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        pii.KeyRing.parse(keys, index)
    assert encoded(OLD)[:16] not in str(caught.value)


def test_masks_follow_the_convention() -> None:
    assert pii.mask_identity_number("11010519491231002X") == "110***********002X"
    assert pii.mask_phone("13812341234") == "138****1234"
    assert pii.mask_phone("010-65235511") == "**********11"
    assert (pii.mask_name("张三"), pii.mask_name("张小三"), pii.mask_name("张")) == ("张*", "张**", "张")
    assert pii.mask_name("买买提·阿卜杜拉") == "买买提·***"


@given(st.text(min_size=12, max_size=30))
def test_masks_keep_the_length_and_hide_the_middle(number: str) -> None:
    masked = pii.mask_identity_number(number)
    assert len(masked) == len(number)
    assert set(masked[3:-4]) == {"*"}
