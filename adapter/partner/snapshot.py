"""What is known of one party from outside: an agreement, a profile or a register, as it stood when it was taken.

A snapshot says how a party can be reached and what it may be sent. It decides nothing: the configuration names who
is a party here, and every key written there wins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from adapter.values import value_class

if TYPE_CHECKING:  # slow to import, and most of what is asked of a party is not about certificates
    from adapter.trust.certificate import Certificate


class Use(StrEnum):
    """What a certificate of a party is for."""

    SIGNING = "signing"
    ENCRYPTION = "encryption"


class Way(StrEnum):
    """Whether a party sends a kind of message or takes it."""

    SENDS = "sends"
    RECEIVES = "receives"


@value_class(kw_only=False)
class Credential:
    """One certificate of a party."""

    use: Use
    #: DER.
    der: bytes

    @property
    def certificate(self) -> Certificate:
        """Return the certificate; it is read once however often it is asked for. CertificateUnreadable."""
        from adapter.trust.certificate import Certificate  # noqa: PLC0415 - see above

        return Certificate.of(self.der)

    @property
    def thumbprint(self) -> str:
        """Return SHA-1 of it in capitals: the name that registers and Windows show, no proof of anything."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest().upper()


@value_class
class Endpoint:
    """Where messages go."""

    #: A mail address or a URL.
    address: str
    #: "allPurpose", "request", "response", "error" or "login".
    purpose: str = "allPurpose"


@value_class
class Reliability:
    """How long a party's messages are sent again (HIS 1037)."""

    #: Attempts after the first.
    retries: int
    retry_interval: timedelta
    #: How long a received message id is remembered.
    persist: timedelta | None = None


@value_class
class Link:
    """One way for messages to a party: transport, addresses and the promises made for it."""

    id: str
    #: "SMTP" or "HTTP".
    protocol: str
    endpoints: tuple[Endpoint, ...] = ()
    reliability: Reliability | None = None
    #: URI of XML Signature's algorithm.
    signature: str | None = None
    is_acknowledged: bool = True
    is_acknowledgment_signed: bool = True
    #: The answer comes on the same connection.
    is_synchronous: bool = False


@value_class
class Capability:
    """One kind of message that a party sends or takes, in the words of the envelope."""

    way: Way
    service: str
    service_type: str | None = None
    action: str
    #: The party's own role.
    role: str
    #: Version of the business process.
    version: str | None = None
    #: Namespaces and versions of the documents, such as "http://www.kith.no/xmlstds/msghead/2006-05-24 1.2".
    documents: tuple[str, ...] = ()
    #: Which links carry it, by id.
    links: tuple[str, ...] = ()
    is_encrypted: bool = False
    is_compressed: bool = False


@value_class
class Snapshot:
    """One party, as one source describes it."""

    name: str
    #: The communication party itself; NAV is addressed as a whole.
    her_ids: tuple[str, ...]
    parent_her_id: str | None = None
    organisation_number: str | None = None
    #: Kind of service in Adresseregisteret (lists 8655 and 8663-8668).
    service_type: str | None = None
    municipality: str | None = None
    #: Where it was taken from: a file name or an address.
    source: str = ""
    taken_at: datetime
    #: CPAId of the agreement; None where it comes from a profile or a register.
    agreement: str | None = None
    #: "proposed", "agreed" or "signed".
    status: str | None = None
    #: Whom the agreement is with, by HER-id.
    counterparts: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    credentials: tuple[Credential, ...] = ()
    links: tuple[Link, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    #: The last day on which its signatures may still be made with SHA-1.
    sha1_until: date | None = None
    #: The last day on which what it sends may still be encrypted with 3DES.
    triple_des_until: date | None = None
    #: Schema-invalid shapes of its messages that are let through; None: not said here.
    tolerance: tuple[str, ...] | None = None

    def is_valid_at(self, at: datetime) -> bool:
        """Tell whether the agreement or the entry holds at a moment."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at <= self.valid_until
        )

    def certificates(self, use: Use, at: datetime) -> tuple[Certificate, ...]:
        """Return its certificates of one use that are valid at a moment, the newest first."""
        own = (credential.certificate for credential in self.credentials if credential.use is use)
        valid = (certificate for certificate in own if certificate.is_valid_at(at))
        return tuple(sorted(valid, key=lambda certificate: certificate.valid_from, reverse=True))

    def capability(self, way: Way, service: str, action: str) -> Capability | None:
        """Return what it sends or takes under a service and an action, or None."""
        for found in self.capabilities:
            if (found.way, found.service, found.action) == (way, service, action):
                return found
        return None

    def links_of(self, capability: Capability) -> tuple[Link, ...]:
        """Return the ways for a kind of message, the preferred one first."""
        by_id = {link.id: link for link in self.links}
        return tuple(by_id[name] for name in capability.links if name in by_id)


def renewed(new: Snapshot, old: Snapshot, *, at: datetime) -> Snapshot:
    """Return a newer snapshot with what only the older one knows.

    Certificates that still are valid stay as an older generation, and so does what people wrote into it: its
    tolerance, the last days of SHA-1 and 3DES, the municipality, the kind of service and the organisation above.
    """
    known = set(new.credentials)
    kept = tuple(
        credential
        for credential in old.credentials
        if credential not in known and credential.certificate.is_valid_at(at)
    )
    return replace(
        new,
        credentials=(*new.credentials, *kept),
        parent_her_id=new.parent_her_id or old.parent_her_id,
        service_type=new.service_type or old.service_type,
        municipality=new.municipality or old.municipality,
        sha1_until=new.sha1_until or old.sha1_until,
        triple_des_until=new.triple_des_until or old.triple_des_until,
        tolerance=old.tolerance if new.tolerance is None else new.tolerance,
    )


def about(her_ids: Collection[str], snapshots: Iterable[Snapshot]) -> tuple[Snapshot, ...]:
    """Return the snapshots of whoever has one of these HER-ids, the newest first."""
    found: Iterator[Snapshot] = (snapshot for snapshot in snapshots if not set(her_ids).isdisjoint(snapshot.her_ids))
    return tuple(sorted(found, key=lambda snapshot: snapshot.taken_at, reverse=True))
