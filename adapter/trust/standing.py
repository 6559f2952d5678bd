"""Whether a certificate was taken back: the question, and its three answers.

Who answers it (from lists, by asking the issuer, from a cache) is built elsewhere; a verdict only needs the answer.
"""

from __future__ import annotations

from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from adapter.trust.certificate import Certificate
from adapter.values import value_class


class Standing(StrEnum):
    """What an issuer says of a certificate it made."""

    GOOD = "good"
    REVOKED = "revoked"
    #: Nobody could be asked, or nobody knew. That is not "revoked".
    UNKNOWN = "unknown"


@value_class
class Answer:
    """One answer, with what it rests on."""

    standing: Standing
    #: For the operator: which list or service said so, or why none did.
    evidence: str
    #: When it was taken back.
    revoked_at: datetime | None = None
    #: What the issuer signed, as it came: a list or an answer, DER. None where nothing can be relied on.
    proof: bytes | None = field(default=None, repr=False)


class Revocations(Protocol):
    """Knows which certificates were taken back."""

    def ask(self, certificate: Certificate, issuer: Certificate, at: datetime) -> Answer:
        """Tell how a certificate stood at a moment; never raises."""


def told(at: datetime) -> str:
    """Return a moment as evidence names it: in UTC, as issuers do, and saying so."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
