"""Whether an envelope was signed by whom it says it is from.

The certificate must be good in itself, and it must be the sender's: one of those that its agreement or the address
register names, else one of its organisation (HITS 1172, 5.9 and 5.10). "Could not check" is an answer of its own.

Anybody can write the number of an organisation into a certificate: it says whose that is only where a trusted issuer
has signed it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import field, replace
from datetime import datetime

from adapter.check.policy import Policy
from adapter.partner.register import Partner
from adapter.partner.snapshot import Use
from adapter.service.witness import signer_of, statements_of
from adapter.store.facts import EventData
from adapter.trust.certificate import Certificate
from adapter.trust.verdict import Evidence, Fault
from adapter.trust.verifier import Verifier
from adapter.values import value_class

#: No trusted issuer has signed the certificate, as far as can be seen here.
_UNISSUED = frozenset({Fault.NO_ROOTS, Fault.NO_CHAIN})


@value_class(kw_only=False)
class Doubt:
    """What speaks against a signer: nothing, something that could not be checked, or something that is wrong."""

    #: For the operator, in a word or two. Nothing personal.
    reason: str | None = None
    is_wrong: bool = False
    #: It is not even known who signed: only a person may let that through.
    is_unknown: bool = False
    #: What issuers said of the signer, with what they signed to say so.
    statements: tuple[Evidence, ...] = field(default=(), repr=False)
    #: Who the signer is, for the event; nothing where no register was asked.
    signed_by: EventData = field(default_factory=dict)

    @property
    def may_pass(self) -> bool:
        """Tell whether it is only that no issuer could be asked now."""
        return self.reason == Fault.REVOCATION_UNKNOWN.value and not self.is_unknown


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
    signed_by = signer_of(verdict) if verifier.parties is not None else {}
    found = Doubt(statements=statements_of(verdict), signed_by=signed_by)
    fault = verdict.fault.value if verdict.fault else None
    if verdict.trusted is False:
        return replace(found, reason=fault, is_wrong=True)
    is_issued = verdict.fault not in _UNISSUED
    answers = {_is_signer(certificate, sender, own, at, is_issued=is_issued) for sender in senders}
    if True in answers:
        return replace(found, reason=fault)
    if answers == {False}:
        return replace(found, reason="not the sender's", is_wrong=True)
    reason = (fault or "nothing known to compare with") if answers else "unknown sender"
    return replace(found, reason=reason, is_unknown=True)


def _is_signer(
    certificate: Certificate, sender: Partner, own: Collection[str], at: datetime, *, is_issued: bool
) -> bool | None:
    """Tell whether a certificate is one that a party signs with; None where that cannot be known."""
    snapshot = sender.snapshot(at, counterparts=own)
    credentials = snapshot.credentials if snapshot else ()
    known = {credential.der for credential in credentials if credential.use is Use.SIGNING}
    if known:
        return certificate.der in known
    number = sender.organisation_number or (snapshot.organisation_number if snapshot else None)
    if number is not None and certificate.organisation_number != number:
        return False
    return True if number is not None and is_issued else None
