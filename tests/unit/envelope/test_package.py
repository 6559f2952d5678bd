"""Whole messages: signed, read, and believed only as far as the signature goes."""

from __future__ import annotations

import base64
from collections.abc import Callable

import envelopes
import pytest
from envelopes import EB, NOW, SOAP, changed, more, one, receipt, resealed, sent, text, without
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pki import world

from adapter.envelope import mime, package, signature, soap
from adapter.envelope.header import NEXT, NEXT_MSH, AckRequested, PayloadReference
from adapter.envelope.package import read, unseal, write
from adapter.envelope.signal import SoapFault, Sort
from adapter.envelope.signature import Seal
from adapter.errors import (
    BudstikkeError,
    DocumentTypeRefused,
    EnvelopeUnreadable,
    KeyUnusable,
    NotWellFormed,
    PackageUnreadable,
    SignatureInvalid,
    SignatureMissing,
    SignatureUnverifiable,
    SpecError,
)

HEAD = "SOAP:Header/eb:MessageHeader"
SIGNATURE = "SOAP:Header/ds:Signature"
ITSELF = f"{SIGNATURE}/ds:SignedInfo/ds:Reference[1]"


def opened(data: bytes) -> package.Opened:
    return unseal(read(data))


def test_a_message_is_opened_as_it_was_sealed() -> None:
    found = opened(sent())

    assert found.message == envelopes.message()
    assert [part.octets for part in found.payloads] == [envelopes.OCTETS]
    assert found.certificate == world().signing.certificate
    assert found.algorithm == "rsa-sha256"
    assert found.others == ()


def test_the_same_message_is_sealed_in_the_same_bytes() -> None:
    assert sent() == sent()


def test_a_signal_is_opened_too() -> None:
    found = opened(receipt())

    assert found.message.sort is Sort.ACKNOWLEDGMENT
    assert found.payloads == ()


def test_a_receipt_repeats_what_was_signed() -> None:
    original = read(sent())
    acknowledged = opened(receipt()).message.acknowledgment

    assert acknowledged is not None
    assert [reference.uri for reference in acknowledged.references] == ["", f"cid:{envelopes.PART}"]
    assert [one.digest for one in acknowledged.references] == [one.digest for one in original.signed_references]
    assert acknowledged.ref_to_message_id == envelopes.MESSAGE_ID


def test_an_id_that_an_address_writes_in_another_way_is_found() -> None:
    data = sent().replace(f"<{envelopes.PART}>".encode(), b"<a b>")
    found = read(data)

    part = found.part(PayloadReference("cid:a%20b"))

    assert part is not None
    assert part.octets == envelopes.OCTETS


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'start="<envelope-', b'start="<another-'),
        lambda data: data.replace(b"; start=", b"; begin="),
        lambda data: data.replace(b'Content-Type: text/xml; charset="UTF-8"\r\n', b""),
    ],
    ids=["start names no part", "no start", "no type"],
)
def test_the_envelope_is_found_without_help(change: Callable[[bytes], bytes]) -> None:
    assert opened(change(sent())).message == envelopes.message()


def test_an_envelope_without_declaration_is_in_the_charset_of_its_part() -> None:
    root = etree.fromstring(read(sent()).soap)
    one(root, f"{HEAD}/eb:Action").text = "BLÅ"
    octets = etree.tostring(root, encoding="ISO-8859-1", xml_declaration=False)
    data = b"Content-Type: text/xml; charset=ISO-8859-1\n\n" + octets

    assert read(data).message.header.action == "BLÅ"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EnvelopeUnreadable),
        (b"Content-Type: text/plain\n\nHei", EnvelopeUnreadable),
        (b'Content-Type: multipart/related; boundary="x"\n\nHei', PackageUnreadable),
        (f'<S:Envelope xmlns:S="{SOAP}">'.encode(), NotWellFormed),
        (f'<!DOCTYPE S:Envelope [<!ENTITY a "b">]><S:Envelope xmlns:S="{SOAP}"/>'.encode(), DocumentTypeRefused),
        (f'<S:Envelope xmlns:S="{SOAP}"><S:Header/></S:Envelope>'.encode(), EnvelopeUnreadable),
    ],
)
def test_what_is_no_ebxml_is_refused_by_what_it_is(data: bytes, error: type[BudstikkeError]) -> None:
    with pytest.raises(error):
        read(data)


