"""What hostile bytes cost is in proportion to how many they are: no reader hangs, and none fills the memory.

Each case was chosen against one reader: there is, or was, a way of reading that takes its size squared.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from lxml import etree
from pki import world
from sealing import Craft, sealed
from targets import TARGETS, messages
from weighing import cost

#: Seconds of processor time. Each case takes one or two where nothing else runs, and minutes where it is squared.
PATIENCE = 15.0
#: Bytes that any reading may take, and per byte that came.
ALLOWANCE, FACTOR = 64_000_000, 64
LARGE = 40_000_000
CPPA = "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"


def many(unit: bytes, size: int = LARGE) -> bytes:
    return unit * (size // len(unit))


def numbered(form: bytes, count: int) -> bytes:
    return b" ".join(form.replace(b"%", b"%d" % number) for number in range(count))


def multipart(boundary: bytes) -> bytes:
    return b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n--' + boundary + b"\n"


def encoded(how: bytes, body: bytes) -> bytes:
    return b"Content-Type: text/xml\nContent-Transfer-Encoding: " + how + b"\n\n" + body


def agreement(inside: bytes, times: int = 1) -> bytes:
    party = b'<PartyInfo partyName="a"><PartyId type="HER">8990100</PartyId>' + inside + b"</PartyInfo>"
    name = b"CollaborationProtocolAgreement"
    return b'<%s xmlns="%s">%s</%s>' % (name, CPPA.encode(), party * times, name)


def envelope(path: str, inside: bytes, count: int) -> bytes:
    """Return a sealed envelope with many elements inside one of its own."""
    import envelopes  # noqa: PLC0415 - the one builder that needs it

    def grow(root: etree._Element) -> None:
        place = envelopes.one(root, path)
        for _ in range(count):
            place.append(etree.fromstring(inside))

    return envelopes.changed(envelopes.sent(), grow)


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "50 000 attributes": lambda: b"<a " + numbered(b'a%="1"', 50_000) + b"/>",
    "50 000 namespaces": lambda: b"<a " + numbered(b'xmlns:a%="urn:%"', 50_000) + b"/>",
    "a million levels": lambda: b"<a>" * 1_000_000,
    "199 levels with a namespace each": lambda: (
        b"".join(b'<a xmlns:a%d="urn:a">' % level for level in range(199)) + b"<b/>" * 49_000 + b"</a>" * 199
    ),
    "ten million elements": lambda: b"<a>" + many(b"<b/>") + b"</a>",
    "six million comments": lambda: b"<a>" + many(b"<!---->") + b"</a>",
    "eight million instructions": lambda: b"<a>" + many(b"<?a?>") + b"</a>",
    "a long text": lambda: b"<a>" + many(b"x") + b"</a>",
    "sections of text": lambda: b"<a>" + many(b"<![CDATA[x]]>") + b"</a>",
    "references to characters": lambda: b"<a>" + many(b"&#65;", LARGE // 4) + b"</a>",
    "a long name": lambda: b"<" + many(b"a") + b"/>",
    "blanks in a tag": lambda: b"<a" + many(b" ") + b"/>",
    "nothing but beginnings": lambda: many(b"<"),
    "declared attributes": lambda: b"<!DOCTYPE a [" + numbered(b"<!ATTLIST a b% CDATA 'x'>", 50_000) + b"]><a/>",
    "declared entities": lambda: b"<!DOCTYPE a [" + numbered(b"<!ENTITY a% 'x'>", 300_000) + b"]><a/>",
    "beginnings of document types": lambda: many(b"<!DOCTYPE a [", 1_000_000),
    "document types in each other": lambda: many(b"<!DOC<!DOCTYPE a>TYPE b [<!ATTLIST a b CDATA 'x'>", 1_000_000),
    "20 000 elements that no schema has": lambda: next(
        data.replace(b"</MsgInfo>", b"<a/>" * 20_000 + b"</MsgInfo>") for data in messages() if b"</MsgInfo>" in data
    ),
    "20 000 empty documents": lambda: next(
        data.replace(b"</MsgHead>", b"<Document/>" * 20_000 + b"</MsgHead>")
        for data in messages()
        if b"</MsgHead>" in data
    ),
    "numbers": lambda: b"<a>" + many(b"12345678901 ", LARGE // 4) + b"</b>",
}
PARTS: dict[str, Callable[[], bytes]] = {
    "lines like a boundary": lambda: multipart(b"b") + many(b"\n--b x") + b"\n--b--",
    "lines like a boundary, with blanks": lambda: multipart(b"b") + many(b"\n--b" + b" " * 99 + b"x") + b"\n--b--",
    "lines like four boundaries": lambda: (
        b"".join(map(multipart, (b"b", b"b x", b"b x y", b"b x y z"))) + b"A: b\n\n" + many(b"\n--b x y z!", LARGE // 2)
    ),
    "nothing but boundaries": lambda: multipart(b"b") + many(b"\n--b"),
    "empty lines": lambda: multipart(b"b") + many(b"\r\n"),
    "parameters": lambda: b"Content-Type: multipart/mixed" + b';a="' * 16_000 + b"\n\n--b\n",
    "noise in base64": lambda: encoded(b"base64", many(b"A!")),
    "quoted line ends": lambda: encoded(b"quoted-printable", many(b"=\n")),
}
PACKED: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: gzip.compress(bytes(60_000_000)),
    "a bomb in a bomb": lambda: gzip.compress(gzip.compress(bytes(60_000_000))),
    "a million members": lambda: gzip.compress(b"x", mtime=0) * 1_000_000,
    "members among zeros": lambda: (gzip.compress(b"x", mtime=0) + bytes(1_000)) * 30_000,
    "noise in base64": lambda: encoded(b"base64", many(b"A!")),
    "headers without end": lambda: b"Content-" + many(b"a"),
}
ENCRYPTED: dict[str, Callable[[], bytes]] = {
    "a million pieces": lambda: sealed(bytes(1_000_000), world().encryption, Craft(is_open_ended=True, piece=1)),
    "90 000 pieces": lambda: sealed(bytes(180_000), world().encryption, Craft(is_open_ended=True, piece=2)),
    "levels without end": lambda: many(b"\x30\x80"),
    "empty elements": lambda: b"\x30\x80" + many(b"\x30\x00"),
    "a crowd of recipients": lambda: sealed(b"x", world().encryption, Craft(crowd=30_000)),
}
AGREEMENTS: dict[str, Callable[[], bytes]] = {
    "30 000 parties": lambda: agreement(b"", 30_000),
    "30 000 certificates that are none": lambda: agreement(
        numbered(b'<Certificate certId="c%"><X509Certificate>A</X509Certificate></Certificate>', 30_000)
    ),
    "40 000 channels without a transport": lambda: agreement(numbered(b'<DeliveryChannel channelId="c%"/>', 40_000)),
    "20 000 channels with 20 000 endpoints": lambda: agreement(
        b'<Transport transportId="t">' + b'<Endpoint uri="a"/>' * 20_000 + b"</Transport>"
        b'<DeliveryChannel channelId="c" transportId="t"/>' * 20_000
    ),
}
ENVELOPES: dict[str, Callable[[], bytes]] = {
    "20 000 documents": lambda: envelope("SOAP:Body/eb:Manifest", b"<a/>", 20_000),
    "8 000 references": lambda: envelope(
        "SOAP:Header/ds:Signature/ds:SignedInfo", b'<Reference xmlns="http://www.w3.org/2000/09/xmldsig#"/>', 8_000
    ),
    "40 000 blocks for the next server": lambda: envelope(
        "SOAP:Header",
        b'<a xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:actor="http://schemas.xmlsoap.org/soap/actor/next"/>',
        40_000,
    ),
}
CERTIFICATES: dict[str, Callable[[], bytes]] = {
    "beginnings of certificates": lambda: many(b"-----BEGIN CERTIFICATE-----\n"),
}
CASES = {
    **{(reader, name): make for name, make in DOCUMENTS.items() for reader in ("document", "verdict", "signature")},
    **{("parts", name): make for name, make in PARTS.items()},
    **{("packed", name): make for name, make in PACKED.items()},
    **{("encrypted", name): make for name, make in ENCRYPTED.items()},
    **{("agreement", name): make for name, make in AGREEMENTS.items()},
    **{(reader, name): make for name, make in ENVELOPES.items() for reader in ("envelope", "rules")},
    **{("certificates", name): make for name, make in CERTIFICATES.items()},
}


@pytest.mark.parametrize(("reader", "name"), list(CASES), ids=[" - ".join(case) for case in CASES])
def test_hostile_bytes_cost_no_more_than_their_number(reader: str, name: str) -> None:
    TARGETS[reader].ask(messages()[0])  # what is loaded once is loaded now
    data = CASES[reader, name]()

    seconds, memory = cost(lambda: TARGETS[reader].ask(data))

    assert seconds < PATIENCE
    assert memory < ALLOWANCE + FACTOR * len(data)
