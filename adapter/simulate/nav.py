"""NAV's own ways: it answers by its checks, and writes as its systems do (domain rules A.3 and A.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from adapter.check.nav import Duplicate, Registers, answer_to, says, written
from adapter.flow.references import content_digest
from adapter.message.code import OSLO, Code, Moment, coded
from adapter.message.message import ConversationRef, Kind, Message
from adapter.simulate.compose import NewId

_ERRORS = 8221
_REFERENCES = re.compile(rb"(<RefToParent>[^<]*</RefToParent>)(<RefToConversation>[^<]*</RefToConversation>)")


def words_about(
    message: Message, registers: Registers, taken: Mapping[str, datetime], now: datetime
) -> tuple[str, ...] | None:
    """Return why NAV rejects a message, in its own words; nothing where it takes it, None where it never answers.

    `taken` says when NAV took which content (`content_of`).
    """
    if message.kind is Kind.APPREC:
        return None
    before = taken.get(content_of(message) or "")
    duplicate = Duplicate(_sent(message, now), before) if before else None
    answer = answer_to(message, registers=registers, duplicate=duplicate)
    if answer is None:
        # what other systems at NAV read, by checks that are not known here
        return ()
    return None if answer.no_receipt else answer.errors


def content_of(message: Message) -> str | None:
    """Return what is the same when the same is sent again under another id."""
    return content_digest(message)


def error(code: str, reason: str | None, message: Message, *, now: datetime) -> Code:
    """Return an error as NAV writes it: X99, with the reason as its name. `code` is a rule of NAV's, or any code."""
    words = reason or f"Meldingen er avvist ({code})"
    if code.startswith("NAV-"):
        moments = {"sent": written(_sent(message, now)), "taken": written(now)}
        words = says(code, **moments).partner_text or words
    return coded(_ERRORS, "X99", words)


def swapped(code: Code) -> Code:
    """Return a code with value and list in each other's place."""
    return replace(code, value=code.system, system=code.value)


def as_nav_writes(message: Message, *, is_answer: bool, now: datetime, new_id: NewId) -> Message:
    """Return a message as NAV's systems write it: local time with nine decimals, and a conversation of its own.

    Where it belongs to a conversation already, that stays.
    """
    local = now.astimezone(OSLO).replace(tzinfo=None)
    made = replace(message, generated=Moment(f"{local.isoformat(timespec='microseconds')}000"))
    if is_answer or message.conversation is None:
        return made
    case = new_id()
    return replace(made, conversation=ConversationRef(parent=case, conversation=case))


def reversed_references(data: bytes) -> bytes:
    """Return a message with its two references in the wrong order."""
    return _REFERENCES.sub(rb"\2\1", data)


def _sent(message: Message, now: datetime) -> datetime:
    return (message.generated.instant if message.generated else None) or now
