"""Signatures that are genuine, in every form that is met, and how they are made."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from pki import SINCE, UNTIL, World
from signing import BODY, C14N, DSIG, ENVELOPED, EXC, MORE, Craft, crafted

from adapter import resources
from adapter.errors import DocumentTypeRefused, KeyUnusable, NotWellFormed, SignatureInvalid, SignatureUnverifiable
from adapter.trust import gate
from adapter.trust.algorithms import CANONICALIZATIONS, EXCLUSIVE, SHA256, Canonicalization
from adapter.trust.pki import Pair
from adapter.trust.signature import sign, verify
from adapter.wire import read
from adapter.wire.parse import parse

MESSAGES = resources.fixtures() / "messages"
REFERRAL = (MESSAGES / "henvisning-2.0-komplett.xml").read_bytes()
#: A document in which every difference between the forms matters.
AWKWARD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<?before some?><!-- before -->\n'
    b'<m:MsgHead xmlns:m="urn:m" xmlns="urn:d" xmlns:unused="urn:u" xml:lang="no" b="2" a="&#10;&quot;\'">\r\n'
    b"  <Text>A<!-- inside -->1<![CDATA[<&>]]>&#13;\xc3\xa6</Text><!-- between --><Leer xmlns=''><x/></Leer>\n"
    b'  <m:Id xmlns:m="urn:other" m:z="1" y="2"/> <?inside some?>\n</m:MsgHead>\n<!-- after --><?after some?>\n'
)


@pytest.mark.parametrize("prefix", ["", "ds:"])
@pytest.mark.parametrize("form", CANONICALIZATIONS)
@pytest.mark.parametrize("body", [BODY, AWKWARD], ids=["plain", "awkward"])
def test_a_genuine_signature_is_intact(signer: Pair, body: bytes, form: str, prefix: str) -> None:
    craft = Craft(canonicalization=form, transforms=(ENVELOPED, form), prefix=prefix)

    found = verify(crafted(body, signer, craft))

    assert found.certificate == signer.certificate
    assert found.algorithm == "rsa-sha256"
    assert found.others == ()


@pytest.mark.parametrize("name", ["rsa-sha256", "rsa-sha384", "rsa-sha512"])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_each_strong_algorithm_is_known(signer: Pair, name: str, digest: str) -> None:
    craft = Craft(method=f"{MORE}{name}", digest=f"http://www.w3.org/2001/04/xmlenc#{digest}")

    assert verify(crafted(BODY, signer, craft)).algorithm == name


def test_an_algorithm_that_is_seldom_met_is_left_to_signxml(signer: Pair) -> None:
    craft = Craft(method="http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1")
    data = crafted(BODY, signer, craft)

    assert verify(data).algorithm == "sha256-rsa-MGF1"
    with pytest.raises(SignatureInvalid):
        verify(data.replace(b"Hei", b"Nei"))
    with pytest.raises(SignatureInvalid):
        verify(data.replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"))


def test_a_signature_on_an_elliptic_curve_is_known(signer: Pair) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(SINCE).not_valid_after(UNTIL)
    der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def value(octets: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    craft = Craft(method=f"{MORE}ecdsa-sha256", shown=(der,), value=value)
    assert verify(crafted(BODY, signer, craft)).algorithm == "ecdsa-sha256"
    with pytest.raises(SignatureInvalid, match="InvalidSignature"):
        verify(crafted(BODY, signer, replace(craft, value=lambda octets: value(octets + b"."))))
    with pytest.raises(SignatureInvalid, match="kind of key"):
        verify(crafted(BODY, signer, Craft(shown=(der,))))


def test_the_whole_message_cannot_be_left_out(signer: Pair) -> None:
    profile = replace(gate.MESSAGE, cuts={ENVELOPED: lambda _transform, signature: [signature.getroottree().getroot()]})

    with pytest.raises(SignatureInvalid, match="leaves the whole message out"):
        verify(crafted(BODY, signer), profile=profile)


def test_without_a_canonicalisation_the_standard_says_which(signer: Pair) -> None:
    assert verify(crafted(BODY, signer, Craft(transforms=(ENVELOPED,)))).signed.startswith(b"<MsgHead")


def test_sha_1_needs_an_exception(signer: Pair) -> None:
    data = crafted(BODY, signer, Craft(method=f"{DSIG}rsa-sha1", digest=f"{DSIG}sha1"))

    with pytest.raises(SignatureUnverifiable, match="rsa-sha1"):
        verify(data)
    assert verify(data, allows_weak=True).algorithm == "rsa-sha1"


def test_a_digest_by_sha_1_needs_an_exception_too(signer: Pair) -> None:
    data = crafted(BODY, signer, Craft(digest=f"{DSIG}sha1"))

    with pytest.raises(SignatureUnverifiable, match="SHA-1"):
        verify(data)


def test_a_message_in_a_wrapper_is_signed_as_itself(signer: Pair) -> None:
    signed = sign(REFERRAL, signer.key, signer.certificate.x509).split(b"?>", 1)[1]
    wrapped = b'<EI_fellesformat xmlns="http://www.nav.no/xml/eiff/2/">' + signed + b"<X/></EI_fellesformat>"

    assert verify(wrapped).signed.startswith(b"<MsgHead")
    assert verify(wrapped, parse(wrapped)).signed.startswith(b"<MsgHead")


def test_what_travels_on_is_what_was_signed(signer: Pair) -> None:
    body = BODY.replace(b"A1578B81", b"A157<!-- -->8B81")

    found = verify(crafted(body, signer))

    assert found.signed == b'<MsgHead xmlns="urn:m"><MsgId>A1578B81</MsgId><Text>Hei</Text></MsgHead>'


def test_prefixes_that_are_kept_are_kept(signer: Pair) -> None:
    body = BODY.replace(b'xmlns="urn:m"', b'xmlns="urn:m" xmlns:xs="urn:xs"')
    names = f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="xs absent"/>'
    digested = b'<MsgHead xmlns="urn:m" xmlns:xs="urn:xs"><MsgId>A1578B81</MsgId><Text>Hei</Text></MsgHead>'
    craft = Craft(transforms=(ENVELOPED, EXC), inside=((EXC, names),), digested=digested)

    assert verify(crafted(body, signer, craft)).signed == digested
    with pytest.raises(SignatureUnverifiable, match="prefix list"):
        verify(crafted(body, signer, replace(craft, inside=((EXC, names.replace("absent", "#default")),))))


def test_the_tree_of_the_reader_is_left_as_it_was(signer: Pair) -> None:
    data = crafted(BODY.replace(b"</MsgHead>", b"\n  \n</MsgHead>"), signer).replace(
        b"</MsgHead>", b" text behind </MsgHead>"
    )
    root = parse(data)
    before = etree.tostring(root)

    with pytest.raises(SignatureInvalid, match="digest"):
        verify(data, root)

    assert etree.tostring(root) == before


@pytest.mark.parametrize("mark", [b"<!-- x -->", b"<?x y?>"])
def test_the_tree_of_the_reader_is_not_relied_on_where_it_lacks_something(signer: Pair, mark: bytes) -> None:
    honest = crafted(BODY.replace(b"<Text>", mark + b"<Text>"), signer)
    added = crafted(BODY, signer).replace(b"<Text>", mark + b"<Text>")

    assert verify(honest, parse(honest))
    if mark.startswith(b"<?"):
        with pytest.raises(SignatureInvalid, match="digest"):
            verify(added, parse(added))


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_a_signature_is_over_characters_not_bytes(signer: Pair, encoding: str) -> None:
    text = crafted(BODY, signer).decode().replace("UTF-8", encoding)
    data = text.encode(encoding)

    assert verify(data, parse(data)).certificate == signer.certificate


def test_a_byte_order_mark_is_no_part_of_the_message(signer: Pair) -> None:
    data = b"\xef\xbb\xbf" + crafted(BODY, signer)

    assert verify(data, parse(data)).certificate == signer.certificate


def test_the_issuers_may_come_along(signer: Pair, world: World) -> None:
    issuer = world.issuing.pair.certificate
    found = verify(crafted(BODY, signer, Craft(shown=(issuer.der, signer.certificate.der))))

    assert (found.certificate, found.others) == (signer.certificate, (issuer,))


def test_who_signed_must_be_clear(signer: Pair, world: World) -> None:
    with pytest.raises(SignatureUnverifiable, match="not clear"):
        verify(crafted(BODY, signer, Craft(shown=(signer.certificate.der, world.foreign.certificate.der))))


@pytest.mark.parametrize("form", CANONICALIZATIONS.values(), ids=list(CANONICALIZATIONS))
def test_what_is_signed_here_is_verified_here(signer: Pair, form: Canonicalization) -> None:
    signed = sign(REFERRAL, signer.key, signer.certificate.x509, canonicalization=form)

    found = verify(signed, parse(signed))

    assert found.certificate == signer.certificate
    assert signed == sign(REFERRAL, signer.key, signer.certificate.x509, canonicalization=form)
    with pytest.raises(SignatureInvalid, match="digest"):
        verify(signed.replace(b"565501872", b"565501873"))


def test_every_fixture_can_be_signed_and_verified(signer: Pair) -> None:
    count = 0
    for path in sorted(MESSAGES.glob("*.xml")):
        data = path.read_bytes()
        try:
            root = parse(data)
        except (NotWellFormed, DocumentTypeRefused):
            continue
        if next(root.iter(gate.SIGNATURE), None) is None and "fellesformat" not in path.name:
            signed = sign(data, signer.key, signer.certificate.x509, canonicalization=EXCLUSIVE)
            assert verify(signed, parse(signed)).certificate == signer.certificate
            count += 1
    assert count > 60


def test_what_the_steps_read_of_a_message_is_what_was_signed(signer: Pair) -> None:
    """The signed view, read anew, says the same as the tree; only what is carried unread has the signature in it."""
    count = 0
    for path in sorted(MESSAGES.glob("*.xml")):
        data = path.read_bytes()
        try:
            root = parse(data)
        except (NotWellFormed, DocumentTypeRefused):
            continue
        if next(root.iter(gate.SIGNATURE), None) is None and "fellesformat" not in path.name:
            signed = sign(data, signer.key, signer.certificate.x509)
            view, tree = read(verify(signed, parse(signed)).signed), read(signed)
            assert replace(view, opaque=tree.opaque) == tree, path.name
            count += 1
    assert count > 60


def test_a_message_may_hold_nothing_but_its_signature(signer: Pair) -> None:
    signed = sign(b"<r/>", signer.key, signer.certificate.x509)
    root = parse(signed)

    assert verify(signed, root).signed == b"<r></r>"
    assert verify(signed, root).signed == b"<r></r>"


def test_nothing_is_signed_twice(signer: Pair) -> None:
    signed = sign(BODY, signer.key, signer.certificate.x509)

    with pytest.raises(SignatureInvalid, match="already"):
        sign(signed, signer.key, signer.certificate.x509)


def test_a_key_signs_for_its_own_certificate_only(signer: Pair, world: World) -> None:
    with pytest.raises(KeyUnusable, match="not the key"):
        sign(BODY, world.foreign.key, signer.certificate.x509)


def test_a_signature_of_parts_names_them(signer: Pair) -> None:
    """References beside the one to the document are to octets that came with it, as in ebXML."""
    profile = gate.Profile(cuts=gate.MESSAGE.cuts, schemes=("cid:",), most_references=3)
    octets = b"\x00part"
    digest = base64.b64encode(SHA256.of(octets)).decode()
    reference = (
        f'<ds:Reference URI="cid:1@x"><ds:DigestMethod Algorithm="{SHA256.uri}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
    data = crafted(BODY, signer, Craft(references=reference))

    assert verify(data, profile=profile, parts={"cid:1@x": octets}).parts == {"cid:1@x"}
    with pytest.raises(SignatureInvalid, match="digest"):
        verify(data, profile=profile, parts={"cid:1@x": octets + b"."})
    with pytest.raises(SignatureInvalid, match="did not come"):
        verify(data, profile=profile)
    with pytest.raises(SignatureInvalid, match="references"):
        verify(data, parts={"cid:1@x": octets})
    transformed = reference.replace(
        "<ds:DigestMethod", f'<ds:Transforms><ds:Transform Algorithm="{C14N}"/></ds:Transforms><ds:DigestMethod'
    )
    with pytest.raises(SignatureInvalid, match="transforms a part"):
        verify(crafted(BODY, signer, Craft(references=transformed)), profile=profile, parts={"cid:1@x": octets})
    seldom = crafted(
        BODY, signer, Craft(references=reference, method="http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1")
    )
    assert verify(seldom, profile=profile, parts={"cid:1@x": octets}).parts == {"cid:1@x"}
