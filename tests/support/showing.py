"""Messages to show, and a look at the page that comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import html as lxml_html

from adapter import resources, show, wire
from adapter.message import (
    Base64Data,
    Dialogmelding,
    Document,
    FreeText,
    Henvisning,
    Kind,
    Message,
    Notat,
    coded,
)

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


SPECS = sorted((resources.fixtures() / "specs").glob("*.toml"))


HOSTILE = '<script>alert(\'x\')</script>"onmouseover="x" {{ 7 * 7 }}'


@dataclass(frozen=True)
class Found:
    rule: str = "AMO-04"
    severity: str = "warn"
    text: str = "The sick leave is missing."
    partner_text: str | None = None
    path: str | None = "/Message/ServReq/Patient/InfItem"


def referral(**fields: Any) -> Message:
    return Message(kind=Kind.HENVISNING, documents=(Document(content=(Henvisning(**fields),)),))


def note(text: FreeText | None = None, **fields: Any) -> Message:
    content = Dialogmelding(notater=(Notat(text=text, **fields),))
    return Message(kind=Kind.DIALOGMELDING, documents=(Document(content=(content,)),))


def attached(data: bytes | str, mime_type: str | None, **fields: Any) -> Message:
    content = Base64Data.of(data) if isinstance(data, bytes) else Base64Data(data)
    document = Document(kind=coded(8114, "A"), mime_type=mime_type, content=(content,), **fields)
    return Message(documents=(document,))


def elements(message: Message, *findings: Found) -> Any:
    return lxml_html.fromstring(show.html(message, findings))


def fixture_text(name: str) -> str:
    return show.text(wire.read((resources.fixtures() / "messages" / name).read_bytes()))
