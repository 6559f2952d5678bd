"""Attachments in the place of others: of the type that the bytes have, whatever they are called, and of their size."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

_SAYS = b"Vedlegget er fjernet ved anonymisering"
#: The longest content of one segment of a JPEG.
_SEGMENT = 65_533
_MAGIC = 4


def type_of(data: bytes) -> str | None:
    """Return what bytes are by their beginning; None where they are nothing known."""
    return next((name for magic, name in _BEGINNINGS if data.startswith(magic)), None)


def placeholder(data: bytes) -> bytes:
    """Return bytes of the same type and length that say nothing. What is too short for its type keeps its beginning."""
    make = _MAKERS.get(type_of(data) or "")
    if make is None:
        return data[:_MAGIC] + bytes(max(0, len(data) - _MAGIC))
    whole = make(0)
    if len(whole) > len(data):
        return whole[: len(data)]
    missing = len(data) - len(whole)
    return next((made for less in range(40) if len(made := make(missing - less)) == len(data)), whole)


def _pdf(filling: int) -> bytes:
    page = b"BT /F1 12 Tf 72 720 Td (" + _SAYS + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    made = b"%PDF-1.4\n"
    if filling > 1:
        made += b"%" + b"-" * (filling - 2) + b"\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(made))
    )


def _png(filling: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    frame = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    empty = len(chunk(b"fiLl", b""))
    between = chunk(b"fiLl", bytes(filling - empty)) if filling >= empty else b""
    return b"\x89PNG\r\n\x1a\n" + frame + between + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")


def _jpeg(filling: int) -> bytes:
    def segment(mark: int, content: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, mark, len(content) + 2) + content

    one_code = bytes([1, *bytes(15), 0])
    comments = b"".join(segment(0xFE, bytes(length)) for length in _comments(filling))
    return (
        b"\xff\xd8"
        + segment(0xDB, bytes([0]) + b"\1" * 64)
        + segment(0xC0, struct.pack(">BHHBBBB", 8, 1, 1, 1, 1, 0x11, 0))
        + segment(0xC4, b"\0" + one_code)
        + segment(0xC4, b"\x10" + one_code)
        + comments
        + segment(0xDA, bytes([1, 1, 0, 0, 63, 0]))
        + b"\x3f\xff\xd9"
    )


def _comments(filling: int) -> Iterator[int]:
    """Yield the lengths of comments that take up so many bytes with their heads of four."""
    while filling >= _MAGIC:
        length = min(filling - _MAGIC, _SEGMENT - _MAGIC)
        yield length
        filling -= length + _MAGIC


def _tiff(filling: int) -> bytes:
    #: Width, length, bits, compression, photometric, strip offset, rows per strip, bytes of the strip.
    tags = ((256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (278, 1), (279, 1))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    start = struct.pack("<2sHI2s", b"II", 42, 10, b"\xff\0")
    return start + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0) + bytes(max(0, filling))


_MAKERS: dict[str, Callable[[int], bytes]] = {"PDF": _pdf, "PNG": _png, "JPEG": _jpeg, "TIFF": _tiff}
_BEGINNINGS = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"PK\3\4", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "OLE"),
    (b"\x1f\x8b", "GZIP"),
    (b"GIF8", "GIF"),
)
