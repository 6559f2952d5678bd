"""Messages are packed as they really come, and written as HITS 1172 wants them."""

from __future__ import annotations

import base64

import envelopes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.envelope import mime
from adapter.errors import PackageUnreadable, SpecError

RELATED = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n'
PARTS = b"--x\nContent-Type: text/xml\n\n<a/>\n--x\nContent-ID: <p>\n\nb\n--x--\n"


def octets(data: bytes) -> list[bytes]:
    return [part.octets for part in mime.read(data).parts]


def test_parts_are_told_apart_and_known_by_their_ids() -> None:
    entity = mime.read(RELATED + PARTS)

    assert [part.octets for part in entity.parts] == [b"<a/>", b"b"]
    assert [part.headers.content_id for part in entity.parts] == [None, "p"]
    assert entity.headers.get("mime-version") == "1.0"


def test_line_ends_of_either_kind_are_read() -> None:
    assert octets((RELATED + PARTS).replace(b"\n", b"\r\n")) == [b"<a/>", b"b"]


def test_octets_inside_a_part_keep_their_line_ends() -> None:
    assert octets(RELATED + b"--x\n\na\r\nb\n\rc\r\n\n--x--") == [b"a\r\nb\n\rc\r\n"]


@pytest.mark.parametrize(
    "data",
    [
        PARTS,
        b"\r\n" + PARTS,
        b"X-Trace: 1\n" + PARTS,
        RELATED.rstrip() + b"\n" + PARTS,
        RELATED.replace(b'"x"', b"x") + PARTS,
        RELATED.replace(b'"x"', b'"lost on the way"') + PARTS,
        RELATED + b"A preamble.\n\n" + PARTS + b"And an epilogue.\n",
        RELATED + PARTS.removesuffix(b"--x--\n"),
        b'Content-Type: multipart/related;\nboundary="x";\n\n' + PARTS,
        b'CONTENT-TYPE:multipart/related;\n\tboundary="x"\n\n' + PARTS,
        "MIME\uff0dVersion: 1.0\nContent\uff0dType: multipart/related; boundary=x\n\n".encode() + PARTS,
        b"MIME\x96Version: 1.0\nContent\xadType: multipart/related; boundary=x\n\n" + PARTS,
        b"\xef\xbb\xbf" + RELATED + PARTS,
        b"From fastlege@testedi.nhn.no Mon Mar  2 09:00:00 2026\n" + RELATED + PARTS,
    ],
    ids=[
        *("no head", "blank lines", "no type", "no blank line", "no quotes", "another boundary"),
        *("preamble", "no end", "a line that lost its indent", "no blank after the colon"),
        *("wide hyphens", "hyphens of one octet", "a byte order mark", "out of a mailbox file"),
    ],
)
def test_packing_that_breaks_the_rules_is_read_all_the_same(data: bytes) -> None:
    assert [one.strip() for one in octets(data)] == [b"<a/>", b"b"]


def test_a_sender_with_a_blank_before_the_colon_stays_a_header() -> None:
    assert mime.read(b"From : a@b.example\n" + RELATED + PARTS).headers.get("From") == "a@b.example"


def test_a_document_alone_is_one_part() -> None:
    (part,) = mime.read(b"<a>\n--x\n</a>").parts

    assert part.octets == b"<a>\n--x\n</a>"
    assert part.headers.media_type is None


def test_a_signal_alone_is_one_part() -> None:
    (part,) = mime.read(b"Content-Type: Text/XML; charset=utf-8\n\n<a/>").parts

    assert (part.headers.media_type, part.headers.parameter("charset"), part.octets) == ("text/xml", "utf-8", b"<a/>")


