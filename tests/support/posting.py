"""A message server that sends: a real store, a mail server that is a list, and partners who can open what they get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from pki import NOW, OTHER, SINCE, UNTIL, key, world

from adapter import resources, wire
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.smtp import Failure, Outgoing
from adapter.channel.mail.terms import Terms
from adapter.envelope import package
from adapter.envelope.header import Software
from adapter.envelope.signal import EbxmlMessage
from adapter.errors import ChannelUnavailable, FormError
from adapter.flow.context import Context
from adapter.flow.references import references_of
from adapter.flow.retry import RetryPolicy
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.partner.register import Partner, Register
from adapter.partner.snapshot import Credential, Endpoint, Link, Reliability, Snapshot, Use
from adapter.service.commit import facts_of
from adapter.service.courier.keys import Keyring
from adapter.service.courier.send import Courier
from adapter.store.entries import DecidedMessage, NewDelivery, NewEnvelope, NewMessage, NewReference
from adapter.store.facts import EnvelopeFacts, by_name
from adapter.store.ledger import Ledger
from adapter.store.rows import DeliveryRow, EnvelopeFilter, EnvelopeRow
from adapter.store.store import Store
from adapter.trust import cms, payload
from adapter.trust.pki import Pair, Purpose
from adapter.trust.store import CertificateStore, Entry, Role

EDI = "edi"
#: Of the terms that the courier goes by when nothing else is agreed.
INTERVAL, RETRIES = timedelta(hours=12), 5
SOFTWARE = Software(server="Budstikke", server_version="0.1.0")
REFERRAL = "henvisning-1.1-komplett.xml"


def certified(purpose: Purpose, *, name: str = "clinic", since: datetime = SINCE, until: datetime = UNTIL) -> Pair:
    """Return a partner's pair."""
    return world().issuing.issue(OTHER, key(name), purpose, since=since, until=until)


def snapshot(*pairs: Pair, **changes: object) -> Snapshot:
    """Return what the register says of the clinic, with certificates to encrypt for."""
    plain = Snapshot(
        name="Fysikalsk poliklinikk TEST",
        her_ids=("8990101",),
        taken_at=NOW,
        credentials=tuple(Credential(Use.ENCRYPTION, pair.certificate.der) for pair in pairs),
        links=(link(),),
    )
    return replace(plain, **changes)


def link(**changes: object) -> Link:
    """Return the way by mail."""
    plain = Link(id="smtp", protocol="SMTP", endpoints=(Endpoint(address="klinikk@edi.example"),))
    return replace(plain, **changes)


def reliability(retries: int, interval: timedelta) -> Reliability:
    """Return what an agreement says of sending again."""
    return Reliability(retries=retries, retry_interval=interval)


CLINIC_KEYS = certified(Purpose.ENCRYPTION)
OFFICE = Partner(
    id="office",
    role="referrer",
    name="Syntetisk legekontor TEST",
    her_ids=("8990201",),
    parent_her_id="8990200",
    channel="epj",
)
CLINIC = Partner(
    id="clinic",
    role="clinic",
    name="Fysikalsk poliklinikk TEST",
    her_ids=("8990101",),
    parent_her_id="8990100",
    organisation_number="333555666",
    channel=EDI,
    receipts="system",
    snapshots=(snapshot(CLINIC_KEYS),),
)
NAV = Partner(
    id="nav",
    role="nav",
    name="NAV TEST",
    her_ids=("79768",),
    channel=EDI,
    address="nav@edi.example",
    snapshots=(snapshot(CLINIC_KEYS, name="NAV TEST", her_ids=("79768",), agreement="nav:qass:12345", links=()),),
)


class Killed(BaseException):
    """The process died here."""


@dataclass
class Mailbox:
    """Stands for a mail channel: what was handed over lies in a list."""

    terms: Terms = field(default_factory=lambda: Terms(address="kontor@edi.example"))
    id: str = EDI
    sent: list[Outgoing] = field(default_factory=list)
    sessions: int = 0
    is_down: bool = False
    #: What the server says to mails for an address.
    refuses: dict[str, Failure] = field(default_factory=dict)
    #: Mails are taken and the answer is lost.
    loses_answers: bool = False
    #: The process dies after so many mails.
    deadly: int | None = None

    def send(self, mails: Sequence[Outgoing]) -> dict[str, Failure]:
        if self.is_down:
            raise ChannelUnavailable("channel edi: mail.example:465: it does not answer")
        self.sessions += 1
        failed = {}
        for mail in mails:
            if self.deadly is not None and len(self.sent) >= self.deadly:
                raise Killed
            if mail.address in self.refuses:
                failed[mail.key] = self.refuses[mail.address]
                continue
            self.sent.append(mail)
            if self.loses_answers:
                failed[mail.key] = Failure(reason="the server broke off before it said what became of the mail")
        return failed


