"""A message of the store as a letter: with what was found when it came, and the conversation it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from adapter.values import value_class

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.check.codelists import CodeLists
    from adapter.partner.register import Register
    from adapter.show import Entry
    from adapter.store import MessageRow, Query


@value_class
class _Finding:
    """A finding as the store keeps it."""

    rule: str
    severity: str
    text: str
    partner_text: str | None
    path: str | None

    @classmethod
    def of(cls, kept: Mapping[str, object]) -> Self:
        """Read what was kept; findings from before the Norwegian text was kept have none."""
        texts = {name: str(value) for name, value in kept.items() if value is not None}
        return cls(
            rule=texts["rule"],
            severity=texts["severity"],
            text=texts["text"],
            partner_text=texts.get("partner_text"),
            path=texts.get("path"),
        )


def letter(query: Query, row: MessageRow, data: bytes, register: Register) -> str:
    """Return a message as an HTML page. Raises FormError where it cannot be read."""
    from adapter import show
    from adapter.check.codelists import CodeLists
    from adapter.wire import read

    rows = [] if row.thread is None else query.thread(row.thread)
    lists = CodeLists.load()
    thread = [_entry(other, register, lists, is_shown=other.id == row.id) for other in rows]
    return show.html(read(data), map(_Finding.of, row.findings), thread, data=data)


def _entry(row: MessageRow, register: Register, lists: CodeLists, *, is_shown: bool) -> Entry:
    from adapter.show import Entry

    return Entry(
        at=row.generated_at or row.received_at,
        what=_what(row, lists),
        sender=_name(row.sender_party, row.sender_her, register),
        receiver=_name(row.receiver_party, row.receiver_her, register),
        state=row.state,
        is_shown=is_shown,
    )


def _what(row: MessageRow, lists: CodeLists) -> str:
    """Return what a message is, and what it is about, in the words of the national lists."""
    kind = (lists.name_of(8279, row.type) if row.type else None) or row.type or row.kind or "Ukjent melding"
    number, _, code = (row.topic or "").partition("/")
    topic = lists.name_of(number, code) if code else None
    return f"{kind}: {topic}" if topic else kind


def _name(party_id: str | None, her_id: str | None, register: Register) -> str:
    party = register.by_id(party_id) if party_id else None
    if party is not None:
        return party.name
    return f"HER-id {her_id}" if her_id else ""
