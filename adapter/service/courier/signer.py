"""Whether an envelope was signed by whom it says it is from.

The certificate must be good in itself, and it must be the sender's: one of those that its agreement or the address
register names, else one of its organisation (HITS 1172, 5.9 and 5.10). "Could not check" is an answer of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from adapter.check.policy import Policy
from adapter.partner.register import Partner
from adapter.partner.snapshot import Use
from adapter.trust.certificate import Certificate
from adapter.trust.verdict import Evidence
from adapter.trust.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against a signer: nothing, something that could not be checked, or something that is wrong."""

    #: For the operator, in a word or two. Nothing personal.
    reason: str | None = None
    is_wrong: bool = False
    #: What issuers said of the signer, with what they signed to say so.
    statements: tuple[Evidence, ...] = field(default=(), repr=False)


def lets_sha1_through(senders: Iterable[Partner], at: datetime) -> bool:
    """Tell whether a dated exception of a sender lets signatures be made with SHA-1 at a moment."""
    return any(Policy(sha1_until=sender.sha1_until).lets_sha1_through(at) for sender in senders)


def doubt(  # noqa: PLR0913 - the signer, whom it should be, and by what it is judged
    verifier: Verifier,
    certificate: Certificate,
    others: tuple[Certificate, ...],
    senders: Iterable[Partner],
    *,
    own: Collection[str],
    at: datetime,
) -> Doubt:
    """Return what speaks against a signer as one of the senders, as of a moment; the gravest there is."""
    verdict = verifier.judge_certificate(certificate, others, at=at)
    statements = tuple(item for item in verdict.evidence if item.proof is not None)
    fault = verdict.fault.value if verdict.fault else None
    if verdict.trusted is False:
        return Doubt(fault, is_wrong=True, statements=statements)
    answers = {_is_signer(certificate, sender, own, at) for sender in senders}
    if True in answers:
        return Doubt(fault, statements=statements)
    if answers == {False}:
        return Doubt("not the sender's", is_wrong=True, statements=statements)
    return Doubt("nothing known to compare with" if answers else "unknown sender", statements=statements)


def _is_signer(certificate: Certificate, sender: Partner, own: Collection[str], at: datetime) -> bool | None:
    """Tell whether a certificate is one that a party signs with; None where nothing is known of it."""
    snapshot = sender.snapshot(at, counterparts=own)
    credentials = snapshot.credentials if snapshot else ()
    known = {credential.der for credential in credentials if credential.use is Use.SIGNING}
    if known:
        return certificate.der in known
    number = sender.organisation_number or (snapshot.organisation_number if snapshot else None)
    return None if number is None else certificate.organisation_number == number