def test_a_soap_fault_comes_instead_of_a_message() -> None:
    inside = "<S:Fault><faultcode>S:Client</faultcode><faultstring>MIME</faultstring></S:Fault>"
    data = f'Content-Type: text/xml\n\n<S:Envelope xmlns:S="{SOAP}"><S:Body>{inside}</S:Body></S:Envelope>'.encode()

    with pytest.raises(EnvelopeUnreadable):
        read(data)
    assert package.read_fault(data) == SoapFault("S:Client", "MIME")
    assert package.read_fault(sent()) is None


# --- What the signature holds together --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        text(f"{HEAD}/eb:Action", "EPIKRISE"),
        text(f"{HEAD}/eb:From/eb:PartyId", "8990999"),
        without(f"{HEAD}/eb:DuplicateElimination"),
        more("SOAP:Body", "<eb:StatusRequest/>"),
        lambda root: root.set("id", "x"),
    ],
    ids=["another action", "another sender", "a wish taken away", "a block added", "an attribute added"],
)
def test_a_changed_envelope_is_not_believed(change: Callable[[etree._Element], object]) -> None:
    with pytest.raises(SignatureInvalid, match="digest"):
        opened(changed(sent(), change))


def test_a_changed_part_is_not_believed() -> None:
    found = read(sent())
    data = mime.write(found.soap, (envelopes.payload(octets=envelopes.OCTETS + b"\x00"),), soap_id="s")

    with pytest.raises(SignatureInvalid, match="digest"):
        opened(data)


def test_a_part_encoded_in_another_way_is_the_same_part() -> None:
    data = sent()
    encoded = base64.encodebytes(envelopes.OCTETS).replace(b"\n", b"\r\n")
    assert encoded in data
    binary = data.replace(encoded, envelopes.OCTETS + b"\r\n").replace(
        b"enveloped-data\r\nContent-Transfer-Encoding: base64", b"enveloped-data\r\nContent-Transfer-Encoding: binary"
    )

    assert opened(binary).payloads[0].octets == envelopes.OCTETS


def test_a_part_that_did_not_come_is_missed() -> None:
    with pytest.raises(SignatureInvalid, match="did not come"):
        opened(mime.write(read(sent()).soap, (), soap_id="s"))


def test_a_part_that_came_twice_is_not_chosen_from() -> None:
    """Two readers must not see two documents under one signature."""
    boundary = b"\r\n--part-"
    first, soap_part, part, end = sent().split(boundary)
    forged = part.replace(part.split(b"\r\n\r\n")[1], base64.encodebytes(b"another"))

    for parts in ((part, forged), (forged, part)):
        with pytest.raises(SignatureInvalid, match="did not come"):
            opened(boundary.join((first, soap_part, *parts, end)))


def test_a_part_that_claims_to_be_the_envelope_is_nobody() -> None:
    data = sent().replace(f"<{envelopes.PART}>".encode(), f"<envelope-{envelopes.MESSAGE_ID}>".encode())

    with pytest.raises(SignatureInvalid, match="did not come"):
        opened(data)


def test_a_part_that_is_listed_but_not_signed_is_not_believed() -> None:
    parts = (envelopes.payload(), envelopes.payload(content_id="more"))

    def list_more(root: etree._Element) -> None:
        (listed,) = root.iterfind("SOAP:Body/eb:Manifest", envelopes.PREFIXES)
        listed.append(
            etree.fromstring(f'<eb:Reference xmlns:eb="{EB}" xmlns:l="{envelopes.XLINK}" l:href="cid:more"/>')
        )

    signed = read(resealed(list_more))
    with pytest.raises(SignatureInvalid, match="not signed"):
        opened(mime.write(signed.soap, parts, soap_id="s"))


def test_a_part_that_is_listed_and_did_not_come_is_told_as_packing() -> None:
    def list_more(root: etree._Element) -> None:
        one(root, "SOAP:Body/eb:Manifest/eb:Reference").set(f"{{{envelopes.XLINK}}}href", "http://somewhere/")

    with pytest.raises(PackageUnreadable, match="did not come"):
        opened(resealed(list_more))


def test_a_part_that_is_neither_listed_nor_signed_is_left_out() -> None:
    found = read(sent())
    data = mime.write(found.soap, (envelopes.payload(), envelopes.payload(content_id="footer")), soap_id="s")

    assert len(read(data).attachments) == 2
    assert [part.headers.content_id for part in opened(data).payloads] == [envelopes.PART]


