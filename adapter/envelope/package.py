"""A whole ebXML message: its parts, its header, and its signature over both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from lxml import etree

from adapter.envelope import mime, signature, soap
from adapter.envelope.header import PayloadReference
from adapter.envelope.signal import EbxmlMessage, SignedReference, SoapFault
from adapter.envelope.signature import CID, Seal
from adapter.errors import EnvelopeUnreadable, PackageUnreadable, SignatureInvalid, SpecError
from adapter.values import value_class
from adapter.wire.namespaces import SOAP
from adapter.wire.parse import DEFAULT_LIMITS, parse

if TYPE_CHECKING:
    from adapter.trust.certificate import Certificate
    from adapter.wire.parse import Limits

_XML_TYPES = frozenset({"text/xml", "application/xml", "application/soap+xml"})
#: Encodings in which an envelope without a declaration of its own is known to come.
_OTHER_CHARSETS = frozenset({"iso-8859-1", "iso-8859-15", "windows-1252"})


@value_class
class Package:
    """A message as it came. Nothing is said yet of whether it is genuine: see `unseal`."""

    entity: mime.Entity
    #: The part that is the envelope.
    envelope: mime.Part
    #: The envelope as it was signed.
    soap: bytes = field(repr=False)
    root: etree._Element = field(compare=False, repr=False)
    message: EbxmlMessage
    limits: Limits = DEFAULT_LIMITS

    @property
    def attachments(self) -> tuple[mime.Part, ...]:
        """Return the parts beside the envelope."""
        return tuple(part for part in self.entity.parts if part is not self.envelope)

    @property
    def addressed(self) -> Mapping[str, mime.Part]:
        """Return the parts beside the envelope by their addresses, "cid:" and Content-ID.

        What two parts claim belongs to neither of them.
        """
        ids = Counter(part.headers.content_id for part in self.entity.parts)
        named = {part.headers.content_id: part for part in self.attachments if ids[part.headers.content_id] == 1}
        plain = {f"{CID}{name}": part for name, part in named.items() if name is not None}
        quoted = {f"{CID}{quote(name)}": part for name, part in named.items() if name is not None}
        return MappingProxyType(quoted | plain)

    def part(self, reference: PayloadReference) -> mime.Part | None:
        """Return the part that a manifest speaks of, or None where it did not come, or came twice."""
        addressed = self.addressed
        return addressed.get(reference.href) or addressed.get(unquote(reference.href))

    @property
    def signed_references(self) -> tuple[SignedReference, ...]:
        """Return what the signature refers to, for the receipt."""
        return soap.signed_references(self.root)


@value_class
class Opened:
    """What somebody's signature vouches for, and nothing else."""

    #: Read anew from what is signed: a block that is not has no say here.
    message: EbxmlMessage
    certificate: Certificate
    #: Other certificates that came along.
    others: tuple[Certificate, ...] = ()
    algorithm: str
    #: The envelope in canonical form, without its signature and without what is not signed.
    signed: bytes = field(repr=False)
    #: The parts of the manifest, in its order.
    payloads: tuple[mime.Part, ...] = field(default=(), repr=False)


@value_class(kw_only=False)
class Written:
    """A message as it goes out."""

    data: bytes = field(repr=False)
    #: What its signature refers to, which its receipt must repeat.
    references: tuple[SignedReference, ...]


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Package:
    """Return the parts and the header of a message.

    Raises:
        PackageUnreadable: its parts cannot be told apart.
        FormError: its envelope is no acceptable XML.
        EnvelopeUnreadable: it has no ebXML envelope.
    """
    entity, part, octets, root = _envelope(data, limits)
    return Package(entity=entity, envelope=part, soap=octets, root=root, message=soap.read(root), limits=limits)


def read_fault(data: bytes, limits: Limits = DEFAULT_LIMITS) -> SoapFault | None:
    """Return what a SOAP Fault says, which comes instead of ebXML; None for any other message. Raises like `read`."""
    _, _, _, root = _envelope(data, limits)
    return soap.read_fault(root)


