"""New ids and dates for a set of messages, so that it can be replayed as if it had just been written.

Every MsgId and document id of the set becomes a new one, the same one wherever the set names it: threads hold.
Ids from outside the set stay, and so does everything else, byte by byte: encoding, prefixes, white space, mistakes.
Therefore it is text that is changed, not a tree, and a message that is no well-formed XML is treated like any other.
A signature does not survive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import uuid4

from adapter.message.code import OSLO, Moment
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.message import Message
from adapter.replay.source import glance

#: Elements whose text is an id of a message or a document. `Id` is many things: it counts only where its text is
#: an id of the set.
_NAMES = "MsgId|RefToParent|RefToConversation|DocumentId|DokIdNotat|DokIdForesp|ServProvId|Id"
_ID = re.compile(rf"(<(?:[\w.-]+:)?({_NAMES})(?:\s[^<>]*)?>\s*)([^<>\s]+)(\s*</)")
_DEFINED = re.compile(r"<(?:[\w.-]+:)?(?:MsgId|DokIdNotat)(?:\s[^<>]*)?>\s*([^<>\s]+)\s*</")
_GENERATED = re.compile(
    r"""(<(?:[\w.-]+:)?GenDate\s[^<>]*?\bV\s*=\s*["']|<(?:[\w.-]+:)?GenDate(?:\s[^<>]*)?>)([^<>"']*)(["'<])"""
)
_ORIGINAL = re.compile(r"<(?:[\w.-]+:)?OriginalMsgId(?:\s[^<>]*)?>.*?</(?:[\w.-]+:)?OriginalMsgId\s*>", re.DOTALL)
_ISSUED = re.compile(r"(<(?:[\w.-]+:)?IssueDate(?:\s[^<>]*)?>)([^<>]*)(<)")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_FRACTION = re.compile(r"\.(\d+)")
#: An id with fewer digits than this gets some more, so that two replays do not meet.
_ENOUGH_DIGITS = 8
_RANDOM = SystemRandom()

NewId = Callable[[str], str]


def remint(messages: Sequence[bytes], *, now: datetime, new_id: NewId | None = None) -> list[bytes]:
    """Return messages with new ids, and GenDates a second apart of which the last one is `now`.

    `new_id` makes a new id that looks like an old one: a UUID for a UUID, digits for digits.
    """
    texts = [decoded(data) for data in messages]
    glances = [glance(data) for data in messages]
    ids: dict[str, str] = {}
    for (text, _), message in zip(texts, glances, strict=True):
        for found in _defined(text, message):
            ids.setdefault(found.lower(), (new_id or similar)(found))
    first = now - timedelta(seconds=len(messages) - 1)
    moments = [first + timedelta(seconds=number) for number in range(len(messages))]
    generated = {
        key.strip().lower(): moment
        for message, moment in zip(glances, moments, strict=True)
        if message
        for key in (message.document_id, message.msg_id)
        if key
    }
    return [
        _changed(text, ids, generated, moment).encode(encoding)
        for (text, encoding), moment in zip(texts, moments, strict=True)
    ]


def similar(old: str) -> str:
    """Return a new id of the same form as an old one."""
    if _UUID.fullmatch(old):
        return str(uuid4())
    new = "".join(_RANDOM.choice("0123456789") if letter.isdecimal() else letter for letter in old)
    missing = _ENOUGH_DIGITS - sum(letter.isdecimal() for letter in old)
    return new + "".join(_RANDOM.choice("0123456789") for _ in range(missing))


def like(old: str, moment: datetime) -> str:
    """Write a moment the way another one is written: with or without zone, fraction, or time of day."""
    text = old.strip()
    if Moment(text).instant is None:
        return old
    if "T" not in text:
        return moment.astimezone(OSLO).date().isoformat()
    rest = text.partition("T")[2]
    fraction = _FRACTION.search(rest)
    zoned = moment if rest.endswith("Z") else moment.astimezone(OSLO)
    written = zoned.strftime("%Y-%m-%dT%H:%M:%S")
    if fraction:
        written += f".{moment.microsecond:06}".ljust(len(fraction[1]) + 1, "0")[: len(fraction[1]) + 1]
    if rest.endswith("Z"):
        return written + "Z"
    has_offset = "+" in rest or "-" in rest
    return written + (zoned.isoformat()[-6:] if has_offset else "")


def _defined(text: str, message: Message | None) -> Iterator[str]:
    """Yield the ids that a message gives to itself and its documents."""
    yield from _DEFINED.findall(text)
    if message is None:
        return
    own = [message.msg_id, message.document_id]
    payload = message.payload
    if isinstance(payload, Dialogmelding):
        # A question inside a note is a copy of one that was asked before: its id belongs to that one.
        own += [question.document_id for question in payload.foresporsler]
    yield from (key.strip() for key in own if key and key.strip())


def _changed(text: str, ids: dict[str, str], generated: dict[str, datetime], moment: datetime) -> str:
    text = _ORIGINAL.sub(lambda found: _redated(found[0], generated), text)
    text = _ID.sub(lambda found: f"{found[1]}{_replaced(found[3], ids)}{found[4]}", text)
    return _GENERATED.sub(lambda found: f"{found[1]}{like(found[2], moment)}{found[3]}", text)


def _redated(original: str, generated: dict[str, datetime]) -> str:
    """Let a receipt repeat the new GenDate of the message it answers for, if that one is in the set."""
    named = (generated.get(found[3].lower()) for found in _ID.finditer(original))
    moment = next((found for found in named if found is not None), None)
    if moment is None:
        return original
    return _ISSUED.sub(lambda found: f"{found[1]}{like(found[2], moment)}{found[3]}", original)


def _replaced(old: str, ids: dict[str, str]) -> str:
    new = ids.get(old.lower(), old)
    return new.upper() if old != old.lower() and old == old.upper() and _UUID.fullmatch(old) else new


def decoded(data: bytes) -> tuple[str, str]:
    """Return bytes as text, and the encoding that gives exactly these bytes back."""
    declared = _ENCODING.match(data)
    names = ["utf-16-le"] if data.startswith(b"\xff\xfe") else ["utf-16-be"] if data.startswith(b"\xfe\xff") else []
    names += [declared[1].decode("ascii")] if declared else []
    for name in (*names, "utf-8"):
        try:
            text = data.decode(name)
            if text.encode(name) == data:
                return text, name
        except (LookupError, UnicodeError):
            continue
    return data.decode("latin-1"), "latin-1"
