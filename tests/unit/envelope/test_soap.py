"""Values become envelopes, and envelopes values."""

from __future__ import annotations

import envelopes
import pytest
from envelopes import DS, EB, PREFIXES, SOAP
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapter.envelope import soap
from adapter.envelope.header import (
    AckRequested,
    Description,
    MessageHeader,
    PartyId,
    PayloadReference,
    Schema,
    Service,
    Side,
    Software,
    cpa_id,
    is_cpa_id,
    is_digits,
    is_message_id,
    is_uuid,
    software_of,
)
from adapter.envelope.signal import (
    Acknowledgment,
    EbxmlMessage,
    Fault,
    MessageError,
    Severity,
    SignedReference,
    Sort,
    StatusRequest,
    StatusResponse,
)
from adapter.errors import EnvelopeUnreadable
from adapter.message.code import Moment

_LETTERS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x17F, exclude_characters="\x7f"), min_size=1, max_size=12
)
_MAYBE = st.none() | _LETTERS
_MOMENTS = st.builds(Moment, _LETTERS)
_DESCRIPTIONS = st.lists(st.builds(Description, _LETTERS, _LETTERS), max_size=2).map(tuple)
_SIDES = st.builds(Side, st.lists(st.builds(PartyId, _LETTERS, _MAYBE), max_size=3).map(tuple), _MAYBE)
_HEADERS = st.builds(
    MessageHeader,
    sender=_SIDES,
    receiver=_SIDES,
    cpa_id=_LETTERS,
    conversation_id=_LETTERS,
    service=st.builds(Service, _LETTERS, _MAYBE),
    action=_LETTERS,
    message_id=_LETTERS,
    timestamp=st.none() | _MOMENTS,
    ref_to_message_id=_MAYBE,
    time_to_live=st.none() | _MOMENTS,
    eliminates_duplicates=st.booleans(),
    descriptions=_DESCRIPTIONS,
)
_REFERENCES = st.builds(
    PayloadReference, _LETTERS, st.lists(st.builds(Schema, _LETTERS, _MAYBE), max_size=2).map(tuple), _DESCRIPTIONS
)
_FAULTS = st.builds(Fault, code=_LETTERS, severity=_LETTERS, text=_MAYBE, language=st.just("no"), location=_MAYBE)
_MESSAGES = st.builds(
    EbxmlMessage,
    header=_HEADERS,
    ack_requested=st.none() | st.builds(AckRequested, st.booleans(), _MAYBE),
    acknowledgment=st.none()
    | st.builds(
        Acknowledgment,
        timestamp=st.none() | _MOMENTS,
        ref_to_message_id=_LETTERS,
        receiver=st.none() | _SIDES,
        actor=_MAYBE,
    ),
    error=st.none() | st.builds(MessageError, st.lists(_FAULTS, max_size=2).map(tuple), _LETTERS),
    manifest=st.lists(_REFERENCES, max_size=2).map(tuple),
    status_request=st.none() | st.builds(StatusRequest, _LETTERS),
    status_response=st.none()
    | st.builds(StatusResponse, ref_to_message_id=_LETTERS, status=_LETTERS, timestamp=st.none() | _MOMENTS),
)