def _envelope(data: bytes, limits: Limits) -> tuple[mime.Entity, mime.Part, bytes, etree._Element]:
    """Return a message's parts, the one that is its envelope, its octets, and its root."""
    entity = mime.read(data, limits.max_bytes)
    part = envelope_of(entity)
    octets = in_utf8(part)
    return entity, part, octets, parse(octets, limits)


def envelope_of(entity: mime.Entity) -> mime.Part:
    """Return the part that is the envelope: the one that `start` names, else the first that looks like one.

    Raises:
        EnvelopeUnreadable: there is none.
    """
    start = mime.bare_id(entity.headers.parameter("start") or "")
    named = [part for part in entity.parts if start and part.headers.content_id == start]
    for part in (*named, *entity.parts):
        if _is_envelope(part):
            return part
    raise EnvelopeUnreadable("No part of the message is a SOAP envelope.")


def in_utf8(part: mime.Part) -> bytes:
    """Return an envelope as XML can be read: one without a declaration is in the charset that its part names."""
    octets = part.octets.lstrip(b"\r\n\t ")
    charset = (part.headers.parameter("charset") or "").lower()
    if charset in _OTHER_CHARSETS and not octets.startswith((b"<?xml", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return octets.decode(charset, "replace").encode()
    return octets


def unseal(package: Package, *, allows_weak: bool = False) -> Opened:
    """Check the signature of a message, and return what is signed. Whether its maker is trusted is asked elsewhere.

    `allows_weak` lets SHA-1 through: only by a dated exception for one partner.

    Raises:
        TrustError: there is no signature, or it is not one of this message, or it cannot be checked here.
        EnvelopeUnreadable: what is signed has no ebXML header.
        PackageUnreadable: a part that the manifest names did not come, or came twice.
    """
    addressed = package.addressed
    parts = {address: part.octets for address, part in addressed.items()}
    verified = signature.verify(package.soap, parts, allows_weak=allows_weak, limits=package.limits)
    message = soap.read(parse(verified.signed, package.limits))
    payloads = []
    for reference in message.manifest:
        part = package.part(reference)
        if part is None:
            raise PackageUnreadable("A part that the manifest names did not come with the message, or came twice.")
        if not any(addressed.get(uri) is part for uri in verified.parts):
            raise SignatureInvalid("A part that the manifest names is not signed.")
        payloads.append(part)
    return Opened(
        message=message,
        certificate=verified.certificate,
        others=verified.others,
        algorithm=verified.algorithm,
        signed=verified.signed,
        payloads=tuple(payloads),
    )


def write(
    message: EbxmlMessage, payloads: tuple[mime.Payload, ...] = (), *, seal: Seal, mail: mime.Mail | None = None
) -> bytes:
    """Return a signed message; raises like `written`."""
    return written(message, payloads, seal=seal, mail=mail).data


def written(
    message: EbxmlMessage, payloads: tuple[mime.Payload, ...] = (), *, seal: Seal, mail: mime.Mail | None = None
) -> Written:
    """Return a signed message and what its signature refers to. The same values give the same bytes.

    Raises:
        SpecError: a value has no place in the message, or the manifest names other parts than those it carries.
    """
    if [reference.href for reference in message.manifest] != [f"{CID}{payload.content_id}" for payload in payloads]:
        raise SpecError("manifest: it names other parts than those that are carried")
    root = soap.written(message)
    parts = {f"{CID}{payload.content_id}": payload.octets for payload in payloads}
    signature.sign(root, parts, seal)
    octets = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    data = mime.write(octets, payloads, soap_id=f"envelope-{message.header.message_id}", mail=mail)
    return Written(data, soap.signed_references(root))


def _is_envelope(part: mime.Part) -> bool:
    kind = part.headers.media_type
    return (kind is None or kind in _XML_TYPES) and SOAP.encode() in part.octets[:8_192]
