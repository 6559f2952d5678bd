"""Signatures of every shape, honest and forged, built by hand so that a test can get any part of them wrong."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from adapter.trust.algorithms import CANONICALIZATIONS, DIGESTS, INCLUSIVE, SHA256
from adapter.trust.pki import Pair

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENVELOPED = f"{DSIG}enveloped-signature"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"

BODY = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<MsgHead xmlns="urn:m"><MsgId>A1578B81</MsgId><Text>Hei</Text></MsgHead>'
)


@dataclass(frozen=True, kw_only=True)
class Craft:
    """What a crafted signature is made of."""

    method: str = f"{MORE}rsa-sha256"
    canonicalization: str = C14N
    uri: str | None = ""
    transforms: tuple[str, ...] = (ENVELOPED, C14N)
    digest: str = SHA256.uri
    #: What is digested; the document without the signature when left out.
    digested: bytes | None = None
    #: "ds:" or nothing.
    prefix: str = "ds:"
    #: Whose certificates are shown; the signer's when left out.
    shown: tuple[bytes, ...] | None = None
    #: More references, as XML.
    references: str = ""
    #: More children of KeyInfo, and of Signature.
    key_info: str = ""
    more: str = ""
    #: Inside each Transform, by its algorithm.
    inside: tuple[tuple[str, str], ...] = ()
    #: Makes the value from the canonical SignedInfo.
    value: Callable[[bytes], bytes] | None = None


def crafted(body: bytes, pair: Pair, craft: Craft = Craft()) -> bytes:
    """Return a document with a signature of this make before its last closing tag."""
    p = craft.prefix
    declared = f'xmlns{":" if p else ""}{p.rstrip(":")}="{DSIG}"'
    inside = dict(craft.inside)
    transforms = "".join(
        f'<{p}Transform Algorithm="{uri}">{inside.get(uri, "")}</{p}Transform>' for uri in craft.transforms
    )
    digested = canonical(body, craft.transforms) if craft.digested is None else craft.digested
    digest = DIGESTS[craft.digest].of(digested) if craft.digest in DIGESTS else b"unknown"
    address = "" if craft.uri is None else f' URI="{craft.uri}"'
    info = (
        f'<{p}SignedInfo><{p}CanonicalizationMethod Algorithm="{craft.canonicalization}"/>'
        f'<{p}SignatureMethod Algorithm="{craft.method}"/>'
        f"<{p}Reference{address}>{f'<{p}Transforms>{transforms}</{p}Transforms>' if transforms else ''}"
        f'<{p}DigestMethod Algorithm="{craft.digest}"/><{p}DigestValue>{base64.b64encode(digest).decode()}'
        f"</{p}DigestValue></{p}Reference>{craft.references}</{p}SignedInfo>"
    )
    shown = (pair.certificate.der,) if craft.shown is None else craft.shown
    certificates = "".join(
        f"<{p}X509Certificate>{base64.b64encode(der).decode()}</{p}X509Certificate>" for der in shown
    )
    data = f"<{p}X509Data>{certificates}</{p}X509Data>" if certificates else ""
    key_info = f"<{p}KeyInfo>{data}{craft.key_info}</{p}KeyInfo>" if data or craft.key_info else ""

    def whole(value: str) -> bytes:
        signature = (
            f"<{p}Signature {declared}>{info}<{p}SignatureValue>{value}</{p}SignatureValue>"
            f"{key_info}{craft.more}</{p}Signature>"
        )
        end = body.rindex(b"</")
        return body[:end] + signature.encode() + body[end:]

    octets = signed_info(whole(""), craft.canonicalization)
    made = craft.value(octets) if craft.value else _value(pair, craft.method, octets)
    return whole(base64.b64encode(made).decode())


def canonical(body: bytes, transforms: tuple[str, ...]) -> bytes:
    """Return what an honest signer digests: the last known canonicalisation of the transforms, without comments."""
    uri = next((one for one in reversed(transforms) if one in CANONICALIZATIONS), INCLUSIVE.uri)
    tree = etree.fromstring(body, etree.XMLParser(resolve_entities=False))
    return etree.tostring(
        tree.getroottree(), method="c14n", exclusive=CANONICALIZATIONS[uri].is_exclusive, with_comments=False
    )


def signed_info(data: bytes, uri: str) -> bytes:
    """Return the canonical SignedInfo of a document, by a way of its own: everything else is cut from around it."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    method = CANONICALIZATIONS.get(uri, INCLUSIVE)
    info = root.findall(f".//{{{DSIG}}}SignedInfo")[-1]
    copy = etree.fromstring(etree.tostring(info, with_tail=False))
    if not method.is_exclusive:
        # an inclusive form takes xml:lang and its like over from above
        for name, text in root.items():
            if str(name).startswith("{http://www.w3.org/XML/"):
                copy.set(name, text)
    return etree.tostring(copy, method="c14n", exclusive=method.is_exclusive, with_comments=method.keeps_comments)


def _value(pair: Pair, method: str, octets: bytes) -> bytes:
    functions = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}  # noqa: S303 - what old senders use
    if "MGF1" in method:
        function = functions[method.rpartition("#")[2].partition("-")[0]]
        return pair.key.sign(octets, padding.PSS(padding.MGF1(function), function.digest_size), function)
    name = method.rpartition("-")[2]
    return pair.key.sign(octets, padding.PKCS1v15(), functions.get(name, hashes.SHA256()))
