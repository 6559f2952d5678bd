"""A document in an encrypted content is found in whatever it was packed."""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.errors import Undecryptable
from adapter.trust.payload import Packing, Payload, pack, unpack

DOCUMENT = b"<MsgHead>bl\xc3\xa5b\xc3\xa6r</MsgHead>\n" * 20
PACKINGS: list[tuple[Packing, ...]] = [(), ("gzip",), ("mime",), ("mime", "gzip"), ("gzip", "mime")]


@pytest.mark.parametrize("packing", PACKINGS, ids=" in ".join)
def test_what_is_packed_is_unpacked(packing: tuple[Packing, ...]) -> None:
    packed = pack(DOCUMENT, packing)

    assert unpack(packed) == Payload(DOCUMENT, packing)
    assert packed == pack(DOCUMENT, packing)


@given(document=st.binary(max_size=400).map(lambda tail: b"<x>" + tail), packing=st.sampled_from(PACKINGS))
def test_every_document_comes_out_as_it_went_in(document: bytes, packing: tuple[Packing, ...]) -> None:
    assert unpack(pack(document, packing)) == Payload(document, packing)


def test_a_mime_part_is_written_in_short_lines_of_ascii() -> None:
    head, _, body = pack(DOCUMENT, ("mime",)).partition(b"\r\n\r\n")

    assert head == b"Content-Type: text/xml; charset=utf-8\r\nContent-Transfer-Encoding: base64"
    assert max(map(len, body.split(b"\r\n"))) == 76
    assert pack(DOCUMENT, ("mime", "gzip")).startswith(b"Content-Type: application/gzip\r\n")


@pytest.mark.parametrize(
    "part",
    [
        b"Content-Type: text/xml\r\n\r\n" + DOCUMENT,
        b"content-type: text/xml\n\n" + DOCUMENT,
        b"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: 8BIT\r\n\r\n" + DOCUMENT,
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(DOCUMENT),
        b"Content-Transfer-Encoding: Base64 \r\n\r\n" + base64.b64encode(DOCUMENT).rstrip(b"="),
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + DOCUMENT.replace(b"\xc3", b"=C3"),
        b'Content-Type: text/xml;\r\n charset="utf-8"\r\nContent-ID: <a@b>\r\n\r\n' + DOCUMENT,
    ],
)
def test_mime_is_read_as_it_is_met(part: bytes) -> None:
    assert unpack(part) == Payload(DOCUMENT, ("mime",))


@pytest.mark.parametrize(
    "content",
    [
        b"Content-Type: text/xml\r\n" + DOCUMENT.replace(b"\n", b" "),
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n--x--",
        b"Content-Transfer-Encoding: x-unknown\r\n\r\n" + DOCUMENT,
        b"Content-Transfer-Encoding: base64\r\n\r\nA",
        gzip.compress(DOCUMENT, mtime=0)[:-9],
        gzip.compress(DOCUMENT, mtime=0)[:-1],
        gzip.compress(DOCUMENT, mtime=0)[:-8] + b"\0" * 8,
        gzip.compress(DOCUMENT, mtime=0) + b"rubbish",
        b"\x1f\x8b",
        pack(DOCUMENT, ("gzip",) * 4),
    ],
)
def test_what_cannot_be_unpacked_is_as_good_as_not_decrypted(content: bytes) -> None:
    with pytest.raises(Undecryptable, match=r"^The content cannot be decrypted\.$"):
        unpack(content)


def test_gzip_may_have_several_members_and_a_filled_up_end() -> None:
    data = gzip.compress(DOCUMENT[:100]) + gzip.compress(DOCUMENT[100:]) + b"\0" * 7

    assert unpack(data).data == DOCUMENT


def test_a_bomb_is_stopped_at_the_limit() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()

    with pytest.raises(Undecryptable):
        unpack(bomb, limit=1 << 20)
    assert unpack(gzip.compress(bytes(1_000)), limit=1_000).data == bytes(1_000)
    with pytest.raises(Undecryptable):
        unpack(gzip.compress(bytes(1_001)), limit=1_000)


def test_what_a_document_says_is_not_shown() -> None:
    assert "MsgHead" not in repr(Payload(DOCUMENT))


@settings(max_examples=60)
@given(data=st.binary(max_size=300), head=st.sampled_from([b"", b"\x1f\x8b\x08", b"Content-Type: "]))
def test_no_bytes_make_it_fail_otherwise(data: bytes, head: bytes) -> None:
    try:
        assert len(unpack(head + data, limit=10_000).data) <= 10_000
    except Undecryptable:
        return