def keyring(*partners: Pair, pairs: Sequence[Pair] | None = None) -> Keyring:
    """Return the keys of an installation, and certificates of its partners'."""
    own = (world().signing, world().encryption) if pairs is None else pairs
    return Keyring(
        certificates=CertificateStore(
            own=tuple(Entry(role=Role.OWN, certificate=one.certificate, path=Path("own.p12"), pair=one) for one in own),
            partners=tuple(
                Entry(role=Role.PARTNER, certificate=one.certificate, path=Path("partner.pem")) for one in partners
            ),
        ),
        software=SOFTWARE,
    )


@dataclass
class Sender:
    """An installation that sends: its courier, and what a test asks of it."""

    store: Store
    parties: tuple[Partner, ...] = (OFFICE, CLINIC, NAV)
    mailbox: Mailbox = field(default_factory=Mailbox)
    keys: Keyring = field(default_factory=keyring)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    now: datetime = NOW
    #: A real one in place of the list.
    channel: MailChannel | None = None
    #: False where somebody took the channel out of the configuration.
    has_channel: bool = True

    @property
    def courier(self) -> Courier:
        """Return a new courier: nothing survives a death but the store."""
        channel = self.channel or cast("MailChannel", self.mailbox)
        channels = {EDI: channel} if self.has_channel else {}
        context = Context(register=Register(self.parties), reliable_channels=frozenset({EDI}))
        return Courier(self.store, channels, context, self.keys, self.retry)

    def take(
        self,
        data: bytes | str,
        *,
        party: str = "clinic",
        channel: str = EDI,
        thread: int | None = None,
        answers: int | None = None,
        after: int | None = None,
    ) -> int:
        """Take a message, a fixture by its name, to be brought to a party; return the number of its delivery.

        `answers` is the message that a receipt is made for, `after` the delivery that has to go first.
        """
        octets = (resources.fixtures() / "messages" / data).read_bytes() if isinstance(data, str) else data
        with self.store.writing() as ledger:
            number = self._message(ledger, octets, thread, is_made=answers is not None)
            (delivery,) = ledger.add_deliveries(
                [
                    NewDelivery(
                        message_id=number,
                        for_message_id=number if answers is None else answers,
                        channel=channel,
                        party=party,
                        name=f"{number}.xml",
                        state=DeliveryState.QUEUED if after is None else DeliveryState.WAITING,
                        due_at=self.now,
                        after_delivery=after,
                        is_reliable=channel == EDI,
                    )
                ],
                at=self.now,
            )
        return delivery

    def came(self, number: int, facts: EnvelopeFacts) -> None:
        """Say in which envelope a message came."""
        new = NewEnvelope(direction="in", channel=EDI, data=b"a mail", state=EnvelopeState.RECEIVED)
        with self.store.writing() as ledger:
            (envelope,) = ledger.receive_envelopes([new], at=self.now)
            ledger.describe_envelope(envelope, facts, to=EnvelopeState.OPENED, carries=number, at=self.now)

    def _message(self, ledger: Ledger, data: bytes, thread: int | None, *, is_made: bool) -> int:
        new = NewMessage(channel="epj", source="a.xml", data=data, direction="out" if is_made else "in")
        try:
            message = wire.read(data)
        except FormError:
            message = None
        (number,) = ledger.add_messages([new], at=self.now)
        facts = facts_of(message, "office", "clinic", thread or number)
        ledger.decide([DecidedMessage(id=number, state=MessageState.ACCEPTED, **by_name(facts))], at=self.now)
        found = references_of(message) if message else ()
        ledger.add_references([NewReference(key=item, role=role, message_id=number) for role, item in found])
        return number

    def ship(self) -> int:
        """Do what the daemon asks of a worker when deliveries are due."""
        with self.store.reading() as query:
            rows = [row for row in query.due_deliveries(self.now, 100) if row.channel == EDI]
        return self.courier.ship(rows, self.now) if rows else 0

    def later(self, time: timedelta) -> int:
        """Let time pass, then send what is due."""
        self.now += time
        return self.courier.send_due(EDI, self.now)

    def deliveries(self) -> list[DeliveryRow]:
        with self.store.reading() as query:
            return query.deliveries(limit=1000)

    def delivery(self, number: int) -> DeliveryRow:
        return next(row for row in self.deliveries() if row.id == number)

    def envelopes(self, state: EnvelopeState | None = None) -> list[EnvelopeRow]:
        with self.store.reading() as query:
            return query.envelopes(EnvelopeFilter(state=state), limit=1000)

    def state_of(self, message: int) -> MessageState:
        with self.store.reading() as query:
            return query.states_of([message])[message]

    def tasks(self) -> list[tuple[str, str]]:
        """Return the open tasks: whose, and by which rule."""
        with self.store.reading() as query:
            return [(task.party, task.rule) for task in query.tasks("open")]

    def titles(self) -> list[str]:
        with self.store.reading() as query:
            return [task.title for task in query.tasks("open")]


def opened(mail: bytes, pair: Pair = CLINIC_KEYS) -> tuple[EbxmlMessage, bytes]:
    """Return what a mail says and the document in it, as its receiver does."""
    found = package.unseal(package.read(mail))
    (part,) = found.payloads
    return found.message, payload.unpack(cms.decrypt(part.octets, [pair]).content).data
