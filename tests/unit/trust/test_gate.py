"""Every known attack on XML signatures is refused, each for its own reason."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pki
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from pki import World
from signing import BODY, C14N, DSIG, ENVELOPED, EXC, MORE, XPATH, XSLT, Craft, crafted

from adapter.errors import (
    DocumentTypeRefused,
    LimitExceeded,
    SignatureInvalid,
    SignatureMissing,
    SignatureUnverifiable,
)
from adapter.trust import gate
from adapter.trust.pki import Pair
from adapter.trust.signature import verify
from adapter.wire.parse import Limits, parse

HMAC = f"{MORE}hmac-sha256"
FILTER = f'<XPath xmlns="{DSIG}">not(ancestor-or-self::Text)</XPath>'
RSA_KEY = (
    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
    "</ds:RSAKeyValue></ds:KeyValue>"
)
STYLE = '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>'


def with_(data: bytes, *edits: tuple[bytes, bytes]) -> bytes:
    """Return bytes with each text, which must stand there exactly once, replaced."""
    for old, new in edits:
        assert data.count(old) == 1, old
        data = data.replace(old, new)
    return data


def test_a_message_without_a_signature_is_told_as_such() -> None:
    with pytest.raises(SignatureMissing):
        verify(BODY)


@pytest.mark.parametrize(
    "edit",
    [
        (b"<Text>Hei", b"<Text>Nei"),
        (b"<MsgId>", b'<MsgId x="1">'),
        (b'xmlns="urn:m"', b'xmlns="urn:n"'),
        (b"<Text>", b"<Text> "),
        (b"</MsgHead>", b"behind</MsgHead>"),
        (b"A1578B81", b"A157"),
    ],
)
def test_a_changed_message_is_refused(signer: Pair, edit: tuple[bytes, bytes]) -> None:
    with pytest.raises(SignatureInvalid, match=r"changed after it was signed|not made with the key"):
        verify(with_(crafted(BODY, signer), edit))


def test_a_changed_digest_is_refused(signer: Pair) -> None:
    genuine, other = crafted(BODY, signer), crafted(BODY.replace(b"Hei", b"Nei"), signer)
    value = genuine.partition(b"<ds:DigestValue>")[2].partition(b"<")[0]
    forged = other.partition(b"<ds:DigestValue>")[2].partition(b"<")[0]

    with pytest.raises(SignatureInvalid, match="not made with the key"):
        verify(with_(genuine, (value, forged), (b"<Text>Hei", b"<Text>Nei")))


def test_a_changed_signature_value_is_refused(signer: Pair) -> None:
    data = crafted(BODY, signer)
    value = data.partition(b"<ds:SignatureValue>")[2].partition(b"<")[0]

    for forged in (value[::-1].strip(b"=") + b"==", b"AAAA", b""):
        with pytest.raises(SignatureInvalid):
            verify(with_(data, (b">" + value + b"<", b">" + forged + b"<")))


def test_the_genuine_message_nested_in_a_forged_one_is_refused(signer: Pair) -> None:
    """Wrapping 1: the reader would read the outer message."""
    inner = crafted(BODY, signer).partition(b"?>\n")[2]
    forged = b'<MsgHead xmlns="urn:m"><MsgId>forged</MsgId>' + inner + b"</MsgHead>"

    with pytest.raises(SignatureInvalid, match="stand where"):
        verify(forged)


def test_the_genuine_message_moved_aside_and_named_by_id_is_refused(signer: Pair) -> None:
    """Wrapping 2 and 4: the reference would find the genuine message, the reader the forged one."""
    for attribute in ("Id", "ID", "id"):
        named = BODY.replace(b'xmlns="urn:m"', f'xmlns="urn:m" {attribute}="a"'.encode())
        data = crafted(named, signer, Craft(uri="#a"))
        genuine = data[data.index(b"<MsgHead") : data.index(b"<ds:Signature ")] + b"</MsgHead>"
        signature = data[data.index(b"<ds:Signature ") : data.rindex(b"</MsgHead>")]
        forged = b'<MsgHead xmlns="urn:m"><MsgId>forged</MsgId><Content>' + genuine + b"</Content>"

        with pytest.raises(SignatureInvalid, match="something else than the whole"):
            verify(forged + signature + b"</MsgHead>")


def test_the_genuine_message_inside_the_signature_is_refused(signer: Pair) -> None:
    """Wrapping 5: a ds:Object carries what is signed."""
    genuine = '<ds:Object><MsgHead xmlns="urn:m" Id="a"/></ds:Object>'

    with pytest.raises(SignatureUnverifiable, match="objects of its own"):
        verify(crafted(BODY, signer, Craft(more=genuine)))


@pytest.mark.parametrize("uri", ["#a", "#", "#xpointer(/)", "http://example.org/", "file:///etc/passwd", "cid:1", None])
def test_a_reference_to_anything_but_the_whole_message_is_refused(signer: Pair, uri: str | None) -> None:
    with pytest.raises(SignatureInvalid, match="something else than the whole"):
        verify(crafted(BODY, signer, Craft(uri=uri)))


def test_two_signatures_are_refused(signer: Pair) -> None:
    data = crafted(BODY, signer)
    signature = data[data.index(b"<ds:Signature ") : data.rindex(b"</MsgHead>")]

    with pytest.raises(SignatureInvalid, match="more than one"):
        verify(with_(data, (b"</MsgHead>", signature + b"</MsgHead>")))


def test_a_signature_inside_what_is_signed_is_not_told_as_forged(signer: Pair) -> None:
    """A signed message may be carried inside another one; it is only not known here which counts."""
    signature = f'<Signature xmlns="{DSIG}"/>'.encode()
    body = BODY.replace(b"<Text>Hei</Text>", b"<Content>" + signature + b"</Content>")

    with pytest.raises(SignatureUnverifiable, match="other signatures"):
        verify(crafted(body, signer))


def test_a_signature_that_is_not_last_is_refused(signer: Pair) -> None:
    with pytest.raises(SignatureInvalid, match="behind the signature"):
        verify(with_(crafted(BODY, signer), (b"</MsgHead>", b"<More/></MsgHead>")))


def test_more_references_than_one_are_refused(signer: Pair) -> None:
    second = (
        f'<ds:Reference URI=""><ds:DigestMethod Algorithm="{MORE}sha384"/>'
        "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"
    )
    with pytest.raises(SignatureInvalid, match="2 references"):
        verify(crafted(BODY, signer, Craft(references=second)))
    profile = gate.Profile(cuts=gate.MESSAGE.cuts, most_references=2)
    transformed = second.replace(
        "<ds:Digest", f'<ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/></ds:Transforms><ds:Digest', 1
    )
    with pytest.raises(SignatureInvalid, match="refer to the whole"):
        verify(crafted(BODY, signer, Craft(references=transformed)), profile=profile)


def test_no_reference_at_all_is_refused(signer: Pair) -> None:
    data = crafted(BODY, signer)
    start, end = data.index(b"<ds:Reference"), data.index(b"</ds:SignedInfo>")

    with pytest.raises(SignatureInvalid, match="not built"):
        verify(data[:start] + data[end:])


@pytest.mark.parametrize(
    "transforms",
    [
        (),
        (C14N,),
        (ENVELOPED, XPATH),
        (ENVELOPED, XPATH, C14N),
        (XPATH, ENVELOPED, C14N),
        (ENVELOPED, XSLT, C14N),
        (C14N, ENVELOPED),
        (ENVELOPED, ENVELOPED),
        (ENVELOPED, C14N, C14N),
        (ENVELOPED, f"{DSIG}base64"),
        (ENVELOPED, "urn:unknown"),
        (ENVELOPED, ""),
    ],
)
def test_transforms_that_the_standard_does_not_have_are_refused(signer: Pair, transforms: tuple[str, ...]) -> None:
    """A signer's own filter could leave out of the digest what the reader reads."""
    craft = Craft(transforms=transforms, inside=((XPATH, FILTER), (XSLT, STYLE)))

    with pytest.raises(SignatureInvalid, match="transforms that the standard"):
        verify(crafted(BODY, signer, craft))


