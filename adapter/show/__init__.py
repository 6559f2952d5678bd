"""A message for a person: as text, as an HTML page, as a PDF, and as JSON.

page      what a shown message is made of        message   who, to whom, about whom, what
notices   what must be seen first                remarks   what the checks found, where it belongs
left_out  what a standard has no place for
describe  any part of the model                  words     small values, free text, foreign XML
labels    the Norwegian words                    text, html, pdf  the ways to write a page
receipt, sick_note, medicines, results, attached, thread  the parts that have a form of their own
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from adapter.message import Message
from adapter.show import html as _html
from adapter.show import pdf as _pdf
from adapter.show import text as _text
from adapter.show.left_out import Leftover, left_out
from adapter.show.message import page
from adapter.show.remarks import Finding
from adapter.show.thread import Entry
from adapter.wire.spec import to_spec

__all__ = ["Entry", "Finding", "as_json", "html", "pdf", "text"]


def text(
    message: Message, findings: Iterable[Finding] = (), thread: Iterable[Entry] = (), *, data: bytes | None = None
) -> str:
    """Return the message as text in Norwegian, with what the checks found and the conversation it belongs to.

    With the bytes that it was read from, what they say and its standard has no place for is shown too.
    """
    return _text.render(page(message, findings, thread, _left_out(message, data)))


def html(
    message: Message, findings: Iterable[Finding] = (), thread: Iterable[Entry] = (), *, data: bytes | None = None
) -> str:
    """Return the same as one HTML document that needs nothing from outside."""
    return _html.render(page(message, findings, thread, _left_out(message, data)))


def pdf(message: Message, *, at: datetime, data: bytes | None = None) -> bytes:
    """Return the same as a PDF without findings, made at an aware time: the same time gives the same bytes."""
    return _pdf.render(page(message, leftovers=_left_out(message, data)), at=at)


def as_json(message: Message, *, data: bytes | None = None) -> dict[str, Any]:
    """Return the message as JSON's own types, empty fields left out; a build specification reads it back.

    What the bytes say and the standard has no place for is under `left_out`, which a specification may not have.
    """
    leftovers = [{"path": "/".join(one.path), "text": one.words} for one in _left_out(message, data)]
    return {
        "kind": message.kind.value,
        **to_spec(message),
        **({"left_out": leftovers} if leftovers else {}),
    }


def _left_out(message: Message, data: bytes | None) -> tuple[Leftover, ...]:
    return () if data is None else left_out(data, message)
