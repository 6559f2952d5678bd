"""Budstikke: a message adapter for Norwegian e-health.

This is the public door. What other programs may use is listed in `__all__`; all else may change without notice.

    message = adapter.read(data)            bytes to message
    data = adapter.write(message)           message to bytes
    report = adapter.validate(data)         the whole ladder of checks
    data = adapter.sign(data, key, cert)    a signature at the end of it
    verdict = adapter.verify(data)          whose signature it is, and whether to believe it

The errors are drawn in `adapter.errors`. Each name is imported when it is first used, so that importing the package
costs next to nothing.
"""

from __future__ import annotations

import importlib
from functools import cache

TYPE_CHECKING = False  # as `typing` has it, which takes longer to import than all the rest here

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal

    from adapter.check.finding import Direction as Direction
    from adapter.check.finding import Finding as Finding
    from adapter.check.finding import Report as Report
    from adapter.check.finding import Severity as Severity
    from adapter.check.finding import Verdict as Verdict
    from adapter.check.ladder import Checker
    from adapter.check.signature import Verify
    from adapter.errors import AgreementUnreadable as AgreementUnreadable
    from adapter.errors import BudstikkeError as BudstikkeError
    from adapter.errors import CertificateUnreadable as CertificateUnreadable
    from adapter.errors import ChannelError as ChannelError
    from adapter.errors import ChannelUnavailable as ChannelUnavailable
    from adapter.errors import ConfigError as ConfigError
    from adapter.errors import DocumentTypeRefused as DocumentTypeRefused
    from adapter.errors import EnvelopeError as EnvelopeError
    from adapter.errors import EnvelopeUnreadable as EnvelopeUnreadable
    from adapter.errors import FormError as FormError
    from adapter.errors import KeyUnusable as KeyUnusable
    from adapter.errors import LimitExceeded as LimitExceeded
    from adapter.errors import NotWellFormed as NotWellFormed
    from adapter.errors import PackageUnreadable as PackageUnreadable
    from adapter.errors import PartnerError as PartnerError
    from adapter.errors import SignatureInvalid as SignatureInvalid
    from adapter.errors import SignatureMissing as SignatureMissing
    from adapter.errors import SignatureUnverifiable as SignatureUnverifiable
    from adapter.errors import SnapshotUnreadable as SnapshotUnreadable
    from adapter.errors import SpecError as SpecError
    from adapter.errors import StoreError as StoreError
    from adapter.errors import StoreFull as StoreFull
    from adapter.errors import StoreLocked as StoreLocked
    from adapter.errors import StoreTooNew as StoreTooNew
    from adapter.errors import TrustError as TrustError
    from adapter.errors import Undecryptable as Undecryptable
    from adapter.errors import UnsafeName as UnsafeName
    from adapter.message import Address as Address
    from adapter.message import Audience as Audience
    from adapter.message import Base64Data as Base64Data
    from adapter.message import Code as Code
    from adapter.message import ConversationRef as ConversationRef
    from adapter.message import Dialogmelding as Dialogmelding
    from adapter.message import Document as Document
    from adapter.message import Envelope as Envelope
    from adapter.message import Epikrise as Epikrise
    from adapter.message import Foresporsel as Foresporsel
    from adapter.message import FreeText as FreeText
    from adapter.message import HealthcareProfessional as HealthcareProfessional
    from adapter.message import Henvisning as Henvisning
    from adapter.message import Identifier as Identifier
    from adapter.message import Kind as Kind
    from adapter.message import Legeerklaering as Legeerklaering
    from adapter.message import Message as Message
    from adapter.message import Moment as Moment
    from adapter.message import Notat as Notat
    from adapter.message import Opaque as Opaque
    from adapter.message import Organisation as Organisation
    from adapter.message import OriginalMessage as OriginalMessage
    from adapter.message import Party as Party
    from adapter.message import Patient as Patient
    from adapter.message import PatientReport as PatientReport
    from adapter.message import Person as Person
    from adapter.message import Quantity as Quantity
    from adapter.message import Receipt as Receipt
    from adapter.message import RelatedRole as RelatedRole
    from adapter.message import RelatedUnit as RelatedUnit
    from adapter.message import Sykmelding as Sykmelding
    from adapter.message import Telecom as Telecom
    from adapter.message import ToNav as ToNav
    from adapter.message import coded as coded
    from adapter.partner.register import Partner as Partner
    from adapter.trust.chain import Anchors as Anchors
    from adapter.trust.signature import sign as sign
    from adapter.trust.verdict import SignatureVerdict as SignatureVerdict
    from adapter.wire import read as read
    from adapter.wire import write as write