@pytest.mark.parametrize("actor", [NEXT_MSH, NEXT])
def test_a_block_for_the_next_server_may_change_on_the_way_and_says_nothing(actor: str) -> None:
    def pass_on(root: etree._Element) -> None:
        header = one(root, "SOAP:Header")
        forged = etree.fromstring(etree.tostring(one(root, HEAD)))
        forged.set(f"{{{SOAP}}}actor", actor)
        one(forged, "eb:Action").text = "FORGED"
        header.insert(0, forged)

    data = changed(sent(), pass_on)

    assert read(data).message.header.action == "FORGED"
    assert opened(data).message.header.action == "HENVISNING"


def test_such_a_block_inside_what_is_signed_is_not_signed_either() -> None:
    def nested(root: etree._Element) -> None:
        one(root, HEAD).append(etree.fromstring(f'<x xmlns="urn:x" xmlns:S="{SOAP}" S:actor="{NEXT}"><y/></x>'))

    assert opened(changed(sent(), nested)).message == envelopes.message()


def test_a_signature_that_is_moved_is_not_found() -> None:
    def move(root: etree._Element) -> None:
        one(root, "SOAP:Body").append(one(root, SIGNATURE))

    with pytest.raises(SignatureInvalid, match="stand"):
        opened(changed(sent(), move))


def test_a_genuine_message_wrapped_in_another_is_not_believed() -> None:
    def wrap(root: etree._Element) -> None:
        genuine = etree.fromstring(etree.tostring(root))
        without(SIGNATURE)(root)
        text(f"{HEAD}/eb:Action", "FORGED")(root)
        one(root, "SOAP:Body").append(genuine)

    with pytest.raises(SignatureInvalid):
        opened(changed(sent(), wrap))


def test_a_second_header_does_not_hide_a_signature() -> None:
    def double(root: etree._Element) -> None:
        etree.SubElement(root, f"{{{SOAP}}}Header")

    with pytest.raises(SignatureInvalid, match="stand"):
        opened(changed(sent(), double))


def test_a_message_without_signature_is_told_so() -> None:
    with pytest.raises(SignatureMissing):
        opened(changed(sent(), without(SIGNATURE)))


@pytest.mark.parametrize(
    "filter_",
    [
        "true()",
        "not(ancestor-or-self::eb:MessageHeader)",
        f'not(ancestor-or-self::node()[@SOAP:actor="{NEXT_MSH}"] | ancestor-or-self::node()[@SOAP:actor="{NEXT_MSH}"])',
        f'not(ancestor-or-self::node()[@eb:actor="{NEXT_MSH}"] | ancestor-or-self::node()[@eb:actor="{NEXT}"])',
        f'not(ancestor-or-self::node()[@U:actor="{NEXT_MSH}"] | ancestor-or-self::node()[@U:actor="{NEXT}"])',
        "",
    ],
    ids=["everything", "no header", "one of two", "another attribute", "a prefix nobody declared", "nothing"],
)
def test_no_filter_is_let_through_but_that_of_the_standard(filter_: str) -> None:
    with pytest.raises(SignatureInvalid, match="filter"):
        opened(changed(sent(), text(f"{ITSELF}/ds:Transforms/ds:Transform[2]/ds:XPath", filter_)))


def test_a_filter_without_a_path_is_refused() -> None:
    with pytest.raises(SignatureInvalid, match="filter"):
        opened(changed(sent(), without(f"{ITSELF}/ds:Transforms/ds:Transform[2]/ds:XPath")))


def test_the_filter_is_known_in_other_words_of_the_same() -> None:
    spaced = f"""not( ancestor-or-self::node()[@S:actor='{NEXT}']
        | ancestor-or-self::node()[@S:actor='{NEXT_MSH}'] )"""
    root = soap.written(envelopes.message())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signature, "_WRITTEN_FILTER", spaced.replace("@S:", "@SOAP:"))
        signature.sign(root, {f"cid:{envelopes.PART}": envelopes.OCTETS}, envelopes.seal())

    signature.verify(etree.tostring(root), {f"cid:{envelopes.PART}": envelopes.OCTETS})


def test_a_reference_to_something_on_the_network_is_refused() -> None:
    def point_away(root: etree._Element) -> None:
        one(root, f"{SIGNATURE}/ds:SignedInfo/ds:Reference[2]").set("URI", "http://somewhere/")

    with pytest.raises(SignatureInvalid, match="refers"):
        opened(changed(sent(), point_away))


