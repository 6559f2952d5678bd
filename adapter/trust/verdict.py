"""The answer about a signature: is it intact, whose is it, is that somebody trusted, and for which moment is that said?

Each answer is yes, no, or "could not check", which is neither. A verdict holds no more of a person than the name in
the certificate, and that is for whoever asks for it: never for a log, a metric or a receipt.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from adapter.trust.certificate import Certificate, Holder, Usage
from adapter.values import value_class


class Fault(StrEnum):
    """The first thing that is wrong, or could not be checked."""

    #: There is no signature.
    MISSING = "missing"
    #: It is not a signature of this message (AppRec S01).
    INVALID = "invalid"
    #: It is of a kind that cannot be checked here.
    UNVERIFIABLE = "unverifiable"
    #: No roots are configured.
    NO_ROOTS = "no roots"
    #: No chain leads from the certificate to a trusted root.
    NO_CHAIN = "no chain"
    #: The certificate may not be used for signing (AppRec S02).
    USAGE = "usage"
    #: A certificate was not valid at the time (AppRec S02).
    EXPIRED = "expired"
    #: The certificate was taken back (AppRec S03).
    REVOKED = "revoked"
    #: Nobody could say whether the certificate was taken back.
    REVOCATION_UNKNOWN = "revocation unknown"

    @property
    def apprec_code(self) -> str | None:
        """Return the error of a negative receipt, list 8221; None for what could only not be checked."""
        return _APPREC_CODES.get(self)


_APPREC_CODES = {Fault.INVALID: "S01", Fault.USAGE: "S02", Fault.EXPIRED: "S02", Fault.REVOKED: "S03"}


class Question(StrEnum):
    """What was asked on the way to the verdict."""

    INTACT = "intact"
    CHAIN = "chain"
    VALIDITY = "validity"
    USAGE = "usage"
    REVOCATION = "revocation"
    #: Which parties the signer is, by the register. Nothing of trust hangs on it.
    HER_ID = "HER-id"


@value_class(kw_only=False)
class Evidence:
    """One question with its answer; None: could not be checked."""

    question: Question
    answer: bool | None
    #: What the answer rests on, for the operator. Nothing personal.
    text: str
    #: What an issuer signed to say so, as it came, to be kept with the message: a list or an answer.
    proof: bytes | None = field(default=None, repr=False)


@value_class
class Signer:
    """Whose signature it is, by its certificate, and by what the register of parties says of that."""

    #: The name in the certificate; for a person that is personal data.
    subject: str
    organisation_number: str | None
    #: The parties that the register gives for the certificate; none where it was not asked, or could not say.
    her_ids: tuple[str, ...] = ()
    #: The certificate's serial number, hexadecimal.
    serial: str
    issuer: str
    holder: Holder
    usages: frozenset[Usage]
    valid_from: datetime
    valid_until: datetime

    @classmethod
    def of(cls, certificate: Certificate, her_ids: tuple[str, ...] = ()) -> Signer:
        """Return what a certificate says of its holder, who has these HER-ids."""
        return cls(
            subject=certificate.subject,
            organisation_number=certificate.organisation_number,
            her_ids=her_ids,
            serial=certificate.serial,
            issuer=certificate.issuer,
            holder=certificate.holder,
            usages=certificate.usages,
            valid_from=certificate.valid_from,
            valid_until=certificate.valid_until,
        )

    def as_dict(self) -> dict[str, object]:
        """Return the signer as `verify --json` prints it."""
        return {
            "subject": self.subject,
            "organisation_number": self.organisation_number,
            "her_ids": list(self.her_ids),
            "serial": self.serial,
            "issuer": self.issuer,
            "holder": self.holder.value,
            "usage": sorted(usage.value for usage in self.usages),
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
        }


@value_class
class SignatureVerdict:
    """Everything that can be said of a message's signature."""

    #: True: the holder of the certificate's key signed exactly this message.
    intact: bool | None
    #: True: the certificate leads to a trusted root, is meant for signing, was valid, and was not taken back.
    trusted: bool | None
    #: None where nobody is named.
    signer: Signer | None = None
    #: The moment the verdict is about.
    at: datetime
    #: None where all is well.
    fault: Fault | None = None
    #: What the verdict comes to, in one sentence for the operator. Nothing personal.
    reason: str
    algorithm: str | None = None
    #: Every question that was asked, in order.
    evidence: tuple[Evidence, ...] = ()
    #: The signed view, which is all that later steps may rely on; None where the signature is not intact.
    signed: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def is_verified(self) -> bool:
        """Tell whether every answer is yes."""
        return self.intact is True and self.trusted is True

    @property
    def apprec_code(self) -> str | None:
        """Return the error of a negative receipt, list 8221; None where nothing is wrong."""
        return self.fault.apprec_code if self.fault else None

    def as_dict(self) -> dict[str, object]:
        """Return the verdict as `verify --json` prints it."""
        return {
            "intact": self.intact,
            "signer": self.signer.as_dict() if self.signer else None,
            "trusted": self.trusted,
            "fault": self.fault.value if self.fault else None,
            "reason": self.reason,
            "algorithm": self.algorithm,
            "signed_at_check": self.at.isoformat(),
            "evidence": [
                {"question": one.question.value, "answer": one.answer, "text": one.text} for one in self.evidence
            ],
        }