@pytest.mark.parametrize("form", ["urn:unknown", "http://www.w3.org/2010/xml-c14n2", ""])
def test_an_unknown_canonicalisation_is_refused(signer: Pair, form: str) -> None:
    with pytest.raises(SignatureInvalid, match="canonicalisation"):
        verify(crafted(BODY, signer, Craft(canonicalization=form)))


@pytest.mark.parametrize(
    ("form", "inside"),
    [
        (C14N, f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="a"/>'),
        (EXC, "<other/>"),
        (EXC, f'<ec:InclusiveNamespaces xmlns:ec="{EXC}"/>' * 2),
    ],
)
def test_a_canonicalisation_with_something_in_it_is_refused(signer: Pair, form: str, inside: str) -> None:
    with pytest.raises(SignatureInvalid, match="canonicalisation"):
        verify(crafted(BODY, signer, Craft(transforms=(ENVELOPED, form), inside=((form, inside),))))


@pytest.mark.parametrize("secret", ["certificate", "pem", "public key", "empty"])
@pytest.mark.parametrize("method", [HMAC, f"{DSIG}hmac-sha1"])
def test_a_secret_that_everybody_knows_signs_nothing(signer: Pair, secret: str, method: str) -> None:
    """HMAC confusion: the certificate that is shown would be the key."""
    public = signer.certificate.x509.public_key()
    keys = {
        "certificate": signer.certificate.der,
        "pem": pki.pem(signer.certificate),
        "public key": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "empty": b"",
    }
    craft = Craft(method=method, value=lambda octets: hmac.new(keys[secret], octets, hashlib.sha256).digest())

    with pytest.raises(SignatureInvalid, match="not accepted"):
        verify(crafted(BODY, signer, craft))


def test_an_algorithm_with_parameters_is_refused(signer: Pair) -> None:
    method = f'SignatureMethod Algorithm="{MORE}rsa-sha256"'
    info = f"<ds:{method}/>".encode()
    data = crafted(BODY, signer)
    with_parameters = f"<ds:{method}><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>".encode()

    with pytest.raises(SignatureInvalid, match="not built"):
        verify(with_(data, (info, with_parameters)))
    with pytest.raises(SignatureInvalid, match="not accepted"):
        verify(with_(data, (info, with_parameters.replace(b"ds:HMACOutputLength", b"x"))))


@pytest.mark.parametrize("digest", ["urn:unknown", f"{MORE}md5", ""])
def test_an_unknown_digest_is_refused(signer: Pair, digest: str) -> None:
    with pytest.raises(SignatureInvalid, match="digest that is not accepted"):
        verify(crafted(BODY, signer, Craft(digest=digest)))


def test_the_certificate_of_somebody_else_is_refused(signer: Pair, world: World) -> None:
    """KeyInfo swapped: it is not signed, and must therefore fit the signature."""
    with pytest.raises(SignatureInvalid, match="not made with the key"):
        verify(crafted(BODY, signer, Craft(shown=(world.foreign.certificate.der,))))


@pytest.mark.parametrize(
    "key_info",
    [
        "",
        "<ds:KeyName>somebody</ds:KeyName>",
        RSA_KEY,
        "<ds:X509Data><ds:X509SubjectName>CN=somebody</ds:X509SubjectName></ds:X509Data>",
        "<ds:X509Data><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></ds:X509Data>",
    ],
)
def test_a_key_that_no_certificate_vouches_for_is_not_used(signer: Pair, key_info: str) -> None:
    with pytest.raises(SignatureUnverifiable, match="by a certificate"):
        verify(crafted(BODY, signer, Craft(shown=(), key_info=key_info)))


def test_a_key_beside_the_certificate_is_not_used(signer: Pair) -> None:
    craft = Craft(key_info=RSA_KEY)

    assert verify(crafted(BODY, signer, craft)).certificate == signer.certificate
    pss = replace(craft, method="http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1")
    assert verify(crafted(BODY, signer, pss)).certificate == signer.certificate


def test_a_document_type_before_a_genuine_message_is_refused(signer: Pair) -> None:
    data = with_(crafted(BODY, signer), (b"?>\n", b'?>\n<!DOCTYPE MsgHead [<!ENTITY x "y">]>'))

    with pytest.raises(DocumentTypeRefused):
        verify(data)


def test_a_document_type_in_sixteen_bits_is_refused(signer: Pair) -> None:
    text = crafted(BODY, signer).decode().replace("UTF-8", "UTF-16")
    data = text.replace("?>\n", "?>\n<!DOCTYPE MsgHead [<!ATTLIST MsgHead Id CDATA 'x'>]>").encode("utf-16")

    with pytest.raises(DocumentTypeRefused):
        verify(data)


def test_what_is_too_large_is_not_looked_at(signer: Pair) -> None:
    with pytest.raises(LimitExceeded):
        verify(crafted(BODY, signer), limits=Limits(max_bytes=1_000))


def test_a_comment_cannot_cut_a_value(signer: Pair) -> None:
    """The comment is no part of what is signed; the signed view holds the value whole."""
    data = with_(crafted(BODY, signer), (b"A1578B81", b"A157<!-- -->8B81"))

    assert b"<MsgId>A1578B81</MsgId>" in verify(data).signed
    assert b"<MsgId>A1578B81</MsgId>" in verify(data, parse(data)).signed


@pytest.mark.parametrize("mark", [b"<!-- -->", b"<?x y?>"])
@pytest.mark.parametrize("place", [b"<ds:DigestValue>", b"<ds:SignedInfo>", b"<ds:X509Certificate>"])
def test_nothing_hides_inside_a_signature(signer: Pair, place: bytes, mark: bytes) -> None:
    data = with_(crafted(BODY, signer), (place, place + mark))

    with pytest.raises(SignatureInvalid, match=r"comments inside|not built"):
        verify(data, parse(data))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<ds:SignedInfo>", b"<ds:More/><ds:SignedInfo>"),
        (b"<ds:SignatureValue>", b"<ds:SignedInfo/><ds:SignatureValue>"),
        (b"ds:SignatureValue>", b"ds:Value>"),
        (b"ds:SignatureValue>", b"ds:DigestValue>"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue><x/>"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>%%%"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>\xc3\xa6"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>" + b"AAAA" * 5_000),
        (b"<ds:X509Certificate>", b"<ds:X509Certificate>" + b"AAAA" * 50_000),
        (b"ds:CanonicalizationMethod ", b"ds:Method "),
        (b"ds:SignatureMethod ", b"ds:Method "),
        (b"ds:Reference ", b"ds:Other "),
        (b"ds:Transforms>", b"ds:Other>"),
        (b"<ds:Transforms>", b"<ds:Transforms><ds:Other/>"),
        (b"<ds:Transforms>", b"<ds:Transforms/><ds:Transforms>"),
        (b"ds:DigestMethod ", b"ds:Other "),
        (b"<ds:SignedInfo>", b'<ds:SignedInfo lang="no">'),
        (b"ds:DigestValue>", b"ds:Other>"),
    ],
)
def test_what_is_not_built_as_the_standard_has_it_is_refused(signer: Pair, old: bytes, new: bytes) -> None:
    data = crafted(BODY, signer).replace(old, new)
    if b"ds:Other " in new or b"ds:Reference " in old:
        data = data.replace(b"</ds:Reference>", b"</ds:Other>") if b"Reference" in old else data

    with pytest.raises(SignatureInvalid):
        verify(data)


