"""Whom a message goes to by mail, and what the header of its envelope says: what the store knows of its thread."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import field, replace

from adapter import wire
from adapter.envelope import addressing
from adapter.envelope.header import MessageHeader, Stamp, is_uuid
from adapter.errors import FormError
from adapter.flow.references import DOCUMENT_ID, MSG_ID
from adapter.message.message import Kind, Message
from adapter.partner.register import Partner, Register
from adapter.partner.snapshot import Snapshot
from adapter.service.courier.facts import header_of
from adapter.service.courier.seal import Unsendable
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, MessageRow
from adapter.values import value_class


@value_class
class Heading:
    """The addressee of one message, and the header for it."""

    #: With the addressee as its receiver, who may be one of several.
    message: Message = field(repr=False)
    party: Partner
    #: What holds between the two sides now.
    snapshot: Snapshot | None
    #: The sender's HER-ids, of both levels.
    counterparts: frozenset[str]
    header: MessageHeader


class Headings:
    """Writes the headers of a batch; what belongs together in it gets one conversation."""

    def __init__(self, query: Query, register: Register) -> None:
        """Take a transaction in which to look things up, and who is who."""
        self._query = query
        self._register = register
        self._begun: dict[tuple[int, frozenset[str]], str] = {}

    def of(self, delivery: DeliveryRow, row: MessageRow, data: bytes, stamp: Stamp) -> Heading:
        """Return the heading for a delivery of a message; Unsendable where there can be none."""
        try:
            message = wire.read(data)
        except FormError:
            raise Unsendable(
                "It cannot be read who sent the message and to whom, so no envelope can be addressed.",
                hint="What the adapter cannot read does not go by mail: let the sender send it to its receiver itself.",
            ) from None
        party = self._party(delivery, message)
        message = _to(message, party)
        sender, receiver = addressing.parties(message)
        if sender is None or receiver is None:
            raise _unaddressed("no HER-id of its sender or its receiver")
        counterparts = self._counterparts(message)
        snapshot = party.snapshot(stamp.at, counterparts=counterparts)
        original = self._original(delivery, message, stamp) if message.kind is Kind.APPREC else None
        header = addressing.header(
            message,
            stamp,
            conversation_id=self._conversation(row, message, original, (sender, receiver)),
            agreement=(snapshot.agreement if snapshot else None) or (original.cpa_id if original else None),
            original=original,
        )
        if header is None:
            raise _unaddressed("a content or a type that no service is known for")
        return Heading(message=message, party=party, snapshot=snapshot, counterparts=counterparts, header=header)

    def _party(self, delivery: DeliveryRow, message: Message) -> Partner:
        """Return whom a delivery is for; a route's copy names nobody, and goes to a receiver behind its channel."""
        named = self._register.by_id(delivery.party)
        if named is not None:
            return named
        behind = self._register.by_channel(delivery.channel)
        her_ids = {her_id for receiver in message.receivers for her_id in receiver.her_ids()}
        found = [party for party in behind if not her_ids.isdisjoint(party.her_ids)] or list(behind)
        if len(found) != 1:
            raise Unsendable(
                f"No party of channel {delivery.channel} is the receiver, so there is no address to send it to.",
                hint="A route may only copy messages to a mail channel that one party has, or one of the receivers.",
            )
        return found[0]

    def _counterparts(self, message: Message) -> frozenset[str]:
        her_ids = message.sender.her_ids() if message.sender else ()
        ours = self._register.by_her(her_ids[-1]) if her_ids else None
        above = {ours.parent_her_id} if ours and ours.parent_her_id else frozenset[str]()
        return frozenset(her_ids) | above

    def _conversation(
        self, row: MessageRow, message: Message, original: MessageHeader | None, parties: tuple[str, str]
    ) -> str:
        """Return that of what a receipt answers, that of the thread, the one that the message names, or a new one."""
        if original is not None and original.conversation_id:
            return original.conversation_id
        thread = row.id if row.thread is None else row.thread
        key = thread, frozenset(parties)
        if key not in self._begun:
            known = self._query.conversation_of(thread, *parties)
            self._begun[key] = known or _named(message) or str(uuid.uuid4())
        return self._begun[key]

    def _original(self, delivery: DeliveryRow, receipt: Message, stamp: Stamp) -> MessageHeader:
        """Return the header that came with what a receipt answers, or should have; raises Unsendable."""
        is_made = delivery.for_message_id != delivery.message_id
        answered = [delivery.for_message_id] if is_made else self._answered(receipt)
        came_in = self._query.envelopes_carrying(answered, "in")
        known = next((header_of(came_in[number]) for number in answered if number in came_in), None)
        header = known or self._written(answered, stamp)
        if header is None:
            raise Unsendable(
                "The message that the receipt answers is not known, and so its service is not.",
                hint="Find out what was answered; its sender may have to be told by other means.",
            )
        return header

    def _answered(self, receipt: Message) -> Sequence[int]:
        """Return the messages that a receipt may name, the likeliest first."""
        original = receipt.receipt.original if receipt.receipt else None
        key = ((original.id if original else None) or "").strip().lower()
        found = [item for item in self._query.known({key}).get(key, ()) if item.kind != Kind.APPREC] if key else []
        named = [item for role in (MSG_ID, DOCUMENT_ID) for item in reversed(found) if item.role == role]
        return list(dict.fromkeys(item.message_id for item in named))

    def _written(self, answered: Collection[int], stamp: Stamp) -> MessageHeader | None:
        """Return the header that a message would have had, had it come by mail as its receipt goes."""
        bodies = self._query.bodies(answered)
        for number in answered:
            try:
                header = addressing.header(wire.read(bodies[number]), stamp, conversation_id="")
            except FormError:
                continue
            if header is not None:
                return replace(header, cpa_id="")
        return None


def _unaddressed(lack: str) -> Unsendable:
    return Unsendable(
        f"The message has {lack}, which the envelope must name.",
        hint="Correct it in the system that wrote it, and send it from there again.",
    )


def _to(message: Message, party: Partner) -> Message:
    """Return a message with a party as its receiver: each of several gets an envelope of its own."""
    fitting = (one for one in message.receivers if not set(party.her_ids).isdisjoint(one.her_ids()))
    receiver = next(fitting, message.receiver)
    return message if receiver is message.receiver else replace(message, receiver=receiver)


def _named(message: Message) -> str | None:
    """Return the conversation that a message says it belongs to, where an envelope can say the same."""
    said = (message.conversation.conversation if message.conversation else None) or ""
    return said if is_uuid(said) else None
