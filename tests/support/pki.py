"""The test world of keys and certificates: made once per process, with a holder for every case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from adapter.trust.certificate import Certificate
from adapter.trust.chain import Anchors
from adapter.trust.pki import Authority, Pair, Purpose, new_key, organisation_name, person_name

#: When messages of the tests are signed and received.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SINCE = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
CLINIC = organisation_name("Syntetisk sykehus TEST", "999888777")
OTHER = organisation_name("Et annet foretak TEST", "333555666")
DOCTOR = person_name("Grønn", "Vits TEST", "123456")


@cache
def key(_name: str, bits: int = 2_048) -> rsa.RSAPrivateKey:
    """Return the key of a name; generating one is slow, so holders share few."""
    return new_key(bits)


@dataclass(frozen=True)
class World:
    """A root, what it issued, and what it should not have issued."""

    @cached_property
    def root(self) -> Authority:
        return Authority.root("Budstikke TEST Root", key("root"), since=SINCE)

    @cached_property
    def issuing(self) -> Authority:
        return self.root.intermediate("Budstikke TEST CA 1", key("issuing"), since=SINCE)

    @cached_property
    def second_generation(self) -> Authority:
        return self.root.intermediate("Budstikke TEST CA 2", key("second"), since=SINCE)

    @cached_property
    def foreign_root(self) -> Authority:
        return Authority.root("Fremmed TEST Root", key("foreign"), since=SINCE)

    @cached_property
    def signing(self) -> Pair:
        return self.holder(Purpose.SIGNING)

    @cached_property
    def authentication(self) -> Pair:
        return self.holder(Purpose.AUTHENTICATION)

    @cached_property
    def encryption(self) -> Pair:
        return self.holder(Purpose.ENCRYPTION)

    @cached_property
    def wrong_usage(self) -> Pair:
        return self.holder(Purpose.KEY_TRANSPORT)

    @cached_property
    def person(self) -> Pair:
        return self.issuing.issue(DOCTOR, key("person"), Purpose.SIGNING, since=SINCE, until=UNTIL)

    @cached_property
    def revoked(self) -> Pair:
        return self.holder(Purpose.SIGNING)

    @cached_property
    def expired(self) -> Pair:
        return self.issuing.issue(CLINIC, key("holder"), Purpose.SIGNING, since=SINCE, until=NOW - timedelta(days=30))

    @cached_property
    def renewed(self) -> Pair:
        return self.second_generation.issue(CLINIC, key("person"), Purpose.SIGNING, since=SINCE, until=UNTIL)

    @cached_property
    def foreign(self) -> Pair:
        return self.foreign_root.issue(OTHER, key("foreign-holder"), Purpose.SIGNING, since=SINCE, until=UNTIL)

    def holder(self, purpose: Purpose) -> Pair:
        return self.issuing.issue(CLINIC, key("holder"), purpose, since=SINCE, until=UNTIL)

    @cached_property
    def anchors(self) -> Anchors:
        return Anchors(self.issuers)

    @property
    def issuers(self) -> tuple[Certificate, ...]:
        authorities = (self.root, self.issuing, self.second_generation)
        return tuple(authority.pair.certificate for authority in authorities)

    def write_anchors(self, folder: Path) -> Path:
        """Write the issuers as a folder of trusted certificates."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, certificate in enumerate(self.issuers):
            (folder / f"{number}.pem").write_bytes(pem(certificate))
        return folder


@cache
def world() -> World:
    """Return the one world of this process."""
    return World()


def pem(certificate: Certificate) -> bytes:
    """Return a certificate as PEM."""
    return certificate.x509.public_bytes(Encoding.PEM)