def test_parts_inside_parts_are_read_too() -> None:
    inner = RELATED + PARTS
    data = b'Content-Type: multipart/mixed; boundary="y"\n\n--y\n' + inner + b"\n--y\n\nFooter\n--y--"

    assert [one.strip() for one in octets(data)] == [b"<a/>", b"b", b"Footer"]


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("base64", b"PGEvPg==", b"<a/>"),
        ("BASE64", b"PG Ev\r\nPg", b"<a/>"),
        ("base64", b"PGEvPg==\n!", b"<a/>"),
        ("quoted-printable", b"<a>=C3=A6</a>=\n", "<a>æ</a>".encode()),
        ("8bit", b"\xe6", b"\xe6"),
        ("binary", b"\x00\r\n", b"\x00\r\n"),
        ("x-unknown", b"as it is", b"as it is"),
    ],
)
def test_a_part_is_decoded(encoding: str, body: bytes, expected: bytes) -> None:
    data = RELATED + b"--x\nContent-Transfer-Encoding: " + encoding.encode() + b"\n\n" + body + b"\n--x--"

    assert octets(data) == [expected]


def test_base64_that_is_none_is_refused() -> None:
    with pytest.raises(PackageUnreadable, match="base64"):
        mime.read(b"Content-Transfer-Encoding: base64\n\nA")


def test_a_boundary_that_is_nowhere_is_refused() -> None:
    with pytest.raises(PackageUnreadable, match="boundary"):
        mime.read(RELATED + b"nothing")


def test_parts_that_are_none_are_refused() -> None:
    with pytest.raises(PackageUnreadable, match="has none"):
        mime.read(RELATED + b"--x--")


def test_text_that_begins_like_a_boundary_is_none() -> None:
    assert octets(RELATED + b"--x\n\n--xy\n--x y\n z--x\n--x--") == [b"--xy\n--x y\n z--x"]


def test_nesting_has_an_end() -> None:
    data = b""
    for level in range(6):
        name = f"n{level}".encode()
        data = (
            b'Content-Type: multipart/mixed; boundary="'
            + name
            + b'"\n\n--'
            + name
            + b"\n"
            + data
            + b"\n--"
            + name
            + b"--"
        )

    with pytest.raises(PackageUnreadable, match="too often"):
        mime.read(data)


def test_there_may_not_be_any_number_of_parts() -> None:
    inner = b'--x\nContent-Type: multipart/mixed; boundary="y"\n\n' + b"--y\n\n\n" * 40 + b"--y--\n"

    with pytest.raises(PackageUnreadable, match="more than 100 parts"):
        mime.read(RELATED + b"--x\n\n\n" * 102)
    with pytest.raises(PackageUnreadable, match="more than 100 parts"):
        mime.read(RELATED + inner * 3)
    assert len(mime.read(RELATED + inner * 2).parts) == 80


def test_a_head_without_end_is_refused() -> None:
    with pytest.raises(PackageUnreadable, match="headers"):
        mime.read(b"A: b\n" * 1_001)
    with pytest.raises(PackageUnreadable, match="headers"):
        mime.read((b"A: " + b"b" * 1_000 + b"\n") * 70)


def test_a_message_that_is_too_large_is_refused() -> None:
    with pytest.raises(PackageUnreadable, match="11 bytes"):
        mime.read(b"<a>bcd</a> ", most_bytes=10)


def test_of_a_header_that_stands_twice_the_first_counts() -> None:
    assert mime.read(b"Content-Type: text/xml\nContent-Type: text/plain\n\n<a/>").headers.media_type == "text/xml"


def test_a_quoted_parameter_may_hold_anything() -> None:
    headers = mime.read(b'Content-Type: text/xml; a="x; boundary=\\"y"; boundary=z\n\n').headers

    assert (headers.parameter("boundary"), headers.parameter("a")) == ("z", 'x; boundary="y')
    assert headers.parameter("missing") is None


def test_a_written_message_is_read_as_it_was() -> None:
    data = mime.write(b"<a/>", (envelopes.payload(),), soap_id="s", mail=envelopes.mail())
    entity = mime.read(data)

    assert [part.octets for part in entity.parts] == [b"<a/>", envelopes.OCTETS]
    assert [part.headers.content_id for part in entity.parts] == ["s", envelopes.PART]
    assert entity.headers.parameter("start") == "<s>"
    assert entity.headers.get("Date") == "Mon, 02 Mar 2026 09:00:00 +0000"


