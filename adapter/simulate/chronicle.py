"""The event log as lines for people: who to whom, what, and what came of it. Nothing here is told that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from adapter.check.codelists import CodeLists
from adapter.errors import FormError
from adapter.message.message import Message
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store.query import Query
from adapter.store.rows import EventRow, MessageRow
from adapter.values import value_class
from adapter.wire import read

ADAPTER = "Budstikke"
_TYPES = 8279


class Mark(StrEnum):
    """How a line is to be taken."""

    WELL = "✓"
    NOTICE = "!"
    BAD = "✗"
    #: Belongs to the line before.
    MORE = " "


@value_class
class Line:
    """One line of the timeline."""

    at: datetime
    mark: Mark
    #: "" where nobody sends anything.
    sender: str = ""
    receiver: str = ""
    what: str = ""
    note: str = ""


class Chronicle:
    """Tells what is new in the event log since the last time."""

    def __init__(self, names: Mapping[str, str], channels: Mapping[str, str], adapter: str = ADAPTER) -> None:
        """Take short names of the parties, by their ids and by their channels, and that of the adapter."""
        self._names = names
        self._channels = channels
        self._adapter = adapter
        self._codes = CodeLists.load()
        self._last = 0

    def news(self, query: Query) -> list[Line]:
        """Return a line for each event since the last call that people want to hear of."""
        lines: list[Line] = []
        while events := query.events(after=self._last):
            self._last = events[-1].seq
            lines += [line for event in events for line in self._told(query, event)]
        return lines

    def _told(self, query: Query, event: EventRow) -> Iterator[Line]:
        if event.name == "task_opened":
            yield from self._task(query, event)
        elif event.delivery_id is not None:
            if event.name == DeliveryState.SENT:
                yield from self._delivery(query, event)
            elif event.name == _ACKNOWLEDGED:
                yield from self._acknowledgment(query, event)
        elif event.message_id is not None and event.name in _TOLD:
            row = query.message(event.message_id)
            if row is not None:
                yield from self._message(query, event, row)

    def _message(self, query: Query, event: EventRow, row: MessageRow) -> Iterator[Line]:
        message = _read(query, row.id)
        state = MessageState(event.name)
        if row.direction == "out":
            name = self._name(row.sender_party)
            note = _with_topic(f"approved by {event.data.get('by', 'a person')}", message)
            what = self._what(message)
            yield Line(at=event.at, mark=Mark.WELL, sender=name, receiver=self._adapter, what=what, note=note)
            return
        sender = self._name(row.sender_party) if row.sender_party else self._channels.get(row.channel, row.channel)
        line = Line(
            at=event.at,
            mark=_MARKS[state],
            sender=sender,
            receiver=self._adapter,
            what=self._what(message),
            note=_with_topic(_TOLD[state], message),
        )
        yield line
        for finding in () if state is MessageState.IGNORED else row.findings:
            if finding.get("severity") in {"warn", "hold", "reject"}:
                note = f"{finding.get('rule')}: {finding.get('text')}"
                yield replace(line, mark=Mark.MORE, sender="", receiver="", what="", note=note)

    def _delivery(self, query: Query, event: EventRow) -> Iterator[Line]:
        delivery = query.delivery(event.delivery_id or 0)
        if delivery is None:
            return
        message = _read(query, delivery.message_id)
        note = "signed, encrypted, sent" if delivery.is_reliable else "delivered"
        if delivery.message_id != delivery.for_message_id:
            note = f"answers {self._what(_read(query, delivery.for_message_id))}"
        note = _with_topic(note, message)
        is_bad = message is not None and message.receipt is not None and not message.receipt.is_positive
        yield Line(
            at=event.at,
            mark=Mark.NOTICE if is_bad else Mark.WELL,
            sender=self._adapter,
            receiver=self._name(delivery.party),
            what=self._what(message),
            note=note,
        )

    def _acknowledgment(self, query: Query, event: EventRow) -> Iterator[Line]:
        delivery = query.delivery(event.delivery_id or 0)
        if delivery is not None:
            note = f"of {self._what(_read(query, delivery.message_id))}"
            sender = self._name(delivery.party)
            yield Line(
                at=event.at, mark=Mark.WELL, sender=sender, receiver=self._adapter, what="Acknowledgment", note=note
            )

    def _task(self, query: Query, event: EventRow) -> Iterator[Line]:
        number = event.data.get("task")
        task = query.task(number) if isinstance(number, int) else None
        if task is None:
            return
        owner = self._name(task.party) if task.party else "the operator"
        yield Line(at=event.at, mark=Mark.NOTICE, what=f"task {task.id} for {owner}", note=task.rule)
        draft = None if task.draft_message_id is None else _read(query, task.draft_message_id)
        if draft is not None:
            yield Line(at=event.at, mark=Mark.MORE, note=f"a question waits for approval: {_asked(draft)}")

    def _name(self, party: str | None) -> str:
        return self._names.get(party or "", party or "unknown")

    def _what(self, message: Message | None) -> str:
        """Return what a message is, in the words of the standards."""
        if message is None or message.type_code is None:
            return "unreadable file"
        if message.receipt is not None:
            errors = ", ".join(error.value or "" for error in message.receipt.errors)
            return f"AppRec {message.version} {'OK' if message.receipt.is_positive else f'avvist: {errors}'}"
        name = _SHORT.get(message.type_code) or self._codes.name_of(_TYPES, message.type_code) or message.type_code
        return f"{name} {message.version or ''}".rstrip() if message.henvisning else name


def _with_topic(note: str, message: Message | None) -> str:
    """Add what a message is about: the theme of a note, the reasons of a receipt. Codes only, never free text."""
    if message is None:
        return note
    notes = message.dialogmelding.notater if message.dialogmelding else ()
    codes = message.receipt.errors if message.receipt else [note.theme for note in notes[:1] if note.theme]
    topic = ", ".join(code.name for code in codes if code.name)
    return f"{note}: {topic}" if topic else note


_ACKNOWLEDGED = f"envelope_{EnvelopeState.ACKNOWLEDGED}"
_SHORT = {"DIALOG_NOTAT": "Notat", "DIALOG_STATUS_HENVISNING": "Status", "HENVISNING": "Henvisning"}
_TOLD = {
    MessageState.ACCEPTED: "taken",
    MessageState.HELD: "held for a person",
    MessageState.REJECTED: "rejected",
    MessageState.IGNORED: "came before; nothing is done twice",
    MessageState.QUARANTINED: "put aside for a person",
}
_MARKS = {
    MessageState.ACCEPTED: Mark.WELL,
    MessageState.HELD: Mark.NOTICE,
    MessageState.REJECTED: Mark.NOTICE,
    MessageState.IGNORED: Mark.WELL,
    MessageState.QUARANTINED: Mark.NOTICE,
}


def _asked(draft: Message) -> str:
    """Return the items that a draft asks for: our own words, with nothing of the patient."""
    notes = draft.dialogmelding.notater if draft.dialogmelding else ()
    lines = [line for note in notes for line in (note.text.text if note.text else "").splitlines()]
    return ", ".join(f"«{line.removeprefix('- ')}»" for line in lines if line.startswith("- "))


def _read(query: Query, number: int) -> Message | None:
    """Read a message's bytes; None for what is none."""
    data = query.bodies([number]).get(number)
    if data is None:
        return None
    try:
        return read(data)
    except FormError:
        return None