def test_signatures_without_the_filter_are_met_and_checked() -> None:
    """NAV and others write two transforms: then everything is signed, blocks for the next server too."""
    data = changed(sent(), without(f"{ITSELF}/ds:Transforms/ds:Transform[2]"))

    with pytest.raises(SignatureInvalid, match="key of its certificate"):
        opened(data)


def test_sha_1_is_only_let_through_by_an_exception() -> None:
    def weaken(root: etree._Element) -> None:
        one(root, f"{ITSELF}/ds:DigestMethod").set("Algorithm", f"{envelopes.DS}sha1")

    data = changed(sent(), weaken)

    with pytest.raises(SignatureUnverifiable, match="SHA-1"):
        opened(data)
    with pytest.raises(SignatureInvalid):
        unseal(read(data), allows_weak=True)


def test_a_key_of_another_is_no_seal() -> None:
    with pytest.raises(KeyUnusable):
        Seal(world().foreign.key, world().signing.certificate.x509)


def test_an_envelope_is_sealed_once() -> None:
    root = soap.written(envelopes.message())
    signature.sign(root, {}, envelopes.seal())

    with pytest.raises(SignatureInvalid, match="already"):
        signature.sign(root, {}, envelopes.seal())


def test_a_block_that_nobody_would_vouch_for_is_not_sealed() -> None:
    with pytest.raises(SpecError, match="next server"):
        write(envelopes.message(ack_requested=AckRequested(actor=NEXT_MSH), manifest=()), seal=envelopes.seal())


def test_a_manifest_that_names_other_parts_is_not_written() -> None:
    with pytest.raises(SpecError, match="manifest"):
        write(envelopes.message(), (), seal=envelopes.seal())


def test_an_id_that_would_break_out_of_the_head_is_not_written() -> None:
    message = envelopes.message(header=envelopes.header(message_id="a\r\nBcc: b@c"))

    with pytest.raises(SpecError, match="content_id"):
        write(message, (envelopes.payload(),), seal=envelopes.seal())


# --- Whatever comes ---------------------------------------------------------------------------------------------------

_SENT = sent()


@settings(max_examples=200)
@given(st.integers(0, len(_SENT) - 1), st.binary(min_size=0, max_size=4), st.integers(0, 40))
def test_a_message_with_other_bytes_is_refused_or_says_the_same(place: int, new: bytes, length: int) -> None:
    data = _SENT[:place] + new + _SENT[place + length :]
    try:
        found = opened(data)
    except BudstikkeError:
        return
    assert found.message == envelopes.message()
    assert [part.octets for part in found.payloads] == [envelopes.OCTETS]


_TAGS = st.sampled_from(
    [
        *("eb:From", "eb:To", "eb:PartyId", "eb:MessageData", "eb:MessageId", "eb:Acknowledgment", "eb:ErrorList"),
        *("eb:Error", "eb:Description", "eb:Manifest", "eb:Reference", "ds:Reference", "ds:Signature", "ds:SignedInfo"),
        *("ds:KeyInfo", "ds:Transforms", "ds:DigestValue", "SOAP:Header", "SOAP:Body", "eb:AckRequested"),
    ]
)
_ATTRIBUTES = st.sampled_from(
    ["", ' URI=""', ' URI="cid:a"', ' eb:type="HER"', f' SOAP:actor="{NEXT}"', ' eb:signed="1"']
)


def _element(made: tuple[str, str, str, str]) -> str:
    tag, attributes, first, second = made
    return f"<{tag}{attributes}>{first}{second}</{tag}>"


@given(
    st.recursive(st.just(""), lambda inner: st.tuples(_TAGS, _ATTRIBUTES, inner, inner).map(_element), max_leaves=12)
)
def test_nothing_but_a_known_error_comes_of_any_envelope(inside: str) -> None:
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in envelopes.PREFIXES.items())
    head = f"<SOAP:Header><eb:MessageHeader>{inside}</eb:MessageHeader>{inside}</SOAP:Header>"
    data = f"<SOAP:Envelope {declared}>{head}<SOAP:Body>{inside}</SOAP:Body></SOAP:Envelope>".encode()
    try:
        found = read(data)
    except BudstikkeError:
        return
    assert found.message.sort in Sort
    with pytest.raises(BudstikkeError):
        unseal(found)


def test_the_time_of_the_tests_is_within_the_certificates() -> None:
    assert world().signing.certificate.is_valid_at(NOW)
