"""What FETCH tells of a mail: its flags, its size, and its bytes or some of them (RFC 3501, 6.4.5 and 7.4.2)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from adapter.simulate.mail.arguments import Malformed, Value, text
from adapter.simulate.mail.maildir import Flag, Mail
from adapter.values import value_class

#: A flag's name on the wire.
NAMES = {
    Flag.ANSWERED: r"\Answered",
    Flag.FLAGGED: r"\Flagged",
    Flag.DELETED: r"\Deleted",
    Flag.SEEN: r"\Seen",
    Flag.DRAFT: r"\Draft",
}
_BY_NAME = {name.lower(): flag for flag, name in NAMES.items()}
_RECENT = r"\Recent"

_SHORT = {
    "RFC822": ("BODY", ""),
    "RFC822.TEXT": ("BODY", "TEXT"),
    "RFC822.HEADER": ("BODY.PEEK", "HEADER"),
}
_FAST = ("FLAGS", "INTERNALDATE", "RFC822.SIZE")
_PLAIN = frozenset({"UID", *_FAST})
_SECTION = re.compile(
    r"(BODY|BODY\.PEEK)\[(|HEADER|TEXT|HEADER\.FIELDS(?:\.NOT)? \([^()]+\))\](?:<([0-9]{1,9})\.([1-9][0-9]{0,8})>)?",
    re.IGNORECASE,
)
_FIELD = re.compile(rb"([^:\s]+)[ \t]*:.*\r?\n(?:[ \t].*\r?\n)*")


@value_class
class Item:
    """One thing to tell."""

    #: As the answer names it.
    name: str
    #: Which part of the mail's bytes; None where it is something else.
    section: str | None = None
    #: True: whoever gets it has then read the mail.
    is_reading: bool = False
    #: The first byte and how many; None: all.
    cut: tuple[int, int] | None = None


def parse_items(value: Value) -> tuple[Item, ...]:
    """Return what is asked for. Raises Malformed for what is unknown, or is not told here."""
    asked = [text(one) for one in (value if isinstance(value, list) else [value])]
    if [name.upper() for name in asked] == ["FAST"]:
        asked = list(_FAST)
    if not asked:
        raise Malformed("Nothing is asked for")
    return tuple(map(_item, asked))


def _item(asked: str) -> Item:
    name = asked.upper()
    if name in _PLAIN:
        return Item(name=name)
    if name in _SHORT:
        kind, section = _SHORT[name]
        return Item(name=name, section=section, is_reading=kind == "BODY")
    found = _SECTION.fullmatch(asked)
    if found is None:
        raise Malformed(f"{asked} is not told here")
    first = None if found[3] is None else int(found[3])
    return Item(
        name=f"BODY[{found[2].upper()}]" + ("" if first is None else f"<{first}>"),
        section=found[2].upper(),
        is_reading=found[1].upper() == "BODY",
        cut=None if first is None else (first, int(found[4])),
    )


def told(number: int, mail: Mail, items: Collection[Item], *, is_recent: bool) -> Iterator[bytes]:
    """Yield the answer about one mail. Raises FileNotFoundError where it is gone."""
    data = mail.path.read_bytes() if any(item.section is not None for item in items) else b""
    yield b"* %d FETCH (" % number
    for place, item in enumerate(items):
        yield b" " * (place > 0) + item.name.encode("ascii", "replace") + b" "
        if item.section is None:
            yield _fact(item.name, mail, is_recent=is_recent).encode("ascii")
            continue
        part = part_of(data, item.section)
        if item.cut is not None:
            part = part[item.cut[0] : sum(item.cut)]
        yield b"{%d}\r\n" % len(part)
        yield part
    yield b")\r\n"


def _fact(name: str, mail: Mail, *, is_recent: bool) -> str:
    match name:
        case "UID":
            return str(mail.uid)
        case "FLAGS":
            return write_flags(mail.flags, is_recent=is_recent)
        case "INTERNALDATE":
            return f'"{internal_date(mail)}"'
        case _:
            return str(mail.size)


def part_of(data: bytes, section: str) -> bytes:
    """Return a section of a mail: all, its header, some fields of that, or what follows it."""
    header, body = split(data)
    kind, _, rest = section.partition(" ")
    if not kind:
        return data
    if kind in {"HEADER", "TEXT"}:
        return header if kind == "HEADER" else body
    wanted = {name.strip('"').encode("ascii", "replace") for name in rest.strip("()").split()}
    keeps = kind == "HEADER.FIELDS"
    return b"".join(whole for name, whole in fields(header) if (name.upper() in wanted) == keeps) + b"\r\n"


def split(data: bytes) -> tuple[bytes, bytes]:
    """Return a mail's header with the empty line that ends it, and its body."""
    header, mark, body = data.partition(b"\r\n\r\n")
    return header + mark, body


def fields(header: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names of a header's fields, and each field with its lines."""
    for found in _FIELD.finditer(header):
        yield found[1], found[0]


def write_flags(flags: Collection[Flag], *, is_recent: bool = False) -> str:
    """Return flags as a list."""
    names = [name for flag, name in NAMES.items() if flag in flags]
    return f"({' '.join([*names, *([_RECENT] if is_recent else [])])})"


def parse_flags(values: Collection[Value]) -> frozenset[Flag]:
    """Return the flags that are named; keywords are not kept, as PERMANENTFLAGS says."""
    names = [text(one) for value in values for one in (value if isinstance(value, list) else [value])]
    return frozenset(_BY_NAME[name.lower()] for name in names if name.lower() in _BY_NAME)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def internal_date(mail: Mail) -> str:
    """Return when a mail came, in the words of the standard whatever the locale says."""
    return f"{mail.at.day:2}-{_MONTHS[mail.at.month - 1]}-{mail.at:%Y %H:%M:%S} +0000"


def parse_day(value: Value) -> tuple[int, int, int]:
    """Return the year, month and day of a date such as 9-Mar-2026. Raises Malformed."""
    found = re.fullmatch(r"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})", text(value), re.ASCII)
    if found is None or found[2].title() not in _MONTHS:
        raise Malformed("A date is none")
    return int(found[3]), _MONTHS.index(found[2].title()) + 1, int(found[1])
