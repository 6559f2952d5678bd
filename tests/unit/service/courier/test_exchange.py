"""Two message servers and the mail between them: a message, its Acknowledgment, and what is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import copyfile

import mailboxes
import mails
import pytest
from mailboxes import Server
from pki import world
from posting import EDI, INTERVAL, REFERRAL, Sender, snapshot

from adapter import resources
from adapter.check.finding import Verdict
from adapter.flow.context import Arrival
from adapter.flow.decision import Decision, Settlement
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.partner.register import Partner
from adapter.service.commit import Case, commit
from adapter.store.entries import NewMessage
from adapter.store.store import Store

#: The clinic, as the office knows it.
CLINIC = replace(
    mailboxes.CLINIC,
    channel=EDI,
    organisation_number=mails.NUMBER,
    address=mailboxes.ADDRESS,
    receipts="system",
    snapshots=(snapshot(world().encryption),),
)
#: The office, as it knows itself.
OFFICE = replace(mails.OFFICE, channel="epj")


@dataclass
class Side:
    """One message server: its way out and its way in, on one store."""

    store: Store
    parties: tuple[Partner, ...]
    out: Sender = field(init=False)
    come: Server = field(init=False)

    def __post_init__(self) -> None:
        self.out = Sender(self.store, parties=self.parties)
        self.come = Server(self.store, parties=self.parties)

    def say(self) -> list[bytes]:
        """Send what is due, and return the mails."""
        before = len(self.out.mailbox.sent)
        self.out.ship()
        while self.out.courier.send_due(EDI, self.out.now):
            pass
        return [mail.data for mail in self.out.mailbox.sent[before:]]


@pytest.fixture
def office(store: Store) -> Side:
    return Side(store, (OFFICE, CLINIC))


@pytest.fixture
def clinic(empty_store: Path, tmp_path: Path) -> Iterator[Side]:
    copyfile(empty_store, tmp_path / "clinic.db")
    with Store.open(f"sqlite:///{tmp_path / 'clinic.db'}") as store:
        yield Side(store, (mails.OFFICE, mailboxes.CLINIC))


def test_a_message_is_delivered_when_it_has_been_acknowledged(office: Side, clinic: Side) -> None:
    number = office.out.take(REFERRAL, party="klinikk")

    taken = clinic.come.collect(*office.say())
    assert [arrival.data for arrival in taken.arrivals] == [(resources.fixtures() / "messages" / REFERRAL).read_bytes()]
    office.come.collect(*clinic.say())

    row = office.out.delivery(number)
    assert row.state is DeliveryState.ACKNOWLEDGED
    assert office.out.state_of(row.message_id) is MessageState.DELIVERED
    assert office.out.later(10 * INTERVAL) == 0
    assert office.come.rules() == clinic.come.rules() == []


def test_a_lost_acknowledgment_is_asked_for_by_the_same_bytes_and_given_by_the_same_bytes(
    office: Side, clinic: Side
) -> None:
    number = office.out.take(REFERRAL, party="klinikk")
    first = office.say()
    clinic.come.collect(*first)
    lost = clinic.say()

    office.out.now += INTERVAL
    again = office.say()
    assert again == first
    assert clinic.come.collect(*again).arrivals == ()
    answer = clinic.say()
    assert answer == lost
    office.come.collect(*answer)

    assert office.out.delivery(number).state is DeliveryState.ACKNOWLEDGED
    assert len(clinic.come.messages()) == 1


def test_a_refusal_gives_the_delivery_up_and_tells_the_senders_people(office: Side, clinic: Side) -> None:
    clinic.come.keys = mailboxes.keyring(world().signing)
    number = office.out.take(REFERRAL, party="klinikk")

    assert clinic.come.collect(*office.say()).arrivals == ()
    office.come.collect(*clinic.say())

    assert office.out.delivery(number).state is DeliveryState.ABANDONED
    assert office.come.rules() == ["TRA-04"]
    assert office.say() == []


def test_a_receipt_of_the_receivers_system_settles_what_was_never_acknowledged(office: Side) -> None:
    number = office.out.take(REFERRAL, party="klinikk")
    waiting = office.out.take("apprec-1.1-positiv.xml", party="legekontor", channel="epj", answers=1, after=number)
    office.say()

    settle(office, number, DeliveryState.COMPLETED)

    row = office.out.delivery(number)
    assert row.state is DeliveryState.COMPLETED
    assert office.out.state_of(row.message_id) is MessageState.DELIVERED
    assert [envelope.state for envelope in office.out.envelopes()] == [EnvelopeState.ACKNOWLEDGED]
    assert office.out.later(10 * INTERVAL) == 0
    assert office.out.delivery(waiting).state is DeliveryState.QUEUED


def test_a_receipt_can_come_although_sending_seemed_to_fail(office: Side) -> None:
    number = office.out.take(REFERRAL, party="klinikk")
    office.out.mailbox.loses_answers = True
    office.say()
    assert office.out.delivery(number).state is DeliveryState.QUEUED
    office.out.mailbox.loses_answers = False

    settle(office, number, DeliveryState.REJECTED)
    office.out.now += INTERVAL

    assert office.say() == []
    assert office.out.delivery(number).state is DeliveryState.REJECTED
    assert office.out.state_of(office.out.delivery(number).message_id) is MessageState.DELIVERED


def settle(side: Side, number: int, to: DeliveryState) -> None:
    """Write down that a receipt has come, as the desk does."""
    with side.store.writing() as ledger:
        (message,) = ledger.receive([NewMessage(channel=EDI, source="a", data=b"<AppRec/>")], at=side.out.now)
        arrival = Arrival(id=message, channel=EDI, data=b"<AppRec/>", received_at=side.out.now)
        decision = Decision(
            state=MessageState.ACCEPTED,
            verdict=Verdict.ACCEPT,
            settlements=(Settlement(delivery=number, to=to, is_receivers=True),),
        )
        commit(ledger, [Case.of(arrival, decision)], side.out.now)
