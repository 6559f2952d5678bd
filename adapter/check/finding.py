"""What a check saw, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from adapter.message import Code, Message
from adapter.values import value_class

if TYPE_CHECKING:
    from lxml import etree

    from adapter.wire.rescue import Rescued


class Severity(StrEnum):
    """How much a finding matters (domain rules C.1)."""

    #: Inbound: a negative receipt.
    REJECT = "reject"
    #: Outbound: not sent, back to the author.
    BLOCK = "block"
    #: Taken, but a person decides before it goes on.
    HOLD = "hold"
    #: Goes on, with a task for a person.
    WARN = "warn"
    #: A remark.
    INFO = "info"

    @property
    def weight(self) -> int:
        """Return a number that grows with the severity."""
        return _WEIGHTS[self]

    @property
    def stops(self) -> bool:
        """Tell whether the message goes no further."""
        return self in {Severity.REJECT, Severity.BLOCK}


_WEIGHTS = {Severity.INFO: 0, Severity.WARN: 1, Severity.HOLD: 2, Severity.BLOCK: 3, Severity.REJECT: 4}


class Direction(StrEnum):
    """Which way a message goes, seen from the adapter's own party."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Verdict(StrEnum):
    """What becomes of a message."""

    ACCEPT = "accept"
    #: Invalid by its schema, in shapes that the partner's tolerance allows.
    TOLERATED = "tolerated"
    HOLD = "hold"
    REJECT = "reject"
    #: Nobody can tell what it is or whom it is for, or nobody may look at it.
    QUARANTINE = "quarantine"
    #: It came before.
    IGNORE = "ignore"


@value_class
class Finding:
    """One thing a check saw. No text in it holds anything personal."""

    #: Stable code of the rule, such as "AMO-04".
    rule: str
    severity: Severity
    #: What happened, for the operator.
    text: str
    #: What to do next.
    hint: str = ""
    #: Where, in element names: `/Message/ServReq/Patient`.
    path: str | None = None
    line: int | None = None
    #: The same in Norwegian, for the partner's receipt or the clinician.
    partner_text: str | None = None
    #: Error code of the negative receipt, list 8221; only on a finding that rejects.
    apprec: Code | None = None
    #: What to ask the referrer for, in Norwegian.
    question: str | None = None
    #: The known shape (`check.tolerance`) by which a schema fault was let through.
    tolerance: str | None = None
    #: A word by which to sort messages, such as "HIA".
    tag: str | None = None
    #: The message is put aside instead of being processed.
    quarantines: bool = False

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the finding as `validate --json` prints it."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "path": self.path,
            "line": self.line,
            "text": self.text,
            "hint": self.hint,
            "partner_text": self.partner_text,
        }


@value_class
class Report:
    """Everything the checks saw in one message."""

    #: None where the bytes could not be read.
    message: Message | None
    findings: tuple[Finding, ...]
    verdict: Verdict
    #: What was saved from bytes that could not be parsed, to address a receipt.
    rescued: Rescued | None = None
    tree: etree._Element | None = field(default=None, compare=False, repr=False)

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the words by which the message can be sorted, each once."""
        return tuple(dict.fromkeys(finding.tag for finding in self.findings if finding.tag))

    def as_dict(self) -> dict[str, object]:
        """Return what `validate --json` prints about the content, without file and receipt."""
        message = self.message
        return {
            "kind": message.kind.value if message else "other",
            "version": message.version if message else None,
            "type": message.type_code if message else None,
            "msg_id": message.msg_id if message else (self.rescued.msg_id if self.rescued else None),
            "verdict": self.verdict.value,
            "tags": list(self.tags),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the heaviest consequence of all findings."""
    verdict = Verdict.ACCEPT
    for finding in findings:
        consequence = _consequence(finding)
        if _ORDER.index(consequence) > _ORDER.index(verdict):
            verdict = consequence
    return verdict


_ORDER = (Verdict.ACCEPT, Verdict.TOLERATED, Verdict.HOLD, Verdict.QUARANTINE, Verdict.REJECT)


def _consequence(finding: Finding) -> Verdict:
    if finding.severity.stops and not finding.quarantines:
        return Verdict.REJECT
    if finding.quarantines:
        return Verdict.QUARANTINE
    if finding.severity is Severity.HOLD:
        return Verdict.HOLD
    return Verdict.TOLERATED if finding.tolerance else Verdict.ACCEPT
