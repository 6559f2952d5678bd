"""What lies in an encrypted content: the document itself, packed by gzip, as a MIME part, or both.

HITS 1172, 5.15 has a MIME part; NAV and the systems that write to it have the document, or gzip, and nothing around.
Which one to write is agreed with each partner. Which one was written can be seen.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import quopri
import re
import zlib
from dataclasses import field
from email.message import Message
from email.parser import HeaderParser
from typing import Literal

from adapter.errors import Undecryptable
from adapter.trust.cms import DEFAULT_LIMIT
from adapter.values import value_class

Packing = Literal["gzip", "mime"]

#: MIME around gzip around MIME: nobody packs more.
_MOST_LAYERS = 3
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
_STEP = 1 << 20
_WINDOW = 1 << 14
_NO_ZERO = re.compile(rb"[^\0]")
#: Most have one; who packs in blocks of 64 kB has 800 at most.
_MOST_MEMBERS = 10_000
_MIME = re.compile(rb"\s{0,8}(?:Content-[A-Za-z-]{1,40}|MIME-Version)[ \t]*:", re.IGNORECASE)
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEADERS = 16_384
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_BASE64 = bytes(octet for octet in range(256) if octet not in _BASE64)
_LINE = 76


@value_class(kw_only=False)
class Payload:
    """A document out of its packing."""

    data: bytes = field(repr=False)
    #: What it was packed in, from the outside.
    packing: tuple[Packing, ...] = ()


def pack(data: bytes, packing: tuple[Packing, ...] = ()) -> bytes:
    """Return a document in its packing, the outermost named first."""
    for kind in reversed(packing):
        # without the time of day, equal documents are packed alike
        data = gzip.compress(data, mtime=0) if kind == "gzip" else _mime(data)
    return data


def unpack(content: bytes, *, limit: int = DEFAULT_LIMIT) -> Payload:
    """Take a document out of its packing, of which it may not come out larger than `limit`.

    Raises Undecryptable like everything that goes wrong inside an encrypted content.
    """
    packing: list[Packing] = []
    while True:
        if content.startswith(_GZIP_MAGIC):
            packing.append("gzip")
            content = _gunzipped(content, limit)
        elif _MIME.match(content):
            packing.append("mime")
            content = _part(content)
        else:
            return Payload(content, tuple(packing))
        if len(packing) > _MOST_LAYERS:
            raise Undecryptable


def _gunzipped(data: bytes, limit: int) -> bytes:
    pieces: list[bytes] = []
    left, at = limit, 0
    for _ in range(_MOST_MEMBERS):
        unpacker = zlib.decompressobj(_GZIP)
        try:
            while not unpacker.eof:
                # what is not used is copied: so no more is given than is needed
                given = data[at : at + _WINDOW]
                piece = unpacker.decompress(given, min(left + 1, _STEP))
                used = len(given) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data)
                at += used
                left -= len(piece)
                if left < 0 or not (piece or used or unpacker.eof):
                    raise Undecryptable
                pieces.append(piece)
        except zlib.error:
            raise Undecryptable from None
        # what follows may be more of the same, or the zeros of a block that is filled up
        more = _NO_ZERO.search(data, at)
        if more is None:
            return b"".join(pieces)
        at = more.start()
    raise Undecryptable


def _part(content: bytes) -> bytes:
    """Return the body of a MIME part without its transfer encoding."""
    content = content.lstrip()
    end = _HEADERS_END.search(content, 0, _LONGEST_HEADERS)
    if end is None:
        raise Undecryptable
    headers: Message = HeaderParser().parsestr(content[: end.start()].decode("latin-1"))
    if headers.get_content_maintype() == "multipart":
        raise Undecryptable
    body = content[end.end() :]
    match str(headers.get("Content-Transfer-Encoding", "binary")).strip().lower():
        case "base64":
            return _from_base64(body)
        case "quoted-printable":
            return quopri.decodestring(body)
        case "7bit" | "8bit" | "binary":
            return body
        case _:
            raise Undecryptable


def _from_base64(body: bytes) -> bytes:
    """Decode base64 as it is met: in lines of any length, with or without its end."""
    body = body.translate(None, _NO_BASE64)
    try:
        return base64.b64decode(body + b"=" * (-len(body) % 4))
    except binascii.Error:
        raise Undecryptable from None


def _mime(data: bytes) -> bytes:
    kind = "application/gzip" if data.startswith(_GZIP_MAGIC) else "text/xml; charset=utf-8"
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    encoded = base64.b64encode(data)
    lines = (encoded[at : at + _LINE] for at in range(0, len(encoded), _LINE))
    return head + b"\r\n".join(lines) + b"\r\n"