def test_a_flood_of_certificates_is_refused(signer: Pair) -> None:
    with pytest.raises(SignatureInvalid, match="9 certificates"):
        verify(crafted(BODY, signer, Craft(shown=(signer.certificate.der,) * 9)))


def test_a_relative_namespace_has_no_canonical_form(signer: Pair) -> None:
    data = with_(crafted(BODY, signer), (b"<Text>", b'<Text xmlns="relative">'))

    with pytest.raises(SignatureUnverifiable, match="canonical form"):
        verify(data)


def test_a_signature_elsewhere_than_the_profile_says_is_refused() -> None:
    """In ebXML the envelope keeps its signature in the SOAP header."""
    place = replace(gate.MESSAGE, place=("Header",), is_last=False)
    signature = etree.fromstring(f'<Signature xmlns="{DSIG}"/>')

    def envelope(text: str) -> etree._Element:
        root = etree.fromstring(text)
        for header in root.iter("Header"):
            header.append(etree.fromstring(etree.tostring(signature)))
        return root

    assert gate.find(envelope("<E><Header/><Body/></E>"), place).tag == gate.SIGNATURE
    for text in ("<E><Body><Header/></Body></E>", "<E><Header/><Header/></E>"):
        with pytest.raises(SignatureInvalid, match="stand where"):
            gate.find(envelope(text), place)
