"""The safe parser: what it takes, what it refuses, and what it never says."""

from __future__ import annotations

import pytest

from adapter.errors import DocumentTypeRefused, LimitExceeded, NotWellFormed
from adapter.wire.parse import Limits, parse

DECLARED = '<?xml version="1.0" encoding="{}"?><a>Blåbær</a>'
UTF_16_WIDE = f"<?xml version='1.0' encoding='utf-16'?><a b='{1025 * chr(120)}'/>".encode("utf-16")
SCHEMA_LOCATION = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "windows-1252", "utf-16", "utf-16-le"])
def test_the_declared_encoding_is_read(encoding: str) -> None:
    """UTF-8 and ISO-8859-1 are both legal, and UTF-16 is XML."""
    declared = encoding.removesuffix("-sig").removesuffix("-le")
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""

    root = parse(mark + DECLARED.format(declared).encode(encoding))

    assert root.text == "Blåbær"


def test_without_a_declaration_it_is_utf_8() -> None:
    """The XML standard says so."""
    assert parse("<a>Blåbær</a>".encode()).text == "Blåbær"


def test_a_wrong_declaration_is_trusted() -> None:
    """Guessing would turn one sender's mistake into another sender's damage."""
    assert parse(DECLARED.format("iso-8859-1").encode("utf-8")).text == "BlÃ¥bÃ¦r"


def test_bytes_that_are_not_in_the_declared_encoding_are_refused() -> None:
    """ISO-8859-1 bytes that say they are UTF-8 cannot be read."""
    with pytest.raises(NotWellFormed):
        parse(DECLARED.format("utf-8").encode("iso-8859-1"))


def test_comments_and_instructions_never_split_a_text() -> None:
    """Only half of an identity number would be seen otherwise."""
    root = parse(b"<a>A157<!-- x -->8B<?y z?>81</a>")

    assert root.text == "A1578B81"
    assert len(root) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"plain words",
        b"<a>",
        b"<a></b>",
        b"<a/>rest",
        b"<x:a/>",
        b"<a>&unknown;</a>",
        b"<a>\x00</a>",
        b"\x1f\x8b\x08\x00\x00",
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b"<a b='1' b='2'/>",
    ],
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    """AppRec T01."""
    with pytest.raises(NotWellFormed):
        parse(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b" \r\n\t", "The file is empty."),
        (DECLARED.format("utf-8").encode("iso-8859-1"), "not in the character set that it declares"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "a character set that is not known"),
        (b"<a>\x01</a>", "a character that XML does not allow"),
        (b"<a><b>cut off", "as if it were cut off"),
        (b"<a><b></a>", "an end tag does not fit"),
        (b"plain words", "does not begin with an element"),
        (b"<a/>rest", "after the end of its outermost element"),
    ],
)
def test_the_error_says_what_to_look_for(data: bytes, words: str) -> None:
    """The one who reads it has the file, and has never heard of libxml2."""
    with pytest.raises(NotWellFormed) as caught:
        parse(data)

    assert words in str(caught.value)


def test_the_error_has_the_line_and_no_word_of_the_message() -> None:
    """libxml2's own sentence would quote the names it met."""
    with pytest.raises(NotWellFormed) as caught:
        parse(b"<a>\n<OlaNordmann>\n</b></a>")

    assert caught.value.line == 3
    assert "line 3" in str(caught.value)
    assert "Nordmann" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a PUBLIC "x" "http://localhost/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a b="&x;">&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "added">]><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</b>',
        b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 1000 + b'">' + b'<!ENTITY b "' + b"&a;" * 1000 + b'">]><a>&b;&b;&b;</a>',
    ],
)
def test_a_document_type_is_refused_in_every_disguise(data: bytes) -> None:
    """No standard uses one; every attack on XML parsers does."""
    with pytest.raises(DocumentTypeRefused):
        parse(data)


def test_words_that_look_like_a_document_type_are_just_words() -> None:
    """The gate asks the parser, it does not search the bytes."""
    assert parse(b"<a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"<a>12345</a>", Limits(max_bytes=11)),
        (b"<a>" * 11 + b"</a>" * 11, Limits(max_depth=10)),
        (b"<a>" * 201 + b"</a>" * 201, Limits()),
        (b"<a>" * 300 + b"</a>" * 300, Limits()),
        (b"<a>" + b"<b/>" * 50_000 + b"</a>", Limits()),
        (b"<a><b/><b/></a>", Limits(max_elements=2)),
        (b"<a " + b" ".join(b'n%d="1"' % number for number in range(201)) + b"/>", Limits()),
        (b'<a b="' + b"x" * 1_025 + b'"/>', Limits()),
        (b"<a b = '" + b">" * 1_025 + b"'/>", Limits()),
        (UTF_16_WIDE, Limits()),
        (f'<a {SCHEMA_LOCATION}="{"x" * 8_193}"/>'.encode(), Limits()),
    ],
)
def test_what_is_beyond_the_limits_is_refused(data: bytes, limits: Limits) -> None:
    """AppRec T99."""
    with pytest.raises(LimitExceeded):
        parse(data, limits)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"<a>12345</a>", Limits(max_bytes=12)),
        (b"<a>" * 10 + b"</a>" * 10, Limits(max_depth=10)),
        (b"<a>" * 200 + b"</a>" * 200, Limits()),
        (b"<a>" + b"<b/>" * 49_999 + b"</a>", Limits()),
        (b"<a " + b" ".join(b'n%d="1"' % number for number in range(200)) + b"/>", Limits()),
        (b'<a b="' + b"x" * 1_024 + b'"/>', Limits()),
        (f'<a {SCHEMA_LOCATION}="{"x" * 8_192}"/>'.encode(), Limits()),
        (b"<a>" + b"= ' " * 2_000 + b'="x</a>', Limits()),
    ],
)
def test_what_is_just_within_the_limits_is_taken(data: bytes, limits: Limits) -> None:
    """A limit is the last value that passes."""
    assert parse(data, limits).tag == "a"


def test_an_attachment_of_more_than_ten_megabytes_is_taken() -> None:
    """libxml2 alone would refuse the text node."""
    root = parse(b"<a><b>" + b"QUJD" * 2_750_000 + b"</b></a>")

    assert len(root[0].text or "") == 11_000_000


def test_a_large_document_is_still_measured() -> None:
    """Beyond nine megabytes libxml2's own limits are off, ours are not."""
    with pytest.raises(LimitExceeded):
        parse(b"<a>" * 1_000 + b"</a>" * 1_000 + b" " * 9_000_000)


def test_an_xml_id_may_occur_twice() -> None:
    """That is a mistake of validity, which libxml2 calls one of well-formedness."""
    assert len(parse(b'<a><b xml:id="x"/><c xml:id="x"/></a>')) == 2