_ROOMS = {
    "adapter.check.finding": (
        "Direction",
        "Finding",
        "Report",
        "Severity",
        "Verdict",
    ),
    "adapter.errors": (
        "AgreementUnreadable",
        "BudstikkeError",
        "CertificateUnreadable",
        "ChannelError",
        "ChannelUnavailable",
        "ConfigError",
        "DocumentTypeRefused",
        "EnvelopeError",
        "EnvelopeUnreadable",
        "FormError",
        "KeyUnusable",
        "LimitExceeded",
        "NotWellFormed",
        "PackageUnreadable",
        "PartnerError",
        "SignatureInvalid",
        "SignatureMissing",
        "SignatureUnverifiable",
        "SnapshotUnreadable",
        "SpecError",
        "StoreError",
        "StoreFull",
        "StoreLocked",
        "StoreTooNew",
        "TrustError",
        "Undecryptable",
        "UnsafeName",
    ),
    "adapter.message": (
        "Address",
        "Audience",
        "Base64Data",
        "Code",
        "ConversationRef",
        "Dialogmelding",
        "Document",
        "Envelope",
        "Epikrise",
        "Foresporsel",
        "FreeText",
        "HealthcareProfessional",
        "Henvisning",
        "Identifier",
        "Kind",
        "Legeerklaering",
        "Message",
        "Moment",
        "Notat",
        "Opaque",
        "Organisation",
        "OriginalMessage",
        "Party",
        "Patient",
        "PatientReport",
        "Person",
        "Quantity",
        "Receipt",
        "RelatedRole",
        "RelatedUnit",
        "Sykmelding",
        "Telecom",
        "ToNav",
        "coded",
    ),
    "adapter.partner.register": ("Partner",),
    "adapter.trust.chain": ("Anchors",),
    "adapter.trust.signature": ("sign",),
    "adapter.trust.verdict": ("SignatureVerdict",),
    "adapter.wire": (
        "read",
        "write",
    ),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*_ROOM_OF, "validate", "verify"]  # noqa: PLE0604 - the names stand once, in _ROOMS


def __getattr__(name: str) -> object:
    """Import a name of the public door when it is first used."""
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(room), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Name what can be used, imported yet or not."""
    return sorted({*globals(), *__all__})


def validate(
    data: bytes,
    *,
    direction: Literal["inbound", "outbound"] = "inbound",
    partner: Partner | None = None,
    now: datetime | None = None,
) -> Report:
    """Check a message from form to content, and return what was found.

    `partner` brings that partner's tolerance and profiles; without one, the shapes that live systems are known to
    send are tolerated. `now` is an aware time, the present when left out. Whatever the bytes are, the answer is a
    report: nothing is raised for a bad message.
    """
    from datetime import UTC, datetime

    from adapter.check.finding import Direction
    from adapter.check.policy import Policy
    from adapter.flow.policy import policy_between

    policy = policy_between(Policy(direction=Direction(direction)), sender=partner, receiver=partner)
    return _checker().check(data, policy, now=now or datetime.now(UTC))


def verify(data: bytes, *, at: datetime | None = None, trust: Anchors | None = None) -> SignatureVerdict:
    """Judge the signature on a message: is it intact, whose is it, and is that somebody trusted?

    `at` is an aware time, that of the message's receipt or the present; `trust` the roots that are trusted
    (`Anchors.load(directory)`), without which nobody is. FormError where the bytes are no acceptable XML.
    """
    from datetime import UTC, datetime

    from adapter.trust.verifier import Verifier

    return Verifier(anchors=trust).judge(data, at=at or datetime.now(UTC))


@cache
def _checker() -> Checker:
    """Load the schemas and code lists once."""
    from adapter.check.codelists import CodeLists
    from adapter.check.ladder import Checker
    from adapter.check.schema import SchemaSet
    from adapter.check.signature import OnDemand
    from adapter.wire.parse import Limits

    return Checker(SchemaSet.load(), CodeLists.load(), Limits(), verify=OnDemand(_verify))


def _verify() -> Verify:
    """Return what judges signatures where no roots are trusted."""
    from adapter.trust.verifier import Verifier

    return Verifier().judge
