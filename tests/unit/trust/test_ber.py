"""The cursor over BER goes where it is told, and stops at whatever is not as it must be."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.trust.ber import DEEPEST, MOST_ELEMENTS, Cursor, Misread, Tag, element, identifier, integer


@given(number=st.integers(0, 1 << 300))
def test_a_number_is_read_as_it_was_written(number: int) -> None:
    assert int.from_bytes(Cursor(b"".join(integer(number))).value(Tag.INTEGER)) == number


@given(content=st.binary(max_size=70_000))
def test_octets_of_any_length_are_read_as_they_were_written(content: bytes) -> None:
    data = b"".join(element(Tag.SEQUENCE, element(Tag.OCTETS, [content])))
    cursor = Cursor(data + b"more")
    cursor.enter(Tag.SEQUENCE)
    assert b"".join(cursor.octets(Tag.OCTETS)) == content
    cursor.leave()


def test_an_object_identifier_is_written_as_the_standard_has_it() -> None:
    assert b"".join(identifier("1.2.840.113549.1.7.3")).hex() == "06092a864886f70d010703"


@pytest.mark.parametrize("data", ["300304017f", "3080040141" + "0000", "30800480", "3080308004014100000000"])
def test_skipping_passes_over_all_of_an_element(data: str) -> None:
    octets = bytes.fromhex(data)
    if data == "30800480":
        with pytest.raises(Misread, match="no end"):
            Cursor(octets).skip()
    else:
        assert Cursor(octets + b"\x05\0").skip() == octets


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("30", "cut off"),
        ("3080", "cut off"),
        ("308005", "cut off"),
        ("30050500", "longer"),
        ("3085010000000000", "too long"),
        ("3084", "too long"),
        ("1f010100", "long tag"),
    ],
)
def test_what_is_no_element_is_refused(data: str, why: str) -> None:
    with pytest.raises(Misread, match=why):
        Cursor(bytes.fromhex(data)).skip()


def test_what_was_not_expected_is_refused() -> None:
    with pytest.raises(Misread, match="another"):
        Cursor(b"\x05\0").enter(Tag.SEQUENCE)
    with pytest.raises(Misread, match="another"):
        Cursor(b"").value(Tag.INTEGER)
    with pytest.raises(Misread, match="pieces"):
        Cursor(b"\x30\x80\0\0").value(Tag.SEQUENCE)
    cursor = Cursor(b"\x30\x02\x05\0")
    cursor.enter(Tag.SEQUENCE)
    with pytest.raises(Misread, match="more than"):
        cursor.leave()
    cursor.skip()
    with pytest.raises(Misread, match="missing"):
        cursor.skip()


def test_octets_within_octets_are_read_to_their_end() -> None:
    cursor = Cursor(bytes.fromhex("2480" + "2480" + "040141" + "0000" + "2403040142" + "040143" + "0000" + "0500"))

    assert b"".join(cursor.octets(Tag.OCTETS)) == b"ABC"
    assert cursor.next() == Tag.NULL


@pytest.mark.parametrize("head", ["3080", "2480"])
def test_nesting_has_a_limit(head: str) -> None:
    data = bytes.fromhex(head) * (DEEPEST + 1) + b"\0\0" * (DEEPEST + 1)

    with pytest.raises(Misread, match="nested too deep"):
        list(Cursor(data).octets(Tag.OCTETS)) if head == "2480" else Cursor(data).skip()


def test_the_number_of_elements_has_a_limit() -> None:
    data = b"\x24\x80" + b"\x04\0" * (MOST_ELEMENTS + 1) + b"\0\0"
    begun = time.process_time()

    with pytest.raises(Misread, match="too many"):
        list(Cursor(data).octets(Tag.OCTETS))
    assert time.process_time() - begun < 15


@given(data=st.binary(max_size=100))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    try:
        assert data.startswith(bytes(Cursor(data).skip()))
    except Misread:
        return
