"""Every rule of HITS 1172 on the message alone is broken by one message here, and by none of the right ones."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import envelopes
import pytest
from envelopes import DS, EB, SOAP, XLINK, attribute, changed, error, more, one, receipt, sent, text, without
from knowing import RULES
from lxml import etree
from pki import CLINIC, SINCE, key, world

from adapter.check.finding import Direction, Report, Severity, Verdict
from adapter.envelope import signature, soap
from adapter.envelope.rules.checker import check
from adapter.envelope.rules.table import code, load
from adapter.trust.pki import Purpose

Make = Callable[[], bytes]
HEAD = "SOAP:Header/eb:MessageHeader"
DATA = f"{HEAD}/eb:MessageData"
SIGNATURE = "SOAP:Header/ds:Signature"
INFO = f"{SIGNATURE}/ds:SignedInfo"
ITSELF = f"{INFO}/ds:Reference[1]"
ASKED = "SOAP:Header/eb:AckRequested"
ACKNOWLEDGED = "SOAP:Header/eb:Acknowledgment"
LISTED = "SOAP:Body/eb:Manifest/eb:Reference"
MUST, VERSION = f"{{{SOAP}}}mustUnderstand", f"{{{EB}}}version"
SHA1, RSA_SHA1 = f"{DS}sha1", f"{DS}rsa-sha1"
A_RECEIPT = (
    '<eb:Acknowledgment SOAP:mustUnderstand="1" eb:version="2.0"><eb:Timestamp>2026-03-02T09:00:00Z</eb:Timestamp>'
    f"<eb:RefToMessageId>{envelopes.MESSAGE_ID}</eb:RefToMessageId></eb:Acknowledgment>"
)
AN_ERROR = (
    '<eb:ErrorList SOAP:mustUnderstand="1" eb:version="2.0" eb:highestSeverity="Error">'
    '<eb:Error eb:errorCode="Unknown" eb:severity="Error"/></eb:ErrorList>'
)


def replaced(old: bytes, new: bytes, make: Make = sent) -> Make:
    """Return a message with bytes of its packing replaced."""

    def made() -> bytes:
        data = make()
        assert old in data
        return data.replace(old, new, 1)

    return made


def struck(name: bytes, *, last: bool = False) -> Make:
    """Return a message without one of its header lines."""

    def made() -> bytes:
        lines = sent().splitlines(keepends=True)
        places = [place for place, line in enumerate(lines) if line.lower().startswith(name.lower() + b":")]
        del lines[places[-1 if last else 0]]
        return b"".join(lines)

    return made


def of(change: Callable[[etree._Element], object], make: Make = sent) -> Make:
    """Return a message with its envelope changed."""
    return lambda: changed(make(), change)


def envelope(xml: str) -> Make:
    """Return a document as a message."""
    return xml.encode


def dated(moment: str) -> Make:
    return of(text(f"{DATA}/eb:Timestamp", moment))


def soap_octets(convert: Callable[[bytes], bytes]) -> Make:
    """Return a message with other bytes for its envelope."""

    def made() -> bytes:
        encoded = sent().split(b"\r\n\r\n")[2].partition(b"\r\n--")[0]
        new = base64.encodebytes(convert(base64.b64decode(encoded)))
        return sent().replace(encoded, new)

    return made


def undeclared(octets: bytes) -> bytes:
    return octets.partition(b"?>")[2].lstrip()


def in_latin(octets: bytes) -> bytes:
    return b'<?xml version="1.0" encoding="ISO-8859-1"?>' + undeclared(octets)


def copied(path: str) -> Callable[[etree._Element], object]:
    def change(root: etree._Element) -> None:
        element = one(root, path)
        element.addnext(etree.fromstring(etree.tostring(element)))

    return change


def each(path: str, change: Callable[[etree._Element], object]) -> Callable[[etree._Element], object]:
    def all_of_them(root: etree._Element) -> None:
        for element in root.iterfind(path, envelopes.PREFIXES):
            change(element)

    return all_of_them


DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
PARTY = '<eb:PartyId eb:type="HER">1</eb:PartyId>'
DESCRIBED = f"{HEAD}/eb:Description"
PKCS7 = b"application/pkcs7-mime; smime-type=enveloped-data"
SCHEMA = f"{LISTED}/eb:Schema"


def plain_soap() -> bytes:
    """Return a message whose envelope is not encoded, whatever its header says."""
    data = sent()
    encoded = data.split(b"\r\n\r\n")[2].partition(b"\r\n--")[0]
    return data.replace(encoded, base64.b64decode(encoded))


def alone() -> bytes:
    """Return a message that lost its attachment on the way."""
    boundary = b"\r\n--part-"
    first, second, *_ = sent().split(boundary)
    return boundary.join((first, second, sent().rsplit(boundary, 1)[1]))


BROKEN: dict[tuple[str, str], Make] = {
    ("018", ""): struck(b"From"),
    ("019", ""): struck(b"To"),
    ("080", ""): replaced(b"From: fastlege@testedi.nhn.no", b"From:"),
    ("081", ""): replaced(b"To: klinikk@testedi.nhn.no", b"To: "),
    ("250", ""): struck(b"Message-ID"),
    ("020", ""): struck(b"Date"),
    ("251", ""): replaced(b"Message-ID: <" + envelopes.MESSAGE_ID.encode() + b"@testedi.nhn.no>", b"Message-ID: <>"),
    ("083", ""): replaced(b"Date: Mon, 02 Mar 2026 09:00:00 +0000", b"Date:"),
    ("021", ""): struck(b"MIME-Version"),
    ("082", ""): replaced(b"MIME-Version: 1.0", b"MIME-Version: 2.0"),
    ("022", ""): struck(b"SOAPAction"),
    ("051", ""): replaced(b'"ebXML"', b'"ebxml"'),
    ("252", ""): replaced(b"Content-Type: text/xml", b"Content-Type: text/plain", receipt),
    ("066", ""): replaced(b"multipart/related", b"multipart/mixed"),
    ("253", ""): replaced(b'type="text/xml"; ', b""),
    ("5.5.2.2", ""): replaced(b'start="<', b'start="<x'),
    ("067", ""): replaced(b"Content-Type: text/xml", b"Content-Type: application/xml"),
    ("255", ""): replaced(b"Content-Type: text/xml", b"Content-Type: application/xml"),
    ("256", ""): replaced(b'charset="UTF-8"', b'charset="iso-8859-1"'),
    ("257", ""): replaced(b"Content-Transfer-Encoding: base64\r\n", b"", plain_soap),
    ("258", ""): replaced(b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: 7bit\r\n", plain_soap),
    ("259", ""): replaced(
        PKCS7 + b"\r\nContent-Transfer-Encoding: base64", PKCS7 + b"\r\nContent-Transfer-Encoding: 8bit"
    ),
    ("260", ""): replaced(PKCS7, b"application/xml"),
    ("5.6", ""): envelope('<SOAP:Envelope xmlns:SOAP="http://schemas.xmlsoap.org/soap/envelope/">'),
    ("078", ""): soap_octets(undeclared),
    ("068", ""): soap_octets(in_latin),
    ("086", ""): envelope('<Envelope xmlns="urn:another"/>'),
    ("016", ""): of(each("SOAP:Body", lambda body: body.addprevious(etree.Element("{urn:x}y")))),
    ("017", ""): of(text(f"{DATA}/eb:Timestamp", "yesterday")),
    ("043", ""): envelope(f'{DECLARED}<S:Fault xmlns:S="{SOAP}"><e>Envelope</e></S:Fault>'),
    ("002", ""): of(without("SOAP:Header")),
    ("003", ""): of(without("SOAP:Body")),
    ("100", ""): of(more("SOAP:Header", '<eb:Unheard SOAP:mustUnderstand="1"/>')),
    ("101", ""): of(more("SOAP:Body", "<eb:Unheard/>")),
    ("5.7.2", ""): of(more("SOAP:Header", '<eb:SyncReply eb:version="2.0"/>')),
    ("004", ""): of(without(HEAD)),
    ("008", ""): of(attribute(HEAD, VERSION, None)),
    ("070", ""): of(attribute(HEAD, VERSION, "3.0")),
    ("007", ""): of(attribute(HEAD, MUST, None)),
    ("069", ""): of(attribute(HEAD, MUST, "0")),
    ("076", ""): of(without(f"{DATA}/eb:MessageId")),
    ("102", ""): of(text(f"{DATA}/eb:MessageId", "nummer 1")),
    ("077", ""): of(without(f"{DATA}/eb:Timestamp")),
    ("011", ""): of(without(f"{HEAD}/eb:CPAId")),
    ("012", ""): of(text(f"{HEAD}/eb:CPAId", "8990201_8990101")),
    ("012", "named"): of(text(f"{HEAD}/eb:CPAId", "nav:qass:35065")),
    ("010", ""): of(without(f"{HEAD}/eb:From")),
    ("009", ""): of(without(f"{HEAD}/eb:To")),
    ("058", ""): of(without(f"{HEAD}/eb:From/eb:PartyId")),
    ("059", ""): of(without(f"{HEAD}/eb:To/eb:PartyId")),
    ("025", ""): of(text(f"{HEAD}/eb:From/eb:PartyId", " ")),
    ("055", ""): of(text(f"{HEAD}/eb:To/eb:PartyId", "")),
    ("060", ""): of(attribute(f"{HEAD}/eb:From/eb:PartyId", f"{{{EB}}}type", "ENH")),
    ("061", ""): of(attribute(f"{HEAD}/eb:To/eb:PartyId", f"{{{EB}}}type", None)),
    ("014", ""): of(more(f"{HEAD}/eb:From", PARTY)),
    ("013", ""): of(more(f"{HEAD}/eb:To", PARTY)),
    ("031", ""): of(text(f"{HEAD}/eb:From/eb:PartyId", "899.0201")),
    ("056", ""): of(text(f"{HEAD}/eb:To/eb:PartyId", "899 0101")),
    ("047", ""): of(without(f"{HEAD}/eb:Service")),
    ("071", ""): of(text(f"{HEAD}/eb:Service", " ")),
    ("048", ""): of(without(f"{HEAD}/eb:Action")),
    ("072", ""): of(text(f"{HEAD}/eb:Action", "")),
    ("045", ""): of(without(SIGNATURE)),
    ("052", ""): of(copied(SIGNATURE)),
    ("363", ""): of(without(INFO)),
    ("042", ""): of(without(f"{SIGNATURE}/ds:SignatureValue")),
    ("032", ""): of(without(f"{SIGNATURE}/ds:KeyInfo")),
    ("039", ""): of(without(f"{INFO}/ds:Reference")),
    ("040", ""): of(without(ITSELF)),
    ("034", ""): of(attribute(f"{INFO}/ds:Reference[2]", "URI", "#Payload")),
    ("033", ""): of(each(f"{ITSELF}/ds:DigestMethod", lambda one: one.set("Algorithm", "urn:md5"))),
    ("033", "old"): of(each(f"{ITSELF}/ds:DigestMethod", lambda one: one.set("Algorithm", SHA1))),
    ("037", ""): of(each(f"{ITSELF}/ds:Transforms/ds:Transform[1]", lambda one: one.set("Algorithm", "urn:x"))),
    ("036", ""): of(each(f"{ITSELF}/ds:Transforms/ds:Transform[2]", lambda one: one.set("Algorithm", "urn:x"))),
    ("035", ""): of(each(f"{ITSELF}/ds:Transforms/ds:Transform[3]", lambda one: one.set("Algorithm", "urn:x"))),
    ("038", ""): of(without(f"{ITSELF}/ds:Transforms/ds:Transform[2]")),
    ("041", ""): of(without(f"{SIGNATURE}/ds:KeyInfo/ds:X509Data")),
    ("064", ""): of(without(f"{ITSELF}/ds:DigestValue")),
    ("085", ""): of(attribute(ITSELF, "URI", None)),
    ("103", ""): of(without(f"{SIGNATURE}/ds:KeyInfo/ds:X509Data/ds:X509Certificate")),
    ("065", ""): of(copied(f"{SIGNATURE}/ds:KeyInfo/ds:X509Data/ds:X509Certificate")),
    ("046", ""): of(text(f"{SIGNATURE}/ds:KeyInfo/ds:X509Data/ds:X509Certificate", "AAAA")),
    ("104", ""): dated("2024-12-31T23:59:59Z"),
    ("105", ""): dated("2028-01-02T00:00:00Z"),
    ("084", ""): of(attribute(f"{INFO}/ds:SignatureMethod", "Algorithm", f"{DS}hmac-sha1")),
    ("084", "old"): of(attribute(f"{INFO}/ds:SignatureMethod", "Algorithm", RSA_SHA1)),
    ("050", ""): of(text(f"{HEAD}/eb:Action", "EPIKRISE")),
    ("050", "unknown"): lambda: base64.b64decode(sent().split(b"\r\n\r\n")[2].partition(b"\r\n--")[0]),
    ("5.11.1", ""): of(lambda root: [without(path)(root) for path in (ASKED, "SOAP:Body/eb:Manifest")]),
    ("5.11.2", ""): of(more("SOAP:Body", "<eb:StatusRequest/>")),
    ("5.11.3", "both"): of(more("SOAP:Header", A_RECEIPT)),
    ("5.11.3", "twice"): of(copied(ASKED)),
    ("106", ""): of(text(f"{HEAD}/eb:Service", "S-HENVISNING"), receipt),
    ("107", ""): of(text(f"{HEAD}/eb:Action", "Acknowledgement"), receipt),
    ("108", ""): of(text(f"{ACKNOWLEDGED}/eb:RefToMessageId", "nummer 1"), receipt),
    ("109", ""): of(more(DATA, f"<eb:RefToMessageId>{envelopes.MESSAGE_ID}</eb:RefToMessageId>"), receipt),
    ("115", ""): of(more("SOAP:Header", AN_ERROR), receipt),
    ("116", ""): of(without(f"{ACKNOWLEDGED}/ds:Reference[1]"), receipt),
    ("117", ""): of(without(f"{ACKNOWLEDGED}/ds:Reference[2]"), receipt),
    ("120", ""): of(text(f"{HEAD}/eb:Service", "S-HENVISNING"), error),
    ("121", ""): of(text(f"{HEAD}/eb:Action", "Error"), error),
    ("122", ""): of(without(f"{DATA}/eb:RefToMessageId"), error),
    ("123", ""): of(more("SOAP:Header", A_RECEIPT), error),
    ("074", ""): of(without(f"{HEAD}/eb:DuplicateElimination")),
    ("075", ""): of(without(ASKED)),
    ("5.14.2", "missing"): of(attribute(ASKED, MUST, None)),
    ("5.14.2", "false"): of(attribute(ASKED, MUST, "0")),
    ("094", ""): of(attribute(ASKED, f"{{{EB}}}signed", "false")),
    ("005", ""): of(attribute("SOAP:Body/eb:Manifest", VERSION, "1.0")),
    ("006", ""): of(without(LISTED)),
    ("027", ""): alone,
    ("5.14.3", ""): of(attribute(LISTED, f"{{{XLINK}}}href", "")),
    ("023", ""): of(attribute(LISTED, f"{{{XLINK}}}href", "cid:another")),
    ("265", ""): of(attribute(SCHEMA, f"{{{EB}}}location", "")),
    ("266", ""): of(attribute(SCHEMA, f"{{{EB}}}version", "ny")),
    ("267", ""): of(attribute(SCHEMA, f"{{{EB}}}location", "http://www.kith.no/xmlstds/labsvar/2012-02-15")),
    ("268", ""): of(attribute(SCHEMA, f"{{{EB}}}version", "1.0")),
    ("271", ""): of(text(DESCRIBED, '{"MSH-versjon": "1"}')),
    ("272", ""): of(text(DESCRIBED, '{"MSH-system": "Budstikke"}')),
    ("273", ""): of(text(DESCRIBED, '{"MSH-system": " ", "MSH-versjon": "1"}')),
    ("274", ""): of(text(DESCRIBED, '{"MSH-system": "Budstikke", "MSH-versjon": 1}')),
    ("279", ""): of(without(SCHEMA)),
    ("263", ""): lambda: envelopes.resealed(lambda _: None, (envelopes.payload(octets=b"<MsgHead/>"),)),
}


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize("rule", list(BROKEN), ids=["-".join(filter(None, rule)) for rule in BROKEN])
def test_a_rule_is_told_where_it_is_broken(rule: tuple[str, str]) -> None:
    number, _ = rule
    begins = load().rules[rule].text.partition("{")[0]

    found = [finding.text for finding in check(BROKEN[rule]()).findings if finding.rule == code(number)]

    assert any(said.startswith(begins) for said in found)


def test_every_rule_that_is_checked_on_the_message_alone_is_broken_once() -> None:
    assert set(BROKEN) == set(load().rules) - RULES


@pytest.mark.parametrize("make", [sent, receipt, error])
@pytest.mark.parametrize("direction", list(Direction))
def test_a_right_message_breaks_no_rule(make: Make, direction: Direction) -> None:
    report = check(make(), direction)

    assert report.findings == ()
    assert report.verdict is Verdict.ACCEPT


def test_rules_that_are_never_checked_say_why() -> None:
    unchecked = {one.id: one for one in load().unchecked}

    assert all(one.reason and one.title for one in unchecked.values())
    assert not {rule.id for rule in load().rules.values()} & set(unchecked)


def test_every_rule_has_a_hint_and_its_chapter() -> None:
    for rule in load().rules.values():
        assert rule.hint
        assert rule.source.startswith("HITS 1172 5.")


def test_what_came_is_only_refused_where_it_cannot_be_taken() -> None:
    rejecting = {rule.id for rule in load().rules.values() if rule.inbound is Severity.REJECT}

    assert {"EB-050", "EB-045", "EB-060", "EB-023"} <= rejecting
    assert not {"EB-074", "EB-012", "EB-033", "EB-078"} & rejecting


def test_what_is_about_to_be_sent_is_stopped_by_what_is_a_warning_to_others() -> None:
    data = BROKEN["074", ""]()

    assert check(data).findings[-1].severity is Severity.WARN
    assert check(data, Direction.OUTBOUND).findings[-1].severity is Severity.BLOCK


def test_a_finding_says_where() -> None:
    (finding,) = [one for one in check(BROKEN["102", ""]()).findings if one.rule == "EB-102"]

    assert finding.path == "/Envelope/Header/MessageHeader/MessageData/MessageId"
    assert finding.line == 2


def test_an_envelope_alone_is_not_asked_for_its_mail() -> None:
    report = check(BROKEN["050", "unknown"]())

    assert rules(report) == {"EB-050"}
    assert report.verdict is Verdict.ACCEPT


def test_a_signal_alone_is_checked_whole() -> None:
    data = base64.b64decode(error().partition(b"\r\n\r\n")[2])

    assert check(data).findings == ()


def test_a_message_that_cannot_be_taken_apart_is_told_so() -> None:
    data = b'Content-Type: multipart/related; boundary="x"\r\n\r\nnothing'

    (finding,) = check(data).findings

    assert finding.rule == "EB-5.6"
    assert check(data).verdict is Verdict.REJECT


def test_a_mail_without_an_envelope_is_told_so() -> None:
    data = b"From: a@b\r\nContent-Type: text/plain\r\n\r\nHei"

    assert rules(check(data)) == {"EB-5.6"}


def test_a_mail_with_another_document_is_told_so() -> None:
    data = b"From: a@b\r\nContent-Type: application/xml\r\n\r\n<MsgHead xmlns='urn:x'/>"

    assert "EB-086" in rules(check(data))


def test_a_certificate_that_was_not_valid_then_is_told_by_its_day() -> None:
    pair = world().issuing.issue(CLINIC, key("holder"), Purpose.SIGNING, since=SINCE, until=SINCE + timedelta(days=30))
    der = base64.b64encode(pair.certificate.der).decode()
    data = changed(sent(), text(f"{SIGNATURE}/ds:KeyInfo/ds:X509Data/ds:X509Certificate", der))

    assert "EB-105" in rules(check(data))


def test_a_signature_of_a_kind_that_cannot_be_checked_is_no_forgery() -> None:
    data = changed(sent(), without(f"{SIGNATURE}/ds:KeyInfo"))

    report = check(data)

    assert not any(finding.rule == "EB-050" and finding.severity is Severity.REJECT for finding in report.findings)


def test_a_signature_that_covers_no_header_is_told() -> None:
    root = soap.written(envelopes.message(manifest=()))
    head = one(root, HEAD)
    one(root, "SOAP:Header").remove(head)
    signature.sign(root, {}, envelopes.seal())
    head.set(f"{{{SOAP}}}actor", "http://schemas.xmlsoap.org/soap/actor/next")
    one(root, "SOAP:Header").insert(0, head)
    data = etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    (found,) = [finding.text for finding in check(data).findings if finding.rule == "EB-050"]

    assert found.endswith("The envelope has no ebXML header.")


def test_a_manifest_that_leads_elsewhere_is_told_once() -> None:
    data = envelopes.resealed(attribute(LISTED, f"{{{XLINK}}}href", "http://somewhere/"))

    assert rules(check(data)) == {"EB-023"}


def test_a_ping_needs_nothing_but_its_header() -> None:
    def ping(root: etree._Element) -> None:
        without("SOAP:Body/eb:Manifest")(root)
        without(ASKED)(root)
        text(f"{HEAD}/eb:Service", "urn:oasis:names:tc:ebxml-msg:service")(root)
        text(f"{HEAD}/eb:Action", "Ping")(root)

    assert not {"EB-5.11.1", "EB-074"} & rules(check(changed(sent(), ping)))