def root(header: str = "", body: str = "", *, head: bool = True) -> etree._Element:
    """Return an envelope with these blocks."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    return etree.fromstring(
        f"<SOAP:Envelope {declared}><SOAP:Header>{'<eb:MessageHeader/>' if head else ''}{header}</SOAP:Header>"
        f"<SOAP:Body>{body}</SOAP:Body></SOAP:Envelope>"
    )


@given(_MESSAGES)
def test_what_is_written_is_read(message: EbxmlMessage) -> None:
    octets = etree.tostring(soap.written(message))

    assert soap.read(etree.fromstring(octets)) == message


def test_every_block_says_its_version_and_must_be_understood() -> None:
    written = soap.written(envelopes.message(acknowledgment=Acknowledgment(), error=MessageError()))

    for block in written[0]:
        assert block.get(f"{{{EB}}}version") == "2.0"
        assert block.get(f"{{{SOAP}}}mustUnderstand") == "1"


def test_attributes_without_their_namespace_are_read() -> None:
    message = soap.read(
        root(
            '<eb:AckRequested signed="false"/><eb:ErrorList highestSeverity="Warning">'
            '<eb:Error errorCode="Unknown" severity="Warning"/></eb:ErrorList>'
        )
    )

    assert message.ack_requested == AckRequested(is_signed=False)
    assert message.error is not None
    assert message.error.is_receipt


def test_blanks_around_values_do_not_count() -> None:
    message = soap.read(root("<eb:Acknowledgment><eb:RefToMessageId>\n  a \n</eb:RefToMessageId></eb:Acknowledgment>"))

    assert message.acknowledgment is not None
    assert message.acknowledgment.ref_to_message_id == "a"


def test_an_error_is_described_in_its_language() -> None:
    message = soap.read(
        root(
            '<eb:ErrorList eb:highestSeverity="Error"><eb:Error eb:errorCode="Unknown" eb:severity="Error"'
            ' eb:location="//x"><eb:Description xml:lang="en">Because</eb:Description></eb:Error></eb:ErrorList>'
        )
    )

    assert message.error == MessageError(
        (Fault(code="Unknown", severity="Error", text="Because", language="en", location="//x"),)
    )


@pytest.mark.parametrize(
    "document",
    [
        etree.fromstring("<MsgHead/>"),
        etree.fromstring(f'<S:Envelope xmlns:S="{SOAP}"/>'),
        root(head=False),
    ],
    ids=["another document", "no header", "no ebXML header"],
)
def test_what_is_no_envelope_is_refused(document: etree._Element) -> None:
    with pytest.raises(EnvelopeUnreadable):
        soap.read(document)


def test_copied_references_keep_the_prefixes_that_only_an_xpath_uses() -> None:
    xml = (
        f'<Reference xmlns="{DS}" URI=""><Transforms><Transform Algorithm="urn:x"><XPath xmlns:S="{SOAP}">not(@S:actor)'
        '</XPath></Transform></Transforms><DigestMethod Algorithm="urn:d"/><DigestValue>AA==</DigestValue></Reference>'
    )
    reference = SignedReference("", "urn:d", "AA==", xml.encode())

    written = etree.fromstring(
        etree.tostring(soap.written(envelopes.message(acknowledgment=Acknowledgment(references=(reference,)))))
    )

    (path,) = written.iter(f"{{{DS}}}XPath")
    assert (path.nsmap["S"], path.text) == (SOAP, "not(@S:actor)")
    again = soap.read(written).acknowledgment
    assert again is not None
    assert [one.digest for one in again.references] == [reference.digest]


def test_references_without_a_namespace_are_read() -> None:
    message = soap.read(
        root(
            '<eb:Acknowledgment><Reference URI="cid:a"><DigestMethod Algorithm="urn:d"/>'
            "<DigestValue> A\nA== </DigestValue></Reference></eb:Acknowledgment>"
        )
    )

    assert message.acknowledgment is not None
    assert [one.digest for one in message.acknowledgment.references] == [("cid:a", "urn:d", "AA==")]


def test_a_reference_that_says_nothing_is_read_as_that() -> None:
    message = soap.read(root('<eb:Acknowledgment><ds:Reference URI=""/></eb:Acknowledgment>'))

    assert message.acknowledgment is not None
    assert [one.digest for one in message.acknowledgment.references] == [("", "", "")]


def test_a_description_in_no_language_stays_so() -> None:
    message = envelopes.message(header=envelopes.header(descriptions=(Description("Hei"),)))

    assert soap.read(etree.fromstring(etree.tostring(soap.written(message)))) == message


def test_a_soap_fault_is_read() -> None:
    fault = soap.read_fault(
        root(body="<SOAP:Fault><faultcode>SOAP:Client</faultcode><faultstring>Nei</faultstring></SOAP:Fault>")
    )

    assert fault is not None
    assert (fault.code, fault.text) == ("SOAP:Client", "Nei")
    assert soap.read_fault(root()) is None
    assert soap.read_fault(etree.fromstring("<a/>")) is None


def test_blocks_that_must_be_understood_and_are_not_are_named() -> None:
    header = (
        '<x:Token xmlns:x="urn:x" SOAP:mustUnderstand="1"/><x:Hint xmlns:x="urn:x"/><!-- --><eb:SyncReply'
        ' SOAP:mustUnderstand="1"/><ds:Signature/>'
    )

    assert soap.not_understood(root(header)) == ("Token",)
    assert soap.not_understood(etree.fromstring("<a/>")) == ()


@pytest.mark.parametrize(
    ("message", "sort"),
    [
        (envelopes.message(), Sort.PAYLOAD),
        (envelopes.message(manifest=()), Sort.PAYLOAD),
        (EbxmlMessage(header=MessageHeader(), acknowledgment=Acknowledgment()), Sort.ACKNOWLEDGMENT),
        (EbxmlMessage(header=MessageHeader(), error=MessageError()), Sort.ERROR),
        (EbxmlMessage(header=MessageHeader(), status_request=StatusRequest()), Sort.STATUS_REQUEST),
        (EbxmlMessage(header=MessageHeader(), status_response=StatusResponse()), Sort.STATUS_RESPONSE),
        (EbxmlMessage(header=MessageHeader()), Sort.UNCLEAR),
        (envelopes.message(error=MessageError()), Sort.PAYLOAD),
    ],
)
def test_a_message_is_known_by_its_blocks(message: EbxmlMessage, sort: Sort) -> None:
    assert message.sort is sort


@pytest.mark.parametrize(
    ("action", "sort"),
    [
        *(("Ping", Sort.PING), ("Pong", Sort.PONG), ("Acknowledgment", Sort.UNCLEAR), ("Other", Sort.UNCLEAR)),
    ],
)
def test_a_message_without_blocks_is_known_by_its_action(action: str, sort: Sort) -> None:
    message = EbxmlMessage(
        header=envelopes.header(service=Service("urn:oasis:names:tc:ebxml-msg:service"), action=action)
    )

    assert message.sort is sort
    assert message.is_signal


def test_contradicting_blocks_are_settled_by_service_and_action() -> None:
    service = Service("urn:oasis:names:tc:ebxml-msg:service")
    both = {"acknowledgment": Acknowledgment(), "error": MessageError()}
    as_error = EbxmlMessage(header=envelopes.header(service=service, action="MessageError"), **both)
    as_nothing = EbxmlMessage(header=envelopes.header(service=service, action="Ping"), **both)

    assert as_error.sort is Sort.ERROR
    assert as_nothing.sort is Sort.UNCLEAR


def test_an_error_is_as_severe_as_its_gravest_fault() -> None:
    warning, grave = Fault(severity="Warning"), Fault()

    assert MessageError.of([warning]).highest == Severity.WARNING
    assert MessageError.of([warning]).is_receipt
    assert not MessageError.of([warning, grave]).is_receipt
    assert not MessageError((grave,), "Warning").is_receipt


def test_a_side_has_one_her_id_or_none() -> None:
    assert Side((PartyId("974", "ENH"), PartyId(" 8990101 ", "HER"))).her_id == "8990101"
    assert Side((PartyId("1", "HER"), PartyId("2", "HER"))).her_id is None
    assert Side((PartyId(" ", "HER"),)).her_id is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("80225", "79768", "79768_80225"), ("8990201", "79768", "79768_8990201"), ("9", "10", "9_10")],
)
def test_an_agreement_is_named_by_both_parties_the_lower_first(one: str, other: str, expected: str) -> None:
    assert cpa_id(one, other) == cpa_id(other, one) == expected


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        *(("79768_80225", True), ("79768_80225_42", True), ("80225_79768", False), ("unknown", False)),
        *((envelopes.MESSAGE_ID, True), (envelopes.MESSAGE_ID.upper(), True), ("1_2_3_4", False), ("", False)),
    ],
)
def test_a_cpa_id_has_one_of_two_forms(text: str, is_right: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_cpa_id(text) is is_right


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        *((envelopes.MESSAGE_ID, True), ("20240212-140402-78881@qa.ebxml.nav.no", True), ("<a@b>", True)),
        *(
            ("m1814t00i0", False),
            ("a b@c", False),
            ("", False),
            ("a" * 300 + "@b", False),
            ("{" + envelopes.MESSAGE_ID + "}", False),
        ),
    ],
)
def test_a_message_id_is_a_uuid_or_as_in_a_mail(text: str, is_right: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_message_id(text) is is_right


def test_her_ids_and_uuids_have_one_spelling() -> None:
    assert is_digits("8990101")
    assert not any(map(is_digits, ("899.0101", "8990101 ", "", "٣", "1" * 11)))
    assert not is_uuid(envelopes.MESSAGE_ID.replace("-", ""))


def test_programs_are_described_by_the_names_of_hits_1210() -> None:
    software = Software(server="Æ", server_version="1", middleware="Budstikke", middleware_version="0.1")

    assert software_of((software.description(),)) == {
        "MSH-system": "Æ",
        "MSH-versjon": "1",
        "mellomvare": "Budstikke",
        "mellomvare-versjon": "0.1",
    }
    assert software.description().language == "NO"


@pytest.mark.parametrize("text", ["fritekst", "[1]", "1", "[" * 100_000, "{", ""])
def test_a_description_that_is_no_object_describes_no_program(text: str) -> None:
    assert software_of((Description(text),)) is None


def test_a_comma_too_many_is_overlooked() -> None:
    assert software_of((Description("Hei"), Description('\n{ "MSH-system":"X",\n  }\n'))) == {"MSH-system": "X"}
