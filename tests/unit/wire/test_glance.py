"""The first look at a document: what is refused before anything is made of it, and what is let by."""

from __future__ import annotations

import pytest

from adapter.errors import DocumentTypeRefused, LimitExceeded
from adapter.wire.glance import look

TYPED = '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?> <!-- --> <!DOCTYPE a SYSTEM "http://localhost/a"><a/>',
        b"\xef\xbb\xbf" + TYPED.encode(),
        TYPED.encode("utf-16"),
        ('<?xml version="1.0" encoding="utf-16"?>' + TYPED).encode("utf-16"),
        ('<?xml version="1.0" encoding="utf-16"?>' + TYPED).encode("utf-16-le"),
        ('<?xml version="1.0" encoding="utf-16"?>' + TYPED).encode("utf-16-be"),
        TYPED.encode("utf-32"),
        TYPED.encode("utf-32-be"),
        b"<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE a+AFsAXQA+ADw-a/>",
    ],
)
def test_a_document_type_is_refused_before_it_is_read(data: bytes) -> None:
    with pytest.raises(DocumentTypeRefused):
        look(data, 10)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_elements_are_counted_where_there_may_be_too_many(encoding: str) -> None:
    data = "<a>" + "<b/>" * 10 + "</a>"

    look(data.encode(encoding), 11)
    with pytest.raises(LimitExceeded):
        look(data.encode(encoding), 10)


@pytest.mark.parametrize("other", [b"<!---->", b"<?b?>"])
def test_comments_and_instructions_take_as_much_room_as_elements(other: bytes) -> None:
    look(b"<a>" + other * 9 + b"</a>", 10)
    with pytest.raises(LimitExceeded):
        look(b"<a>" + other * 10 + b"</a>", 10)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not XML",
        b"<",
        b"<" * 100,
        b"<a><!-- <!DOCTYPE a> --></a>",
        b"<a><![CDATA[<!DOCTYPE a>]]></a>",
        b"<a>" + b"<![CDATA[<]]>" * 100 + b"</a>",
        b"<a><b></b><b></b></a>",
    ],
)
def test_what_only_looks_like_too_much_is_let_by(data: bytes) -> None:
    """What is no XML is let by, too: `parse` says why it is none."""
    look(data, 10)