def test_a_written_signal_has_no_parts() -> None:
    entity = mime.read(mime.write(b"<a/>", (), soap_id="s"))

    assert entity.headers.media_type == "text/xml"
    assert [part.octets for part in entity.parts] == [b"<a/>"]


def test_the_same_message_is_written_in_the_same_bytes() -> None:
    assert mime.write(b"<a/>", (envelopes.payload(),), soap_id="s") == mime.write(
        b"<a/>", (envelopes.payload(),), soap_id="s"
    )


def test_no_line_is_longer_than_mail_servers_take() -> None:
    data = mime.write(b"<a/>" * 1_000, (envelopes.payload(octets=bytes(100_000)),), soap_id="s", mail=envelopes.mail())

    assert max(map(len, data.split(b"\r\n"))) <= 200
    assert b"\n" not in data.replace(b"\r\n", b"")


@pytest.mark.parametrize("value", ["a@b\r\nBcc: c@d", "a@b\nX: y", "ø@b", "a\x00", " "])
def test_no_value_breaks_out_of_its_header(value: str) -> None:
    with pytest.raises(SpecError, match="From"):
        mime.write(b"<a/>", (), soap_id="s", mail=envelopes.mail(sender=value))


@pytest.mark.parametrize("name", ["a b", "a>", "a\r\nb", "", "a%20b", "å"])
def test_no_id_breaks_out_of_its_header(name: str) -> None:
    with pytest.raises(SpecError, match="content_id"):
        mime.write(b"<a/>", (envelopes.payload(content_id=name),), soap_id="s")


def test_two_parts_cannot_have_one_id() -> None:
    with pytest.raises(SpecError, match="the same"):
        mime.write(b"<a/>", (envelopes.payload(), envelopes.payload()), soap_id="s")


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_whatever_octets_are_written_come_back(first: bytes, second: bytes) -> None:
    data = mime.write(first, (envelopes.payload(octets=second),), soap_id="s")

    assert octets(data) == [first, second]


@given(st.binary(max_size=300).filter(lambda body: b"--x" not in body))
def test_whatever_octets_come_unencoded_are_kept(body: bytes) -> None:
    assert octets(RELATED + b"--x\r\nContent-Transfer-Encoding: binary\r\n\r\n" + body + b"\r\n--x--") == [body]


_PIECES = st.sampled_from(
    [
        *(
            b"--x",
            b"--x--",
            b"\n",
            b"\r\n",
            b"\n\n",
            b"Content-Type: multipart/mixed; boundary=x",
            b"--",
            b"<a/>",
            b":",
        ),
        *(
            b"Content-Transfer-Encoding: base64",
            b"Content-Type: text/xml",
            b'"',
            b";",
            b" ",
            b"\x00",
            b"AAAA",
            b"=",
            b"A",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=40).map(b"".join))
def test_nothing_but_a_known_error_comes_of_any_bytes(data: bytes) -> None:
    try:
        entity = mime.read(data)
    except PackageUnreadable:
        return
    assert sum(len(part.octets) for part in entity.parts) <= len(data)


def test_reading_takes_time_in_proportion_to_the_bytes() -> None:
    """Many near-boundaries, many parameters, and a long quoted text are no trap."""
    mime.read(RELATED + b"--x\n\n" + b"\n--xy" * 300_000)
    mime.read(b'Content-Type: text/xml; a="' + b"\\" * 60_000 + b"\n\n<a/>")
    mime.read(b"Content-Type: text/xml" + b";a=b" * 15_000 + b"\n\n<a/>").headers.parameter("z")
    mime.read(RELATED + (b"--x\nContent-Type: text/xml;" + b"\n a" * 900 + b"\n\n\n") * 90)
    encoded = base64.encodebytes(bytes(3_000_000))
    assert len(mime.read(b"Content-Transfer-Encoding: base64\n\n" + encoded).parts[0].octets) == 3_000_000
