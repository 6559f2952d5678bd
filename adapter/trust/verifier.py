"""The verifier: from the bytes of a message to the verdict on its signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol

from lxml import etree

from adapter.errors import CertificateUnreadable, SignatureInvalid, SignatureMissing, SignatureUnverifiable
from adapter.trust import signature
from adapter.trust.certificate import Certificate, Usage
from adapter.trust.chain import Anchors, Chain
from adapter.trust.parties import Attribution, Parties
from adapter.trust.standing import Revocations, Standing, told
from adapter.trust.verdict import Evidence, Fault, Question, SignatureVerdict, Signer
from adapter.values import value_class
from adapter.wire.parse import DEFAULT_LIMITS, Limits


class Genuine(Protocol):
    """A signature that is genuine, and what it vouches for; see `signature.Verified`."""

    @property
    def certificate(self) -> Certificate:
        """Return the signer's certificate."""

    @property
    def others(self) -> tuple[Certificate, ...]:
        """Return other certificates that came along."""

    @property
    def algorithm(self) -> str:
        """Return what people call the algorithm."""

    @property
    def signed(self) -> bytes:
        """Return the signed view."""


_EVERY_USAGE = frozenset(Usage)


@value_class
class Verifier:
    """What signatures are judged by; loaded once."""

    #: None: nothing can be said of whether a signer is trusted.
    anchors: Anchors | None = None
    #: None: revocation is not asked, by the operator's choice.
    revocations: Revocations | None = None
    #: None: which parties a signer is, is not asked.
    parties: Parties | None = None
    #: A signing certificate must promise one of these.
    usages: frozenset[Usage] = _EVERY_USAGE
    limits: Limits = DEFAULT_LIMITS

    def judge(
        self, data: bytes, root: etree._Element | None = None, *, at: datetime, allows_weak: bool = False
    ) -> SignatureVerdict:
        """Return the verdict on a message's signature, as of a moment: that of its receipt.

        `root` is the tree that `wire.parse` made of the bytes, where there is one. `allows_weak` lets SHA-1 through.
        Raises FormError where the bytes are no acceptable XML; everything else is a verdict.
        """
        verify = partial(signature.verify, data, root, allows_weak=allows_weak, limits=self.limits)
        return self.judge_by(verify, at=at)

    def judge_by(self, verify: Callable[[], Genuine], *, at: datetime) -> SignatureVerdict:
        """Return the verdict on what `verify` checks, as of a moment: a signature of whatever profile.

        What it raises is a verdict too, if it speaks of a signature.
        """
        try:
            found = verify()
        except SignatureMissing as error:
            return _unsettled(None, Fault.MISSING, str(error), at)
        except SignatureInvalid as error:
            return _unsettled(False, Fault.INVALID, str(error), at)  # noqa: FBT003 - the answer is no
        except (SignatureUnverifiable, CertificateUnreadable) as error:
            return _unsettled(None, Fault.UNVERIFIABLE, str(error), at)
        verdict = self.judge_certificate(found.certificate, found.others, at=at)
        intact = Evidence(Question.INTACT, answer=True, text=f"The message is as it was signed, by {found.algorithm}.")
        return replace(
            verdict,
            reason=verdict.reason if verdict.fault else "The signature is genuine, and its signer is trusted.",
            intact=True,
            algorithm=found.algorithm,
            evidence=(intact, *verdict.evidence),
            signed=found.signed,
        )

    def judge_certificate(
        self, certificate: Certificate, others: tuple[Certificate, ...] = (), *, at: datetime
    ) -> SignatureVerdict:
        """Return the verdict on a signer, by the certificate alone: of a signature nothing is said."""
        evidence: list[Evidence] = []
        fault, is_wrong = None, False
        for item, found in self._questions(certificate, others, at):
            evidence.append(item)
            # the first no, or else the first that could not be checked
            if fault is None or (item.answer is False and not is_wrong):
                fault = found
            is_wrong = is_wrong or item.answer is False
        answers = {item.answer for item in evidence}
        trusted = False if False in answers else None if None in answers else True
        telling = [item for item in evidence if item.answer is trusted]
        named = self._attributed(certificate, others, at)
        whose = (Evidence(Question.HER_ID, True if named.her_ids else None, named.evidence),) if named else ()
        return SignatureVerdict(
            intact=None,
            trusted=trusted,
            signer=Signer.of(certificate, named.her_ids if named else ()),
            at=at,
            fault=fault,
            reason=telling[0].text if fault else "The signer is trusted.",
            evidence=(*evidence, *whose),
        )

    def _attributed(
        self, certificate: Certificate, others: tuple[Certificate, ...], at: datetime
    ) -> Attribution | None:
        """Ask the register which parties a signer is; nothing that it says makes a signer more or less trusted."""
        if self.parties is None:
            return None
        is_issued = self.anchors is not None and bool(self.anchors.chains(certificate, others))
        return self.parties.attribute(certificate, at, is_issued=is_issued)

    def _questions(
        self, certificate: Certificate, others: tuple[Certificate, ...], at: datetime
    ) -> Iterator[tuple[Evidence, Fault | None]]:
        yield self._usage(certificate)
        if not certificate.is_valid_at(at):
            yield _not_valid(certificate, at)
            return
        if self.anchors is None:
            yield Evidence(Question.CHAIN, None, "No trusted roots are configured."), Fault.NO_ROOTS
            return
        chains = self.anchors.chains(certificate, others)
        if not chains:
            text = "No chain leads from the signer's certificate to a trusted root."
            yield Evidence(Question.CHAIN, None, text), Fault.NO_CHAIN
            return
        chain = next((one for one in chains if one.expired_at(at) is None), chains[0])
        names = " - ".join(one.subject for one in chain.certificates[1:])
        yield Evidence(Question.CHAIN, answer=True, text=f"The certificate was issued by {names}."), None
        expired = chain.expired_at(at)
        if expired is not None:
            yield _not_valid(expired, at)
            return
        yield (
            Evidence(Question.VALIDITY, answer=True, text=f"Every certificate was valid at {told(at)}."),
            None,
        )
        yield from self._standing(chain, at)

    def _usage(self, certificate: Certificate) -> tuple[Evidence, Fault | None]:
        usages = certificate.usages & self.usages
        if not usages:
            return Evidence(Question.USAGE, answer=False, text="The certificate is not made for signing."), Fault.USAGE
        named = " and ".join(sorted(usages))
        return Evidence(Question.USAGE, answer=True, text=f"The certificate is made for {named}."), None

    def _standing(self, chain: Chain, at: datetime) -> Iterator[tuple[Evidence, Fault | None]]:
        """Ask every issuer below the root; the root stands by being configured."""
        if self.revocations is None:
            return
        for certificate, issuer in zip(chain.certificates, chain.certificates[1:], strict=False):
            answer = self.revocations.ask(certificate, issuer, at)
            match answer.standing:
                case Standing.GOOD:
                    yield Evidence(Question.REVOCATION, answer=True, text=answer.evidence, proof=answer.proof), None
                case Standing.REVOKED:
                    said = Evidence(Question.REVOCATION, answer=False, text=answer.evidence, proof=answer.proof)
                    yield said, Fault.REVOKED
                case Standing.UNKNOWN:
                    yield Evidence(Question.REVOCATION, None, answer.evidence), Fault.REVOCATION_UNKNOWN


def _not_valid(certificate: Certificate, at: datetime) -> tuple[Evidence, Fault]:
    text = (
        f"The certificate with serial number {certificate.serial} was not valid at {told(at)}: "
        f"it is from {certificate.valid_from:%Y-%m-%d} to {certificate.valid_until:%Y-%m-%d}."
    )
    return Evidence(Question.VALIDITY, answer=False, text=text), Fault.EXPIRED


def _unsettled(intact: bool | None, fault: Fault, reason: str, at: datetime) -> SignatureVerdict:  # noqa: FBT001 - an answer, no flag
    return SignatureVerdict(
        intact=intact,
        trusted=None,
        at=at,
        fault=fault,
        reason=reason,
        evidence=(Evidence(Question.INTACT, intact, reason),),
    )
