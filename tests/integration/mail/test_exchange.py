"""Two message servers and a mail server between them, over real connections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mailboxes
import mails
import pytest
from mailhosts import DOMAIN, Hosts
from pki import NOW, world
from posting import EDI, INTERVAL, REFERRAL, Sender, snapshot

from adapter import resources
from adapter.channel.mail.account import Account
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.server import Server
from adapter.channel.mail.terms import Terms
from adapter.flow.context import Context
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Partner, Register
from adapter.service.courier.receive import Collected, Receiver
from adapter.simulate.mail import Account as Mailbox
from adapter.simulate.mail import MailHost
from adapter.store.store import Store
from adapter.trust.verifier import Verifier

OFFICE_ADDRESS, CLINIC_ADDRESS = "kontor@edi.example", "klinikk@edi.example"
OFFICE = replace(mails.OFFICE, address=OFFICE_ADDRESS)
CLINIC = replace(
    mailboxes.CLINIC,
    channel=EDI,
    organisation_number=mails.NUMBER,
    address=CLINIC_ADDRESS,
    snapshots=(snapshot(world().encryption),),
)


class Installation:
    """A message server with its own store and account."""

    def __init__(self, folder: Path, channel: MailChannel, parties: tuple[Partner, ...]) -> None:
        self.store = Store.open(f"sqlite:///{folder / channel.terms.address}.db")
        self.out = Sender(self.store, parties=parties, channel=channel)
        keys = mailboxes.keyring(world().signing, world().encryption)
        context = Context(register=Register(parties))
        verifier = Verifier(anchors=world().anchors)
        self._receiver = Receiver(self.store, {EDI: channel}, context, keys, verifier)

    def collect(self) -> Collected:
        return self._receiver.collect(EDI, self.out.now, "worker-1")

    def say(self) -> None:
        self.out.ship()
        while self.out.courier.send_due(EDI, self.out.now):
            pass


def simulated(host: MailHost, name: str, inbox: str) -> MailChannel:
    """Return a channel by the simulated mail server."""
    port = {"imap": host.imap_port, "pop3": host.pop3_port}[inbox]
    return MailChannel(
        EDI,
        inbox=Server.parse(f"{inbox}://127.0.0.1:{port}", "imap", "pop3"),
        outbox=Server.parse(f"smtp://127.0.0.1:{host.smtp_port}", "smtp"),
        account=Account(user=name),
        terms=Terms(address=f"{name}@edi.example"),
    )


def real(hosts: Hosts, name: str, inbox: str) -> MailChannel:
    """Return a channel by Postfix and Dovecot."""
    return MailChannel(
        EDI,
        inbox=Server.parse(hosts.url(inbox), "imap", "pop3"),
        outbox=Server.parse(hosts.url("smtp"), "smtp"),
        account=hosts.account(name),
        terms=Terms(address=f"{name}@{DOMAIN}"),
    )


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailHost]:
    monkeypatch.setenv("BUDSTIKKE_MAIL_PASSWORD", "any")
    accounts = [Mailbox(name="kontor", address=OFFICE_ADDRESS), Mailbox(name="klinikk", address=CLINIC_ADDRESS)]
    with MailHost(tmp_path / "mail", accounts) as running:
        yield running


def as_sent(mail: bytes) -> bytes:
    """Return a mail without what the server wrote above it, the second of its arrival among that."""
    return b"".join(mail.partition(b"From: ")[1:])


@pytest.mark.parametrize("inbox", ["imap", "pop3"])
def test_a_message_goes_out_once_is_acknowledged_and_the_mailboxes_are_empty(
    tmp_path: Path, host: MailHost, inbox: str
) -> None:
    office = Installation(tmp_path, simulated(host, "kontor", inbox), (replace(OFFICE, channel="epj"), CLINIC))
    clinic = Installation(tmp_path, simulated(host, "klinikk", inbox), (OFFICE, mailboxes.CLINIC))
    with office.store, clinic.store:
        number = office.out.take(REFERRAL, party="klinikk")
        office.say()
        office.out.now += INTERVAL
        office.say()
        first, again = map(as_sent, host.inbox("klinikk"))
        assert again == first != b""

        taken = clinic.collect()
        clinic.say()
        office.collect()

        document = (resources.fixtures() / "messages" / REFERRAL).read_bytes()
        assert [arrival.data for arrival in taken.arrivals] == [document]
        assert taken.counts == {"opened": 1, "duplicate": 1}
        row = office.out.delivery(number)
        assert row.state is DeliveryState.ACKNOWLEDGED
        assert office.out.state_of(row.message_id) is MessageState.DELIVERED
        assert host.inbox("klinikk") == host.inbox("kontor") == []
        assert office.out.later(10 * INTERVAL) == 0


def test_postfix_and_dovecot_carry_a_message_and_its_acknowledgment(tmp_path: Path, hosts: Hosts) -> None:
    here, there = "box98", "box99"
    clinic_there = replace(CLINIC, address=f"{there}@{DOMAIN}")
    office_here = replace(OFFICE, address=f"{here}@{DOMAIN}")
    office = Installation(tmp_path, real(hosts, here, "imaps"), (replace(OFFICE, channel="epj"), clinic_there))
    clinic = Installation(tmp_path, real(hosts, there, "pop3s"), (office_here, mailboxes.CLINIC))
    with office.store, clinic.store:
        number = office.out.take(REFERRAL, party="klinikk")
        office.say()
        hosts.wait(there, 1)
        taken = clinic.collect()
        clinic.say()
        hosts.wait(here, 1)
        office.collect()

        document = (resources.fixtures() / "messages" / REFERRAL).read_bytes()
        assert [arrival.data for arrival in taken.arrivals] == [document]
        assert office.out.delivery(number).state is DeliveryState.ACKNOWLEDGED
        assert (hosts.count(here), hosts.count(there)) == (0, 0)


def test_what_no_server_takes_waits_for_one(tmp_path: Path, host: MailHost) -> None:
    office = Installation(tmp_path, simulated(host, "kontor", "imap"), (replace(OFFICE, channel="epj"), CLINIC))
    with office.store:
        number = office.out.take(REFERRAL, party="klinikk")
        host.stop()

        office.say()

        row = office.out.delivery(number)
        assert (row.state, row.attempts) == (DeliveryState.QUEUED, 1)
        assert row.due_at is not None
        assert row.due_at > NOW
        assert "127.0.0.1" in (row.last_error or "")
