from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.simulate.mail.arguments import Malformed, Value, announced, members, parse, quoted, text

ATOMS = st.text(st.sampled_from("ABCxyz019.:,*+-/\\%&=<>_"), min_size=1, max_size=12) | st.sampled_from(
    ["BODY.PEEK[]", "BODY[HEADER.FIELDS (FROM TO)]<0.100>", "\\Seen", "1:*"]
)
TEXTS = st.text(st.characters(min_codepoint=1, max_codepoint=126, exclude_characters="\r\n"), max_size=12)
STRINGS = st.binary(max_size=12)


@st.composite
def written(draw: st.DrawFn, levels: int = 3) -> tuple[Value, bytes]:
    """Draw a value, and one of the ways to write it."""
    kind = draw(st.sampled_from(["atom", "quoted", "literal", "literal+", *(["list"] if levels else [])]))
    if kind == "atom":
        atom = draw(ATOMS)
        return atom, atom.encode()
    if kind == "quoted":
        said = draw(TEXTS)
        return said.encode(), quoted(said)
    if kind == "list":
        items = draw(st.lists(written(levels - 1), max_size=3))
        return [value for value, _ in items], b"(" + b" ".join(data for _, data in items) + b")"
    octets = draw(STRINGS)
    return octets, b"{%d%s}\r\n%s" % (len(octets), b"+" * (kind == "literal+"), octets)


@given(st.lists(written(), max_size=4))
def test_what_is_written_is_read(items: list[tuple[Value, bytes]]) -> None:
    assert parse(b" ".join(data for _, data in items)) == [value for value, _ in items]


@given(st.binary(max_size=40) | st.text('()"\\{}[]1+ a\r\n', max_size=20).map(str.encode))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    with suppress(Malformed):
        assert all(isinstance(value, str | bytes | list) for value in parse(data))


@pytest.mark.parametrize(
    "data",
    [b"a  b", b"a ", b'"open', b"(a", b"a)", b"{5}\r\nabc", b'"a"b', b"((((((((((((1))))))))))))", b"\xe5", b"()("],
)
def test_what_is_no_command_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse(data)


@pytest.mark.parametrize(
    ("line", "found"),
    [(b"a LOGIN {4}", (4, True)), (b"a LOGIN {4+}", (4, False)), (b"a LOGIN {4} b", None), (b"{x}", None)],
)
def test_a_literal_is_announced_at_the_end_of_a_line(line: bytes, found: tuple[int, bool] | None) -> None:
    literal = announced(line)

    assert (literal and (literal.size, literal.is_awaited)) == found


@pytest.mark.parametrize(
    ("written_set", "held"),
    [
        ("1", {1}),
        ("2:3", {2, 3}),
        ("3:2", {2, 3}),
        ("1,4:*", {1, 4, 5}),
        ("*", {5}),
        ("*:4", {4, 5}),
        # RFC 3501, 6.4.8: `559:*` holds the last one, however low it is
        ("9:*", {5}),
    ],
)
def test_a_set_holds_its_numbers(written_set: str, held: set[int]) -> None:
    holds = members(written_set, 5)

    assert {number for number in range(1, 6) if holds(number)} == held


@pytest.mark.parametrize("value", ["", "0", "a", "1:", "1,,2", "-1", "1:2:3", ["1"]])
def test_a_set_that_is_none_is_refused(value: Value) -> None:
    with pytest.raises(Malformed):
        members(value, 5)


def test_a_list_is_no_text() -> None:
    assert (text("a"), text(b"b")) == ("a", "b")
    with pytest.raises(Malformed):
        text([])
