"""Read agreements (CPA) and profiles (CPP) of ebXML, version 2.0.

Only what the adapter uses is read, wherever it stands in the order of the schema. The files of the national register
and of NAV are not valid by the schema: ids occur twice (the first one counts), the OID
beside an RSA-SHA256 signature is that of SHA-1, mail addresses begin with "mailto://". What was put right or left out
is told as a note.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice

from lxml import etree

from adapter.errors import AgreementUnreadable, CertificateUnreadable, FormError
from adapter.partner.snapshot import Capability, Credential, Endpoint, Link, Reliability, Snapshot, Use, Way
from adapter.values import value_class
from adapter.wire.namespaces import CPPA, XMLDSIG
from adapter.wire.parse import Limits, parse

AGREEMENT, PROFILE = "CollaborationProtocolAgreement", "CollaborationProtocolProfile"
#: The templates of the national register have 1.1 MB and 12 000 elements.
LIMITS = Limits(max_bytes=8_000_000, max_attributes=50, max_elements=100_000)

_MOST_PARTIES = 16
#: Of one package; a real one has two or three.
_MOST_DOCUMENTS = 100

_HER_TYPES = frozenset({"her"})
_ORGANISATION_TYPES = frozenset({"enh", "orgnummer", "orgnr"})
_HER_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_NINE_DIGITS = re.compile(r"[0-9]{9}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_DURATION = re.compile(r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?", re.ASCII)
_MAILTO = re.compile(r"mailto:/*", re.IGNORECASE)
_SHA256 = "sha256"
_RSA_SHA1_OID = "1.2.840.113549.1.1.5"
_ENCRYPTED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_COMPRESSED = frozenset({"application/x-gzip", "application/gzip"})
_WAYS = {"CanSend": Way.SENDS, "CanReceive": Way.RECEIVES}


@value_class(kw_only=False)
class Reading:
    """What a file says, and what was wrong with it."""

    #: One for each party that has a HER-id.
    snapshots: tuple[Snapshot, ...]
    #: For the operator.
    notes: tuple[str, ...]


def read(data: bytes, *, source: str, at: datetime) -> Reading:
    """Return the parties of a CPA or CPP; `source` names it and `at` is now. Raises AgreementUnreadable."""
    try:
        root = parse(data, LIMITS)
    except FormError as error:
        raise AgreementUnreadable(str(error)) from None
    name = etree.QName(root)
    if name.localname not in {AGREEMENT, PROFILE}:
        raise AgreementUnreadable(f"Its first element is {name.localname}, not {AGREEMENT} or {PROFILE}.")
    if name.namespace != CPPA:
        raise AgreementUnreadable(f"It is of another version than 2.0: its namespace is not {CPPA}.")
    return _Reader(root, source, at).read()


@dataclass(slots=True)
class _Document:
    """The parts that both parties share."""

    #: By its id: the kinds of content that a package or an envelope inside it has, and the documents in it.
    packages: dict[str, tuple[frozenset[str], tuple[str, ...]]]

    @classmethod
    def of(cls, root: etree._Element) -> _Document:
        documents: dict[str, tuple[str, ...]] = {}
        for part in _all(root, "SimplePart"):
            listed = (_document(space) for space in _all(part, "NamespaceSupported"))
            documents.setdefault(_attribute(part, "id"), tuple(listed))
        packages: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
        for package in _all(root, "Packaging"):
            kinds = frozenset(_attribute(inner, "mimetype").lower() for inner in package.iter(_tag("Encapsulation")))
            inner = (_attribute(part, "idref") for part in package.iter(_tag("Constituent")))
            listed = (document for part in dict.fromkeys(inner) for document in documents.get(part, ()))
            packages.setdefault(
                _attribute(package, "id"), (kinds, tuple(dict.fromkeys(islice(listed, _MOST_DOCUMENTS))))
            )
        return cls(packages)


@dataclass(slots=True)
class _Reader:
    root: etree._Element
    source: str
    at: datetime
    #: In their order, each one once.
    notes: dict[str, None] = field(default_factory=dict)

    def read(self) -> Reading:
        self._note_repeated_ids()
        shared = _Document.of(self.root)
        infos = _all(self.root, "PartyInfo")
        if not infos:
            raise AgreementUnreadable("It names no party.")
        if len(infos) > _MOST_PARTIES:
            raise AgreementUnreadable(f"It names {len(infos)} parties; an agreement has two.")
        read = [self._party(info, shared) for info in infos]
        # An agreement is with the other parties; a profile is with nobody.
        named = [snapshot for snapshot in read if snapshot is not None]
        if not named:
            raise AgreementUnreadable("None of its parties has a HER-id.", hint="A profile may be an empty template.")
        if len({her_id for snapshot in named for her_id in snapshot.her_ids}) < sum(len(one.her_ids) for one in named):
            raise AgreementUnreadable("Two of its parties have the same HER-id.")
        return Reading(tuple(self._agreed(snapshot, named) for snapshot in named), tuple(self.notes))

    def _agreed(self, snapshot: Snapshot, parties: list[Snapshot]) -> Snapshot:
        others = (her_id for other in parties if other is not snapshot for her_id in other.her_ids)
        begin, end = (self._moment(name) for name in ("Start", "End"))
        if end is not None and end < self.at:
            self._note(f"the agreement ended on {end:%Y-%m-%d}")
        status = _first(self.root, "Status")
        return replace(
            snapshot,
            counterparts=tuple(others),
            agreement=_attribute(self.root, "cpaid") or None,
            status=None if status is None else _attribute(status, "value") or None,
            valid_from=begin,
            valid_until=end,
        )

    def _party(self, info: etree._Element, shared: _Document) -> Snapshot | None:
        name = _attribute(info, "partyName")
        ids = [(_attribute(party, "type").rsplit(":", 1)[-1].lower(), _text(party)) for party in _all(info, "PartyId")]
        her_ids = dict.fromkeys(value for kind, value in ids if kind in _HER_TYPES and _HER_ID.fullmatch(value))
        if not her_ids:
            self._note(f'the party "{name}" has no HER-id and was left out')
            return None
        numbers = [value for kind, value in ids if kind in _ORGANISATION_TYPES and _NINE_DIGITS.fullmatch(value)]
        certificates = self._certificates(info)
        return Snapshot(
            name=name or next(iter(her_ids)),
            her_ids=tuple(her_ids),
            organisation_number=numbers[0] if numbers else None,
            source=self.source,
            taken_at=self.at,
            credentials=tuple(dict.fromkeys(_uses(info, certificates))),
            links=tuple(self._links(info)),
            capabilities=tuple(_capabilities(info, shared)),
        )

    def _certificates(self, info: etree._Element) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for holder in _all(info, "Certificate"):
            name = _attribute(holder, "certId")
            # The holder's own certificate comes first; what follows are its issuers.
            element = next(holder.iter(f"{{{XMLDSIG}}}X509Certificate"), None)
            try:
                der = base64.b64decode("".join(_text(element).split()), validate=True)
                until = Credential(Use.SIGNING, der).certificate.valid_until
            except (ValueError, CertificateUnreadable):
                self._note(f'the certificate "{name}" cannot be read and was left out')
                continue
            if until < self.at:
                self._note(f'the certificate "{name}" ended on {until:%Y-%m-%d}')
            if found.setdefault(name, der) != der:
                self._note(f'the certificate "{name}" is there twice, and not the same; the first one counts')
        return found

    def _links(self, info: etree._Element) -> Iterator[Link]:
        transports = {_attribute(found, "transportId"): found for found in reversed(_all(info, "Transport"))}
        exchanges = {_attribute(found, "docExchangeId"): found for found in reversed(_all(info, "DocExchange"))}
        # many channels share one transport and one exchange
        protocol, endpoints, agreed = cache(_protocol), cache(_endpoints), cache(self._exchange)
        for channel in _all(info, "DeliveryChannel"):
            name = _attribute(channel, "channelId")
            transport = transports.get(_attribute(channel, "transportId"))
            if transport is None:
                self._note(f'the channel "{name}" has no transport and was left out')
                continue
            promises = _first(channel, "MessagingCharacteristics")
            reliability, method = agreed(exchanges.get(_attribute(channel, "docExchangeId")))
            yield Link(
                id=name,
                protocol=protocol(transport),
                endpoints=endpoints(transport),
                reliability=reliability,
                signature=method,
                is_acknowledged=_promise(promises, "ackRequested") != "never",
                is_acknowledgment_signed=_promise(promises, "ackSignatureRequested") != "never",
                is_synchronous=_promise(promises, "syncReplyMode") not in {"", "none"},
            )

    def _exchange(self, exchange: etree._Element | None) -> tuple[Reliability | None, str | None]:
        sender = None if exchange is None else _first(exchange, "ebXMLSenderBinding")
        return self._reliability(sender), self._signature(sender)

    def _reliability(self, sender: etree._Element | None) -> Reliability | None:
        numbers = None if sender is None else next(sender.iter(_tag("ReliableMessaging")), None)
        if sender is None or numbers is None:
            return None
        retries, interval = _text(_first(numbers, "Retries")), _duration(_text(_first(numbers, "RetryInterval")))
        # without a wait, all of them would go at once
        if not _NUMBER.fullmatch(retries) or not interval:
            self._note("the numbers for sending again cannot be read; those of the configuration hold")
            return None
        persist = _text(next(sender.iter(_tag("PersistDuration")), None))
        return Reliability(retries=int(retries), retry_interval=interval, persist=_duration(persist))

    def _signature(self, sender: etree._Element | None) -> str | None:
        method = None if sender is None else next(sender.iter(_tag("SignatureAlgorithm")), None)
        if method is None:
            return None
        uri = _attribute(method, "w3c") or _text(method)
        if uri.endswith(_SHA256) and _attribute(method, "oid") == _RSA_SHA1_OID:
            self._note("a signature algorithm has the object identifier of another; its URI counts")
        return uri or None

    def _moment(self, name: str) -> datetime | None:
        text = _text(_first(self.root, name))
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self._note(f"{name} is no time and was left out")
            return None

    def _note_repeated_ids(self) -> None:
        named = Counter(value for element in self.root.iter() if (value := _attribute(element, "id")))
        if repeated := sum(count > 1 for count in named.values()):
            self._note(f"{repeated} ids occur more than once")

    def _note(self, text: str) -> None:
        self.notes[text] = None


def _uses(info: etree._Element, certificates: dict[str, bytes]) -> Iterator[Credential]:
    """Yield the certificates that are used for something, those for signing first."""
    for use, name in ((Use.SIGNING, "SigningCertificateRef"), (Use.ENCRYPTION, "ApplicationCertificateRef")):
        for reference in info.iter(_tag(name)):
            if der := certificates.get(_attribute(reference, "certId")):
                yield Credential(use, der)


def _capabilities(info: etree._Element, shared: _Document) -> Iterator[Capability]:
    for collaboration in _all(info, "CollaborationRole"):
        process, role = _first(collaboration, "ProcessSpecification"), _first(collaboration, "Role")
        for binding in _all(collaboration, "ServiceBinding"):
            service = _first(binding, "Service")
            for element in binding.iter(*map(_tag, _WAYS)):
                action = _first(element, "ThisPartyActionBinding")
                if service is None or action is None:
                    continue
                kinds, documents = shared.packages.get(_attribute(action, "packageId"), (frozenset(), ()))
                yield Capability(
                    way=_WAYS[etree.QName(element).localname],
                    service=_text(service),
                    service_type=_attribute(service, "type") or None,
                    action=_attribute(action, "action"),
                    role="" if role is None else _attribute(role, "name"),
                    version=None if process is None else _attribute(process, "version") or None,
                    documents=documents,
                    links=tuple(_text(channel) for channel in _all(action, "ChannelId")),
                    is_encrypted=not kinds.isdisjoint(_ENCRYPTED),
                    is_compressed=not kinds.isdisjoint(_COMPRESSED),
                )


def _protocol(transport: etree._Element) -> str:
    return _text(next(transport.iter(_tag("TransportProtocol")), None)).upper()


def _endpoints(transport: etree._Element) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(address=address, purpose=_attribute(end, "type") or "allPurpose")
        for end in transport.iter(_tag("Endpoint"))
        if (address := _MAILTO.sub("", _attribute(end, "uri").strip()))
    )


def _document(space: etree._Element) -> str:
    return f"{_text(space)} {_attribute(space, 'version')}".strip()


def _promise(promises: etree._Element | None, name: str) -> str:
    return "" if promises is None else _attribute(promises, name)


def _duration(text: str) -> timedelta | None:
    """Read an XML duration of days and less; months have no length."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _tag(name: str) -> str:
    return f"{{{CPPA}}}{name}"


def _all(parent: etree._Element, name: str) -> list[etree._Element]:
    return parent.findall(_tag(name))


def _first(parent: etree._Element, name: str) -> etree._Element | None:
    return parent.find(_tag(name))


def _text(element: etree._Element | None) -> str:
    return "" if element is None else " ".join((element.text or "").split())


def _attribute(element: etree._Element, name: str) -> str:
    """Return an attribute; the schema has its namespace on each, some writers leave it out."""
    return element.get(f"{{{CPPA}}}{name}") or element.get(name) or ""
