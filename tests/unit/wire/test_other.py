"""Standards that are known by name only, and NAV's wrapper around messages."""

from __future__ import annotations

import pytest
from lxml import etree

from adapter import wire
from adapter.message import Base64Data, Document, Envelope, Kind, Message, Moment
from adapter.wire import fellesformat, kinds
from adapter.wire.namespaces import (
    FELLESFORMAT,
    HENVISNING_20,
    LEGEERKLAERING,
    MSGHEAD,
    SOAP,
    SYKMELDING,
)

EPIKRISE = """
<Message xmlns="{}">
  <Type V="EPIKRISE" DN="Epikrise"/>
  <MIGversion>v1.2 2012-02-15</MIGversion>
  <GenDate V="2026-11-20T12:00:00"/>
  <MsgId>8f0c1ad5-1bb5-4d8e-9f0e-6f1c0d5a0003</MsgId>
  <ServRprt>
    <Ack V="J"/>
    <ServProvId>doc-1</ServProvId>
    <Patient><Name>Blomst, Vakker</Name><OffId>14838400052</OffId><TypeOffId V="FNR"/></Patient>
    <ServProvider><HCP><Inst><Name>Klinikken</Name><Id>8990100</Id><TypeId V="HER"/></Inst></HCP></ServProvider>
    <CopyDest><HCP><Inst><Id>8990300</Id><TypeId V="HER"/></Inst></HCP></CopyDest>
    <Requester><HCP><Inst><Id>8990200</Id><TypeId V="HER"/>
      <HCPerson><Id>8990201</Id><TypeId V="HER"/></HCPerson></Inst></HCP></Requester>
  </ServRprt>
</Message>
"""


@pytest.mark.parametrize("namespace", ["urn:referral:0.9", ""])
def test_an_old_message_gives_what_its_head_says(namespace: str) -> None:
    """A format that is not supported is refused with a receipt, which needs an address."""
    message = wire.read(EPIKRISE.format(namespace).encode())

    assert (message.envelope, message.kind, message.version) == (Envelope.MESSAGE, Kind.OTHER, None)
    assert (message.type_code, message.msg_id) == ("EPIKRISE", "8f0c1ad5-1bb5-4d8e-9f0e-6f1c0d5a0003")
    assert message.generated == Moment("2026-11-20T12:00:00")
    assert [party.her_id for party in (message.sender, *message.receivers) if party] == [
        "8990100",
        "8990201",
        "8990300",
    ]
    assert message.patient is not None
    assert message.patient.identified_by("FNR") == "14838400052"
    assert message.opaque is not None
    assert b"ServRprt" in message.opaque.xml
    assert message.payload is None


def test_a_message_with_nothing_but_a_root_is_read() -> None:
    """Then there is no document either."""
    message = wire.read(b"<Message/>")

    assert message.documents == ()
    assert message.document_id is None


def test_a_head_in_a_namespace_of_its_own_is_read_as_a_head() -> None:
    """It can be refused with a receipt."""
    message = wire.read(b'<MsgHead xmlns="urn:head:9"><MsgInfo><MsgId>x</MsgId></MsgInfo></MsgHead>')

    assert (message.envelope, message.msg_id) == (Envelope.HODEMELDING, "x")


@pytest.mark.parametrize(
    ("namespace", "name", "kind"),
    [
        (SOAP, "Envelope", Kind.EBXML),
        ("urn:x", "Whatever", Kind.OTHER),
        ("", "whatever", Kind.OTHER),
    ],
)
def test_anything_else_is_carried_and_named(namespace: str, name: str, kind: Kind) -> None:
    """Reading never fails on what was parsed."""
    message = wire.read(f'<{name} xmlns="{namespace}"/>'.encode())

    assert (message.envelope, message.kind) == (Envelope.NONE, kind)
    assert message.opaque is not None
    assert (message.opaque.namespace, message.opaque.name) == (namespace, name)


def test_a_payload_in_a_head_tells_what_the_message_is() -> None:
    """The first content that says something counts."""
    content = f'<x:Legeerklaring xmlns:x="{LEGEERKLAERING}"/>'
    data = (
        f'<MsgHead xmlns="{MSGHEAD}">'
        '<Document><RefDoc><Content><unknown xmlns="urn:x"/></Content></RefDoc></Document>'
        f"<Document><RefDoc><Content>{content}</Content></RefDoc></Document></MsgHead>"
    )

    assert wire.read(data.encode()).kind is Kind.LEGEERKLAERING


def test_a_sick_note_without_a_head_is_read_without_an_envelope() -> None:
    """It can only be shown."""
    message = wire.read(f'<HelseOpplysningerArbeidsuforhet xmlns="{SYKMELDING}"/>'.encode())

    assert (message.envelope, message.kind, message.version) == (Envelope.NONE, Kind.SYKMELDING, "1.3")
    assert message.sykmelding is not None


def test_a_message_of_attachments_alone_is_of_no_known_kind() -> None:
    """Bytes do not say what they are."""
    assert kinds.of_documents((Document(content=(Base64Data("QQ=="),)), Document())) == (Kind.OTHER, None)


HEAD = f'<MsgHead xmlns="{MSGHEAD}"><MsgInfo><MsgId>inner</MsgId></MsgInfo></MsgHead>'


@pytest.mark.parametrize("namespace", FELLESFORMAT)
def test_a_message_in_navs_wrapper_is_read(namespace: str) -> None:
    """Both generations of the wrapper are known."""
    data = f'<EI_fellesformat xmlns="{namespace}">{HEAD}<MottakenhetBlokk/></EI_fellesformat>'.encode()

    assert wire.read(data).msg_id == "inner"


def test_a_wrapper_without_a_message_is_of_no_known_kind() -> None:
    """There is nothing to answer."""
    data = f'<EI_fellesformat xmlns="{FELLESFORMAT[0]}"><MottakenhetBlokk/></EI_fellesformat>'.encode()

    assert wire.read(data).kind is Kind.OTHER
    assert fellesformat.cut(wire.parse(data)) is None


def test_a_message_cut_out_is_a_root_with_the_namespaces_it_had() -> None:
    """A value can name a namespace that was declared on the wrapper."""
    data = f'<w:EI_fellesformat xmlns:w="{FELLESFORMAT[1]}" xmlns:xsd="urn:xsd">{HEAD}tail</w:EI_fellesformat>'.encode()

    cut = fellesformat.cut(wire.parse(data))

    assert cut is not None
    assert cut.getparent() is None
    assert cut.nsmap["xsd"] == "urn:xsd"
    assert etree.tostring(cut.getroottree()).endswith(b"</MsgHead>")


def test_a_bare_referral_of_2_0_is_read_without_an_envelope() -> None:
    """It has no head, so it can only be shown."""
    message = wire.read(f'<Henvisning xmlns="{HENVISNING_20}"><DocumentId>d</DocumentId></Henvisning>'.encode())

    assert isinstance(message, Message)
    assert (message.envelope, message.kind, message.version) == (Envelope.NONE, Kind.HENVISNING, "2.0")
    assert message.document_id == "d"
