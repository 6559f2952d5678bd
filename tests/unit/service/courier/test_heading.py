"""Whom an envelope names, and which service and conversation: for messages, copies and receipts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from posting import CLINIC, CLINIC_KEYS, EDI, NAV, OFFICE, REFERRAL, Sender, opened, snapshot

from adapter import resources
from adapter.envelope.header import MessageHeader, is_uuid
from adapter.message.state import DeliveryState
from adapter.partner.register import Partner
from adapter.store.facts import EnvelopeFacts

RECEIPT = "apprec-1.1-positiv.xml"
CONVERSATION = "b6f0c9d2-1a77-4d0e-8a1c-2f7f3c5d6e11"
#: The office where it is reached by mail, too.
REMOTE = replace(
    OFFICE, channel=EDI, address="kontor@edi.example", snapshots=(snapshot(CLINIC_KEYS, her_ids=("8990201",)),)
)
CAME = EnvelopeFacts(
    message_id="3f1c7a52-7d4e-4f0a-9c55-0b8d5a1f2e33",
    conversation_id=CONVERSATION,
    cpa_id="rf:test:17",
    service="S-HENVISNING",
    service_type="kithService",
    action="HENVISNING",
    sender_her="8990201",
    receiver_her="8990101",
    sender_role="HENVISNINGsender",
    receiver_role="HENVISNINGreceiver",
)


def sent(sender: Sender) -> MessageHeader:
    """Send what waits, and return the header of the last mail."""
    assert sender.ship() >= 1
    return opened(sender.mailbox.sent[-1].data)[0].header


def read(name: str) -> bytes:
    return (resources.fixtures() / "messages" / name).read_bytes()


def test_a_message_between_services_goes_by_its_type_and_both_services(sender: Sender) -> None:
    sender.take(REFERRAL)
    header = sent(sender)
    assert (header.service.value, header.action) == ("S-HENVISNING", "HENVISNING")
    assert (header.sender.role, header.receiver.role) == ("HENVISNINGsender", "HENVISNINGreceiver")
    assert header.cpa_id == "8990101_8990201"
    assert header.time_to_live is None
    assert is_uuid(header.message_id)
    assert is_uuid(header.conversation_id)


def test_a_message_to_nav_goes_by_navs_table_and_between_organisations(sender: Sender) -> None:
    sender.take("dialogmelding-1.0-nav-svar.xml", party="nav")
    header = sent(sender)
    assert (header.service.value, header.action) == ("ForesporselFraSaksbehandler", "ForesporselSvar")
    assert (header.sender.her_id, header.receiver.her_id) == ("8990200", "79768")
    assert header.cpa_id == "nav:qass:12345"


def test_messages_of_a_thread_share_their_conversation_in_one_batch_and_later(sender: Sender) -> None:
    sender.take(REFERRAL, thread=1)
    sender.take("henvisning-1.1-endring.xml", thread=1)
    sender.take("henvisning-1.1-merket-hia.xml", thread=3)
    assert sender.ship() == 3
    sender.take("henvisning-1.1-kansellering.xml", thread=1)
    sender.ship()

    first, second, other, last = (row.conversation_id for row in sender.envelopes())
    assert first == second == last != other


def test_a_new_thread_takes_the_conversation_that_its_message_names(sender: Sender) -> None:
    data = read("dialogmelding-1.0-nav-svar.xml")
    begin = data.index(b"<RefToConversation>") + len(b"<RefToConversation>")
    named = data[begin : data.index(b"<", begin)]
    sender.take(data, party="nav")
    sender.take(data.replace(named, b"1234").replace(b"<MsgId>", b"<MsgId>1"), party="nav")
    sender.ship()

    one, other = (row.conversation_id or "" for row in sender.envelopes())
    assert one == named.decode()
    assert is_uuid(other)
    assert other != one


def test_a_receipt_we_made_answers_the_envelope_that_its_message_came_in(sender: Sender) -> None:
    sender.parties = (REMOTE, CLINIC)
    sender.take(REFERRAL, channel="epj")
    sender.came(1, CAME)
    sender.take(RECEIPT, party="office", answers=1)

    header = sent(sender)

    assert (header.service.value, header.service.kind, header.action) == ("S-HENVISNING", "kithService", "APPREC")
    assert (header.sender.her_id, header.sender.role) == ("8990101", "HENVISNINGreceiver")
    assert (header.receiver.her_id, header.receiver.role) == ("8990201", "HENVISNINGsender")
    assert (header.conversation_id, header.cpa_id) == (CONVERSATION, "rf:test:17")


def test_a_receipt_that_is_passed_on_answers_the_message_it_names(sender: Sender) -> None:
    sender.parties = (REMOTE, CLINIC)
    sender.take(REFERRAL, channel="epj")
    sender.came(1, CAME)
    sender.take(RECEIPT, party="office")

    header = sent(sender)

    assert (header.action, header.sender.role, header.conversation_id) == ("APPREC", "HENVISNINGreceiver", CONVERSATION)


def test_a_receipt_for_what_did_not_come_by_mail_goes_as_if_it_had(sender: Sender) -> None:
    sender.parties = (REMOTE, CLINIC)
    sender.take(REFERRAL, channel="epj")
    sender.take(RECEIPT, party="office")

    header = sent(sender)

    assert (header.service.value, header.action) == ("S-HENVISNING", "APPREC")
    assert (header.sender.role, header.cpa_id) == ("HENVISNINGreceiver", "8990101_8990201")
    assert is_uuid(header.conversation_id)


def test_a_receipt_to_nav_goes_by_navs_table(sender: Sender) -> None:
    data = read(RECEIPT)
    parties = data.replace(b"<Id>8990200</Id>", b"<Id>79768</Id>").replace(
        b'<HCPerson><Name>Gr\xc3\xb8nn Vits</Name><Id>8990201</Id><TypeId V="HER" DN="HER-id"/></HCPerson>', b""
    )
    question = EnvelopeFacts(
        conversation_id=CONVERSATION,
        cpa_id="nav:qass:12345",
        service="ForesporselFraSaksbehandler",
        service_type="string",
        action="Foresporsel",
        sender_her="79768",
        receiver_her="8990100",
        sender_role="Saksbehandler",
        receiver_role="Sykmelder",
    )
    sender.take("dialogmelding-1.0-nav-foresporsel.xml", party="clinic", channel="epj")
    sender.came(1, question)
    sender.take(parties, party="nav", answers=1)

    header = sent(sender)

    assert (header.service.value, header.service.kind, header.action) == (
        "ForesporselFraSaksbehandler",
        "string",
        "Kvittering",
    )
    assert (header.sender.her_id, header.sender.role) == ("8990100", "Sykmelder")
    assert (header.receiver.her_id, header.receiver.role) == ("79768", "Saksbehandler")
    assert header.conversation_id == CONVERSATION


@pytest.mark.parametrize("receipt", [RECEIPT, "apprec-1.1-ukjent-original.xml"])
def test_a_receipt_for_nothing_known_cannot_be_addressed(sender: Sender, receipt: str) -> None:
    sender.parties = (REMOTE, CLINIC)
    refused(sender, sender.take(receipt, party="office"), "that the receipt answers is not known")


@pytest.mark.parametrize("original", [b"no XML", b"<ukjent/>"])
def test_a_receipt_for_what_cannot_be_read_cannot_be_addressed(sender: Sender, original: bytes) -> None:
    sender.parties = (REMOTE, CLINIC)
    sender.take(original, channel="epj")
    refused(sender, sender.take(RECEIPT, party="office", answers=1), "that the receipt answers is not known")


def test_what_cannot_be_read_cannot_be_addressed(sender: Sender) -> None:
    refused(sender, sender.take(b"no XML"), "cannot be read who sent the message")


def test_what_no_service_is_known_for_cannot_be_addressed(sender: Sender) -> None:
    data = read(REFERRAL).replace(b'<Type V="HENVISNING" DN="Henvisning"/>', b"", 1)
    epikrise = read("dialogmelding-1.0-notat-om-pasient.xml")
    begin = epikrise.index(b"<Type V=")
    untyped = epikrise[:begin] + epikrise[epikrise.index(b">", begin) + 1 :]
    assert b"8990101" in untyped
    refused(sender, sender.take(untyped), "a type that no service is known for")
    sender.take(data)
    assert sent(sender).action == "HENVISNING"


def test_each_receiver_of_a_message_gets_an_envelope_of_its_own(sender: Sender) -> None:
    other = replace(CLINIC, id="other", her_ids=("8990301",), parent_her_id="8990300", address="frisk@edi.example")
    sender.parties = (OFFICE, CLINIC, other)
    data = read(REFERRAL).replace(b"8990100", b"8990300").replace(b"8990101", b"8990301")
    sender.take(data, party="other")
    header = sent(sender)
    assert header.receiver.her_id == "8990301"
    assert sender.mailbox.sent[-1].address == "frisk@edi.example"


def test_a_copy_recipient_is_named_by_its_own_envelope(sender: Sender) -> None:
    data = read("henvisning-1.1-kopimottaker.xml")
    receivers = {"8990101", "8990102", "8990301", "8990201", "8990401"}
    named = sorted(number for number in receivers if number.encode() in data.replace(b"8990201", b""))
    copy = next(number for number in named if number != "8990101")
    party = replace(CLINIC, id="copy", her_ids=(copy,), address="kopi@edi.example")
    sender.parties = (OFFICE, CLINIC, party)
    sender.take(data, party="copy")
    assert sent(sender).receiver.her_id == copy


def test_a_routes_copy_goes_to_the_receiver_behind_its_channel(sender: Sender) -> None:
    sender.take(REFERRAL, party="")
    sent(sender)
    assert sender.mailbox.sent[-1].address == "klinikk@edi.example"


def test_a_routes_copy_goes_to_the_only_party_behind_its_channel(sender: Sender) -> None:
    archive = replace(CLINIC, id="archive", her_ids=("8990999",), address="arkiv@edi.example")
    sender.parties = (OFFICE, archive)
    sender.take(REFERRAL, party="")
    header = sent(sender)
    assert sender.mailbox.sent[-1].address == "arkiv@edi.example"
    assert header.receiver.her_id == "8990101"


def test_a_routes_copy_for_nobody_in_particular_cannot_be_sent(sender: Sender) -> None:
    strangers: tuple[Partner, ...] = tuple(replace(CLINIC, id=f"p{one}", her_ids=(f"899099{one}",)) for one in range(2))
    sender.parties = (OFFICE, *strangers, NAV)
    refused(sender, sender.take(REFERRAL, party=""), "No party of channel edi is the receiver")


def test_an_agreement_of_the_organisation_names_the_cpa(sender: Sender) -> None:
    agreed = snapshot(CLINIC_KEYS, counterparts=("8990200",), agreement="rf:test:99")
    sender.parties = (OFFICE, replace(CLINIC, snapshots=(agreed, *CLINIC.snapshots)))
    sender.take(REFERRAL)
    assert sent(sender).cpa_id == "rf:test:99"


def refused(sender: Sender, number: int, why: str) -> None:
    """Make sure that a delivery is given up, and for this reason."""
    sender.ship()
    assert sender.delivery(number).state is DeliveryState.ABANDONED
    assert why in sender.titles()[-1]
    assert sender.mailbox.sent == []
