"""A clinic's message server without a network: a mailbox in memory, a real store, and keys of the test world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import envelopes
import mails
import posting
from pki import NOW, world

from adapter.channel.base import Incoming
from adapter.channel.mail.terms import Terms
from adapter.envelope import package
from adapter.envelope.signal import EbxmlMessage
from adapter.errors import ChannelUnavailable, LimitExceeded
from adapter.flow.context import Context
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.partner.register import Partner, Register
from adapter.service.courier.facts import facts_of
from adapter.service.courier.keys import Keyring
from adapter.service.courier.receive import Collected, Receiver
from adapter.store.entries import DecidedMessage, DeliveryMove, NewDelivery, NewEnvelope, NewMessage
from adapter.store.facts import by_name
from adapter.store.rows import EnvelopeRow, EventRow, TaskRow
from adapter.store.store import Store
from adapter.trust.pki import Pair
from adapter.trust.verifier import Verifier

ADDRESS = "klinikk@testedi.nhn.no"
CLINIC = Partner(
    id="klinikk",
    role="clinic",
    name="Syntetisk sykehus TEST",
    her_ids=("8990101",),
    parent_her_id="8990100",
    channel="folder",
)


@dataclass
class Mailbox:
    """What lies in it, and what was done to it; stands for a mail channel."""

    id: str = mails.CHANNEL
    terms: Terms = field(default_factory=lambda: Terms(address=ADDRESS))
    lying: dict[str, bytes] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    #: What cannot be read.
    broken: set[str] = field(default_factory=set)
    is_open: bool = False
    #: Called before mails are deleted.
    before_settling: Callable[[], None] = field(default=lambda: None)

    def put(self, *mails_: bytes) -> None:
        """Let mails come."""
        for data in mails_:
            self.lying[f"uid-{len(self.lying) + len(self.aside) + 1}"] = data

    @contextmanager
    def session(self) -> Iterator[None]:
        self.is_open = True
        yield
        self.is_open = False

    def listing(self, limit: int, now: datetime) -> list[Incoming]:
        found = [Incoming(source=name, size=len(data), modified=now) for name, data in self.lying.items()]
        return [item for item in found if item.source not in self.aside][:limit]

    def read(self, item: Incoming) -> bytes:
        if item.size > self.terms.largest_mail:
            raise LimitExceeded("too large")
        if item.source in self.broken:
            raise ChannelUnavailable("it does not give it")
        return self.lying[item.source]

    def settle_many(self, items: Iterable[Incoming]) -> None:
        self.before_settling()
        for item in items:
            self.lying.pop(item.source, None)

    def set_aside(self, item: Incoming) -> None:
        self.aside.append(item.source)


def keyring(*pairs: Pair) -> Keyring:
    """Return what a message server signs and opens with."""
    return posting.keyring(pairs=pairs)


@dataclass
class Server:
    """The clinic's message server, and the mailbox before it."""

    store: Store
    parties: tuple[Partner, ...] = (mails.OFFICE, CLINIC)
    mailbox: Mailbox = field(default_factory=Mailbox)
    keys: Keyring = field(default_factory=lambda: keyring(world().signing, world().encryption))
    verifier: Verifier = field(default_factory=lambda: Verifier(anchors=world().anchors))
    settings: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW

    @property
    def receiver(self) -> Receiver:
        """Return a receiver of a new process."""
        channels: Any = {self.mailbox.id: self.mailbox}
        context = Context(register=Register(self.parties))
        return Receiver(self.store, channels, context, self.keys, self.verifier, **self.settings)

    def collect(self, *mails_: bytes, worker: str = "worker-1") -> Collected:
        """Let mails come, and take them in."""
        self.mailbox.put(*mails_)
        return self.receiver.collect(self.mailbox.id, self.now, worker)

    def resume(self) -> list[bytes]:
        """Free what a dead worker had, take it up again, and return the messages inside."""
        with self.store.writing() as ledger:
            for worker in ledger.workers():
                ledger.release_worker(worker)
            numbers = ledger.received_envelopes(100)
        return [one.data for one in self.receiver.resume(numbers, self.now, "worker-2")]

    # --- what is in the store

    def envelopes(self, direction: str | None = None) -> list[EnvelopeRow]:
        with self.store.reading() as query:
            return [row for row in query.envelopes(limit=1000) if direction in {None, row.direction}]

    def states(self) -> list[str]:
        """Return the states of the envelopes that came in."""
        return [row.state.value for row in self.envelopes("in")]

    def answers(self) -> list[EbxmlMessage]:
        """Return what is said to others."""
        return [self.opened(row) for row in self.envelopes("out") if row.answers is not None]

    def opened(self, row: EnvelopeRow) -> EbxmlMessage:
        """Return an envelope that goes out, as its signature vouches for it."""
        return package.unseal(package.read(self.body(row))).message

    def body(self, row: EnvelopeRow) -> bytes:
        with self.store.reading() as query:
            return query.envelope_bodies([row.id])[row.id]

    def tasks(self) -> list[TaskRow]:
        with self.store.reading() as query:
            return query.tasks()

    def rules(self) -> list[str]:
        return [task.rule for task in self.tasks()]

    def event(self, name: str) -> dict[str, object]:
        """Return what the last event of a name tells."""
        return dict(next(event for event in reversed(self.events()) if event.name == name).data)

    def events(self) -> list[EventRow]:
        with self.store.reading() as query:
            return query.events()

    def messages(self) -> list[bytes]:
        with self.store.reading() as query:
            rows = query.messages(limit=100)
            bodies = query.bodies([row.id for row in rows])
            return [bodies[row.id] for row in rows]

    # --- what went out before

    def sent(self, *, state: DeliveryState = DeliveryState.SENT, **changes: Any) -> EnvelopeRow:
        """Let a message have gone to the office in an envelope, and return that."""
        said = replace(mails.said_to_office(), **changes)
        written = package.written(said, (envelopes.payload(),), seal=mails.seal_of(world().signing))
        facts = facts_of(said, written.references)
        with self.store.writing() as ledger:
            (message,) = ledger.receive([NewMessage(channel="folder", source="a", data=b"<a/>")], at=self.now)
            decided = DecidedMessage(id=message, state=MessageState.ACCEPTED, sender_party="klinikk")
            ledger.decide([decided], at=self.now)
            delivery = NewDelivery(
                message_id=message,
                for_message_id=message,
                channel=mails.CHANNEL,
                party="legekontor",
                name="a.xml",
                state=DeliveryState.SENDING,
                due_at=self.now,
                is_reliable=True,
            )
            (number,) = ledger.add_deliveries([delivery], at=self.now)
            envelope = NewEnvelope(
                **by_name(facts),
                direction="out",
                channel=mails.CHANNEL,
                data=written.data,
                state=EnvelopeState.SENDING if state is DeliveryState.SENDING else EnvelopeState.SENT,
                carries=message,
                delivery_id=number,
                address=mails.OFFICE.address,
                retries=5,
                retry_interval=timedelta(hours=12),
            )
            (out,) = ledger.add_envelopes([envelope], at=self.now)
            if state is not DeliveryState.SENDING:
                ledger.move_deliveries([DeliveryMove(id=number, to=DeliveryState.SENT)], at=self.now)
            if state not in {DeliveryState.SENDING, DeliveryState.SENT}:
                ledger.move_deliveries([DeliveryMove(id=number, to=state)], at=self.now)
        return self.envelope(out)

    def envelope(self, number: int) -> EnvelopeRow:
        return next(row for row in self.envelopes() if row.id == number)

    def delivery_state(self, row: EnvelopeRow) -> DeliveryState:
        assert row.delivery_id is not None
        with self.store.reading() as query:
            return query.delivery_states([row.delivery_id])[row.delivery_id][0]

    def message_state(self, row: EnvelopeRow) -> MessageState:
        assert row.carries is not None
        with self.store.reading() as query:
            return query.states_of([row.carries])[row.carries]
