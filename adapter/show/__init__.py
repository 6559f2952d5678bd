"""A message for a person: as text, as an HTML page, as a PDF, and as JSON.

page      what a shown message is made of        message   who, to whom, about whom, what
notices   what must be seen first                remarks   what the checks found, where it belongs
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
from adapter.show.message import page
from adapter.show.remarks import Finding
from adapter.show.thread import Entry
from adapter.wire.spec import to_spec

__all__ = ["Entry", "Finding", "as_json", "html", "pdf", "text"]


def text(message: Message, findings: Iterable[Finding] = (), thread: Iterable[Entry] = ()) -> str:
    """Return the message as text in Norwegian, with what the checks found and the conversation it belongs to."""
    return _text.render(page(message, findings, thread))


def html(message: Message, findings: Iterable[Finding] = (), thread: Iterable[Entry] = ()) -> str:
    """Return the same as one HTML document that needs nothing from outside."""
    return _html.render(page(message, findings, thread))


def pdf(message: Message, *, at: datetime) -> bytes:
    """Return the message as a PDF in Norwegian, made at an aware time: the same time gives the same bytes."""
    return _pdf.render(page(message), at=at)


def as_json(message: Message) -> dict[str, Any]:
    """Return the message as JSON's own types, empty fields left out; a build specification reads it back."""
    return {"kind": message.kind.value, **to_spec(message)}
