"""The parameters of RSASSA-PSS: what is left out has its default, and what is not in use is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.trust.ber import Cursor, Misread, Tag, element, identifier, integer
from adapter.trust.pss import read_scheme

SHA256 = element(Tag.SEQUENCE, identifier("2.16.840.1.101.3.4.2.1"), element(Tag.NULL))
MGF1 = element(Tag.SEQUENCE, identifier("1.2.840.113549.1.1.8"), SHA256)


def _parameters(*given_: list[bytes]) -> bytes:
    return b"".join(element(Tag.SEQUENCE, *given_))


def _read(*given_: list[bytes]) -> tuple[str, str, int]:
    scheme = read_scheme(Cursor(_parameters(*given_)))
    return scheme.hash.name, scheme.mask.name, scheme.salt_length


def test_what_is_left_out_has_its_default() -> None:
    assert _read() == ("sha1", "sha1", 20)
    assert _read(element(Tag.FIRST, SHA256)) == ("sha256", "sha1", 20)


def test_what_is_said_counts() -> None:
    said = (element(Tag.FIRST, SHA256), element(Tag.SECOND, MGF1), element(Tag.THIRD, integer(32)))

    assert _read(*said) == ("sha256", "sha256", 32)
    assert _read(*said, element(0xA3, integer(1))) == ("sha256", "sha256", 32)


@pytest.mark.parametrize(
    "wrong",
    [
        element(0xA3, integer(2)),
        element(Tag.THIRD, integer(2_049)),
        element(Tag.THIRD, element(Tag.INTEGER, [b"\xff"])),
        element(Tag.FIRST, element(Tag.SEQUENCE, identifier("1.2.3"))),
        element(Tag.SECOND, element(Tag.SEQUENCE, identifier("1.2.3"), SHA256)),
        element(Tag.NULL),
    ],
    ids=["another trailer", "a long salt", "less than none", "an unknown hash", "another mask", "something else"],
)
def test_what_is_not_in_use_is_refused(wrong: list[bytes]) -> None:
    with pytest.raises(Misread):
        _read(wrong)


@given(st.binary(max_size=80))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    with suppress(Misread):
        read_scheme(Cursor(b"".join(element(Tag.SEQUENCE, [data]))))
