"""Envelopes held against the published schema of ebXML and against xmlsec.

BUDSTIKKE_STANDARDS names a folder with the published schemas under xsd/ebxml; without it those tests skip.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import envelopes
import oracles
import pytest
from envelopes import DS, PART, one
from lxml import etree
from pki import World, pem, world

from adapter import resources
from adapter.check.schema import SchemaSet
from adapter.envelope import package, soap
from adapter.envelope.answer import pong, status_response
from adapter.envelope.header import Service, Side
from adapter.envelope.package import read
from adapter.envelope.signal import EbxmlMessage, StatusRequest, StatusResponse
from adapter.envelope.signature import XPATH, verify
from adapter.errors import TrustError
from adapter.message.code import Moment

STANDARDS = os.environ.get("BUDSTIKKE_STANDARDS")
SIGNALS = Service("urn:oasis:names:tc:ebxml-msg:service")
PING = EbxmlMessage(header=envelopes.header(service=SIGNALS, action="Ping"))
MUTATIONS = 400

needs_standards = pytest.mark.skipif(not STANDARDS, reason="BUDSTIKKE_STANDARDS names no comparison set")
needs_xmlsec = pytest.mark.skipif(oracles.lacks_xmlsec() is not None, reason=oracles.lacks_xmlsec() or "")


def written() -> dict[str, bytes]:
    """Return a message of every sort, as it goes out."""
    asked = EbxmlMessage(
        header=envelopes.header(service=SIGNALS, action="StatusRequest"), status_request=StatusRequest("a")
    )
    response = StatusResponse(ref_to_message_id="a", status="Received", timestamp=Moment("2026-03-02T09:00:00Z"))
    limited = envelopes.message(
        header=envelopes.header(time_to_live=Moment("2026-03-06T09:00:00Z"), receiver=Side.of("79768", "Saksbehandler"))
    )
    signals = {
        "ping": PING,
        "pong": pong(PING, envelopes.STAMP),
        "status-request": asked,
        "status-response": status_response(asked, response, envelopes.STAMP),
    }
    return {
        "payload": envelopes.sent(),
        "limited": package.write(limited, (envelopes.payload(),), seal=envelopes.seal()),
        "receipt": envelopes.receipt(),
        "error": envelopes.error(),
        **{name: package.write(message, seal=envelopes.seal()) for name, message in signals.items()},
    }


@pytest.fixture(scope="module")
def messages() -> dict[str, bytes]:
    return written()


@pytest.fixture(scope="module")
def published() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(STANDARDS or "") / "xsd" / "ebxml" / "msg-header-2_0.xsd"))


@pytest.fixture(scope="module")
def ours() -> SchemaSet:
    return SchemaSet.of_catalog(resources.schemas() / "ebxml")


@pytest.fixture(scope="module")
def keys() -> World:
    return world()


@needs_standards
@pytest.mark.parametrize("name", list(written()))
def test_what_is_written_is_valid_by_the_published_schema(
    messages: dict[str, bytes], published: etree.XMLSchema, name: str
) -> None:
    assert published.validate(read(messages[name]).root), published.error_log


@needs_standards
@pytest.mark.parametrize("name", list(written()))
def test_our_schema_says_what_the_published_one_says(
    messages: dict[str, bytes], published: etree.XMLSchema, ours: SchemaSet, name: str
) -> None:
    chance = random.Random(f"{name} 20260302")  # noqa: S311 - a repeatable choice, no secret
    octets = read(messages[name]).soap
    told = set()
    for _ in range(MUTATIONS // len(messages) * 4):
        root = mutated(etree.fromstring(octets), chance)
        verdict = published.validate(root)
        told.add(verdict)
        assert (ours.validate(root) == ()) is verdict, etree.tostring(root)
    assert told == {True, False}


def mutated(root: etree._Element, chance: random.Random) -> etree._Element:
    """Return an envelope with one thing changed."""
    everything = [element for element in root.iter() if element.getparent() is not None]
    element = chance.choice(everything)
    parent = element.getparent()
    assert parent is not None
    match chance.randrange(7):
        case 0:
            parent.remove(element)
        case 1:
            parent.insert(chance.randrange(len(parent) + 1), etree.fromstring(etree.tostring(element)))
        case 2:
            parent.append(element)
        case 3 if element.attrib:
            del element.attrib[chance.choice(list(element.attrib))]
        case 4 if element.attrib:
            element.set(chance.choice(list(element.attrib)), chance.choice(["", "1", "2.0", "true", "simple", "Error"]))
        case 5:
            element.text = chance.choice(["", " ", "x", "2026-03-02T09:00:00Z"])
        case _:
            element.append(etree.Element(chance.choice(["{urn:x}y", f"{{{envelopes.EB}}}Description", "z"])))
    return root


# --- Signatures -------------------------------------------------------------------------------------------------------


def xmlsec_verifies(root: etree._Element, keys: World, parts: dict[str, bytes]) -> bool:
    """Ask python-xmlsec, with a hand on what `cid:` addresses lead to."""
    import xmlsec  # noqa: PLC0415 - it is not everywhere

    position: dict[int, int] = {}
    streams: dict[int, bytes] = {}

    def opened(uri: str) -> int:
        number = len(streams)
        streams[number], position[number] = parts[uri], 0
        return number

    def chunk(number: int, buffer: memoryview) -> int:
        data = streams[number][position[number] : position[number] + len(buffer)]
        buffer[: len(data)] = data
        position[number] += len(data)
        return len(data)

    xmlsec.cleanup_callbacks()
    xmlsec.register_callbacks(lambda uri: _name(uri) in parts, lambda uri: opened(_name(uri)), chunk, lambda _: None)
    try:
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(pem(keys.signing.certificate), xmlsec.KeyFormat.CERT_PEM, None)
        context.verify(one(root, "SOAP:Header/ds:Signature"))
    except (xmlsec.Error, TypeError):
        return False
    finally:
        xmlsec.cleanup_callbacks()
        xmlsec.register_default_callbacks()
    return True


def _name(uri: str | bytes) -> str:
    return uri.decode() if isinstance(uri, bytes) else uri


@needs_xmlsec
@pytest.mark.parametrize("name", list(written()))
def test_what_is_sealed_here_xmlsec_verifies(messages: dict[str, bytes], keys: World, name: str) -> None:
    found = read(messages[name])
    parts = {f"cid:{part.headers.content_id}": part.octets for part in found.attachments}

    assert xmlsec_verifies(etree.fromstring(found.soap), keys, parts)
    assert not xmlsec_verifies(etree.fromstring(found.soap.replace(b"8990201", b"8990299")), keys, parts)
    if parts:
        assert not xmlsec_verifies(etree.fromstring(found.soap), keys, dict.fromkeys(parts, b"another"))


@needs_xmlsec
def test_blocks_for_the_next_server_are_as_little_signed_for_xmlsec(keys: World) -> None:
    def add(root: etree._Element) -> None:
        actor = f'SOAP:actor="{soap_next()}"'
        envelopes.more("SOAP:Header", f"<eb:Via {actor}><eb:Hop/></eb:Via>")(root)

    found = read(envelopes.changed(envelopes.sent(), add))
    parts = {f"cid:{PART}": envelopes.OCTETS}

    assert xmlsec_verifies(etree.fromstring(found.soap), keys, parts)
    verify(found.soap, parts)


def soap_next() -> str:
    return "http://schemas.xmlsoap.org/soap/actor/next"


@needs_xmlsec
@pytest.mark.parametrize("prefix", [None, "ds"])
@pytest.mark.parametrize("change", [None, "8990299"])
def test_what_xmlsec_seals_is_verified_here(keys: World, prefix: str | None, change: str | None) -> None:
    import xmlsec  # noqa: PLC0415 - it is not everywhere
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - the same
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    root = soap.written(envelopes.message(manifest=()))
    node = xmlsec.template.create(root, xmlsec.Transform.C14N, xmlsec.Transform.RSA_SHA256, ns=prefix)
    one(root, "SOAP:Header").insert(0, node)
    itself = xmlsec.template.add_reference(node, xmlsec.Transform.SHA256, uri="")
    xmlsec.template.add_transform(itself, xmlsec.Transform.ENVELOPED)
    path = xmlsec.template.add_transform(itself, xmlsec.Transform.XPATH)
    assert path.get("Algorithm") == XPATH
    etree.SubElement(path, f"{{{DS}}}XPath", nsmap={"S": envelopes.SOAP}).text = (
        'not(ancestor-or-self::node()[@S:actor="urn:oasis:names:tc:ebxml-msg:actor:nextMSH"] | '
        f'ancestor-or-self::node()[@S:actor="{soap_next()}"])'
    )
    xmlsec.template.add_transform(itself, xmlsec.Transform.C14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    context = xmlsec.SignatureContext()
    key = keys.signing.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(key, xmlsec.KeyFormat.PEM, None)
    context.key.load_cert_from_memory(pem(keys.signing.certificate), xmlsec.KeyFormat.CERT_PEM)
    context.sign(node)
    octets = etree.tostring(root)

    if change is None:
        assert verify(octets, {}).certificate == keys.signing.certificate
    else:
        with pytest.raises(TrustError):
            verify(octets.replace(b"8990201", change.encode()), {})
