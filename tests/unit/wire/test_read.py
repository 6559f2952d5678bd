"""The door: whatever was parsed is read, and what is read is written or refused by name."""

from __future__ import annotations

import random
from copy import deepcopy

import pytest
from lxml import etree

from adapter import wire
from adapter.errors import DocumentTypeRefused, LimitExceeded, NotWellFormed, SpecError
from adapter.message import (
    Base64Data,
    Code,
    Dialogmelding,
    Document,
    Envelope,
    Henvisning,
    Identifier,
    Kind,
    Message,
    Moment,
    Notat,
    Organisation,
    OriginalMessage,
    Party,
    Patient,
    Receipt,
    coded,
)
from adapter.message.henvisning import CareRelation, Diagnosis, InformationItem, Observation, Reason, RequestedService
from adapter.wire.namespaces import MSGHEAD

HER = Identifier("8990100", Code("HER", "HER-id"))
PARTY = Party(organisation=Organisation(name="Klinikken", identifiers=(HER,), units=(Organisation(name="Lab"),)))
REFERRAL = Henvisning(
    version="1.1",
    service_type=Code("N"),
    issued=Moment("2026-11-20"),
    document_id="d",
    information=(
        InformationItem(content=Observation(description="tekst"), kind=Code("SYKM"), start=Moment("2026-01-01")),
    ),
    reasons=(Reason(heading=Code("PROB"), text="vondt"),),
    diagnoses=(Diagnosis(concept=coded(7170, "L18", "Muskelsmerte")),),
    requested=RequestedService(service_type=Code("N"), priority=Code("14")),
    care_relations=(CareRelation(relation=Code("HHE"), party=PARTY),),
)
SEEDS = (
    Message(
        msg_id="x",
        sender=PARTY,
        receiver=PARTY,
        patient=Patient(family_name="Blomst", identifiers=(Identifier("14838400052", coded(8116, "FNR")),)),
        documents=(
            Document(
                kind=Code("XML"),
                content=(Dialogmelding(version="1.1", notater=(Notat(theme=coded(7322, "6"), subject="s"),)),),
            ),
            Document(kind=Code("A"), content=(Base64Data("QQ=="),)),
        ),
    ),
    Message(
        envelope=Envelope.MESSAGE,
        kind=Kind.HENVISNING,
        version="1.1",
        msg_id="y",
        sender=PARTY,
        receiver=PARTY,
        patient=Patient(full_name="Blomst, Vakker", identifiers=(Identifier("14838400052", Code("FNR")),)),
        documents=(Document(content=(REFERRAL,)),),
    ),
    Message(
        envelope=Envelope.APPREC,
        kind=Kind.APPREC,
        version="1.0",
        sender=PARTY,
        receiver=PARTY,
        receipt=Receipt(status=Code("2"), errors=(coded(8221, "T02"),), original=OriginalMessage(id="x")),
    ),
)
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def mutant(root: etree._Element, chance: random.Random) -> etree._Element:
    """Return a copy with a few elements moved, lost, doubled, renamed or filled with nonsense."""
    copy = deepcopy(root)
    for _ in range(chance.randint(1, 5)):
        elements = list(copy.iter())
        element = chance.choice(elements)
        parent = element.getparent()
        match chance.randrange(7):
            case 0 if parent is not None:
                parent.remove(element)
            case 1 if parent is not None:
                parent.append(deepcopy(element))
            case 2:
                element.tag = chance.choice(elements).tag
            case 3:
                element.tag = etree.QName(element).localname
            case 4:
                element.text = chance.choice([None, "", " \n", "x", "2.16.578.1.2"])
            case 5:
                element.set(chance.choice(["V", "S", "OT", XSI_TYPE]), chance.choice(["", "x", "2.16.578.1.2"]))
            case _:
                element.append(deepcopy(chance.choice([leaf for leaf in elements if not len(leaf)] or [element])))
    return copy


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_every_mutant_is_read_and_then_written_or_refused(seed: int) -> None:
    """Reading never fails on what was parsed, and writing fails in one way only."""
    chance = random.Random(seed)  # noqa: S311 - the same mutants every time
    root = wire.parse(wire.write(SEEDS[seed]))
    written = 0
    for _ in range(200):
        message = wire.read(etree.tostring(mutant(root, chance)))
        try:
            data = wire.write(message)
        except SpecError:
            continue
        written += 1
        assert wire.read(data).msg_id == message.msg_id
    assert written > 20


@pytest.mark.parametrize("message", SEEDS, ids=lambda message: message.envelope.value)
def test_the_same_message_gives_the_same_bytes(message: Message) -> None:
    """A resend must be the same document."""
    assert wire.write(message) == wire.write(message)


def test_the_deepest_hierarchy_is_read() -> None:
    """The limit on depth keeps it within what Python can hold."""
    levels = 190
    data = f'<MsgHead xmlns="{MSGHEAD}"><MsgInfo><Sender>{"<Organisation>" * levels}{"</Organisation>" * levels}'
    message = wire.read(f"{data}</Sender></MsgInfo></MsgHead>".encode())

    assert message.sender is not None
    assert message.sender.organisation is not None
    assert len(list(message.sender.organisation.walk())) == levels


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"<a>", NotWellFormed), (b"<!DOCTYPE a><a/>", DocumentTypeRefused), (b"<a>123456</a>", LimitExceeded)],
)
def test_what_is_no_acceptable_document_is_not_read(data: bytes, error: type[Exception]) -> None:
    """The form comes first."""
    with pytest.raises(error):
        wire.read(data, wire.Limits(max_bytes=12 if error is LimitExceeded else 100))


def test_a_message_without_an_envelope_is_not_written() -> None:
    """It is carried as it came."""
    with pytest.raises(SpecError, match="envelope"):
        wire.write(Message(envelope=Envelope.NONE))


def test_a_character_that_xml_cannot_hold_is_refused() -> None:
    """A control character from a database, say."""
    with pytest.raises(SpecError, match="character"):
        wire.write(Message(msg_id="\x0b"))
