"""What an issuer says of its certificates, signed and dated: what every such statement must be to be believed."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives import hashes

from adapter.trust.certificate import Certificate
from adapter.trust.standing import Answer, Standing, told
from adapter.values import value_class

#: By so much may the clock of an issuer be ahead of ours.
SKEW = timedelta(minutes=5)
#: By which a statement may be signed.
STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class Unreliable(Exception):
    """A statement cannot be relied on; the text says why, in a few words."""


@value_class
class Statement:
    """A statement whose signature is right."""

    #: "list" or "answer", with whose it is.
    name: str
    der: bytes = field(repr=False)
    since: datetime
    #: After this there is a newer one.
    until: datetime

    def check(self, certificate: Certificate, at: datetime, now: datetime) -> None:
        """Raise Unreliable where it does not say how a certificate stood at a moment."""
        if self.since > now + SKEW:
            raise Unreliable(f"the {self.name} is of {told(self.since)}, which is still to come")
        if self.until < at:
            raise Unreliable(f"the {self.name} is out of date since {told(self.until)}")
        if self.since > certificate.valid_until:
            # issuers strike expired certificates off their lists: not to be found there means nothing
            raise Unreliable(f"the {self.name} is younger than the certificate's last day")

    def answer(self, certificate: Certificate, revoked_at: datetime | None, at: datetime, reason: str = "") -> Answer:
        """Return how a certificate stood at a moment, by when it was taken back."""
        source = f"says the {self.name} of {told(self.since)} (SHA-256 {sha256(self.der).hexdigest()[:16]})."
        named = f"The certificate with serial number {certificate.serial} was"
        if revoked_at is None:
            return Answer(standing=Standing.GOOD, evidence=f"{named} not taken back, {source}", proof=self.der)
        said = f"{named} taken back at {told(revoked_at)}{f' ({reason})' if reason else ''}, {source}"
        standing = Standing.REVOKED if revoked_at <= at else Standing.GOOD
        return Answer(standing=standing, evidence=said, revoked_at=revoked_at, proof=self.der)
