"""Receipts as they come, from NAV above all (domain rules, scenario 23): each settles its message and can be read."""

from __future__ import annotations

import pytest
from installed import Install, Installation, fixture
from lxml import etree

from adapter import show
from adapter.check.schema import SchemaSet
from adapter.flow.decision import OPERATOR
from adapter.message.state import DeliveryState, MessageState
from adapter.wire import read

NEED = "dialogmelding-1.0-nav-behov-for-tiltak.xml"
POSITIVE = "apprec-1.0-nav-positiv.xml"
REJECTED = "apprec-1.0-nav-avvist.xml"
LIST = "2.16.578.1.12.4.1.1.8221"
REASON = "Behandler har ikke gyldig autorisasjon i HPR"
SECOND = "Behandler er suspendert av NAV på konsultasjonstidspunkt"
COMPLETED, REFUSED = DeliveryState.COMPLETED, DeliveryState.REJECTED


def edited(name: str, *edits: tuple[str, str]) -> bytes:
    """Return a receipt with each text replaced that must stand there."""
    text = fixture(name).decode("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text.encode("utf-8")


def unaddressed() -> bytes:
    """Return a receipt whose receiver is an institution without anything, as an official sample of NAV's has it."""
    root = etree.fromstring(fixture(REJECTED))
    for institution in root.findall(".//{*}Receiver/{*}HCP/{*}Inst"):
        institution.clear()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def settled(house: Installation, message: bytes, receipt: bytes, *, by: str = "nav") -> DeliveryState:
    """Send a message and the receipt for it, and return what became of the delivery; the receipt is passed on."""
    row = house.send(message)
    told = house.send(receipt, by)
    assert told.state is MessageState.DELIVERED
    assert receipt in house.held_by("referrer")
    with house.parts.store.reading() as query:
        (delivery,) = [found for found in query.deliveries(limit=100) if found.message_id == row.id]
    return delivery.state


@pytest.mark.parametrize(
    ("receipt", "state", "shown"),
    [
        pytest.param(fixture(REJECTED), REFUSED, (REASON, SECOND), id="the reason in DN, several errors, no roles"),
        pytest.param(
            edited(REJECTED, (f'V="X99" S="{LIST}"', f'V="{LIST}" S="X99"')),
            REFUSED,
            (REASON, SECOND),
            id="V and S swapped",
        ),
        pytest.param(edited(REJECTED, ('V="X99"', 'V="QX7"')), REFUSED, (REASON, SECOND), id="an error of no list"),
        pytest.param(
            edited(REJECTED, ('V="2" DN="Avvist"', 'V="3" DN="OK, feil i delmelding"')),
            COMPLETED,
            ("OK, feil i delmelding", REASON),
            id="status 3",
        ),
        pytest.param(fixture("apprec-1.0-nav-duplikat.xml"), COMPLETED, ("Duplikat!",), id="rejected as received"),
        pytest.param(unaddressed(), REFUSED, (REASON, SECOND), id="an empty receiver"),
        pytest.param(fixture(POSITIVE), COMPLETED, ("OK",), id="an id that is no UUID"),
        pytest.param(
            edited(POSITIVE, (read(fixture(NEED)).msg_id or "", (read(fixture(NEED)).msg_id or "").upper())),
            COMPLETED,
            ("OK",),
            id="the message's id in upper case",
        ),
    ],
)
def test_an_odd_receipt_settles_what_it_answers(
    house: Installation, receipt: bytes, state: DeliveryState, shown: tuple[str, ...]
) -> None:
    assert settled(house, fixture(NEED), receipt) is state

    page = " ".join(show.text(read(receipt)).split())
    assert [text for text in shown if text not in page] == []


def test_version_1_0_answers_a_message_that_wants_1_1(install: Install) -> None:
    house = install(systems=("clinic",))
    referral = fixture("henvisning-1.1-komplett.xml")
    need, sent = read(fixture(NEED)), read(referral)
    receipt = edited(
        POSITIVE,
        (need.msg_id or "", sent.msg_id or ""),
        ("<Name>NAV</Name>", "<Name>Syntetisk sykehus HF</Name>"),
        ("<Id>79768</Id>", "<Id>8990101</Id>"),
    )

    assert read(receipt).version == "1.0"
    assert settled(house, referral, receipt, by="clinic") is COMPLETED


def test_an_empty_receiver_is_right_by_the_schema_and_that_is_why_it_comes() -> None:
    assert SchemaSet.load().validate(etree.fromstring(unaddressed())) == ()


def test_a_receipt_that_names_nobody_as_its_sender_waits_for_the_operator(house: Installation) -> None:
    """Whose answer it is decides which delivery it settles."""
    receipt = edited(
        POSITIVE, ("<Id>79768</Id>", ""), ('<TypeId V="HER" DN="HER-id"/><AdditionalId>', "<AdditionalId>")
    )

    row = house.send(receipt, "nav")

    assert row.state is MessageState.QUARANTINED
    assert house.tasks() == [("MSG-18", OPERATOR)]
