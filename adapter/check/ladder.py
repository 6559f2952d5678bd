"""The ladder every message climbs: form, guard, kind, schema, base rules, codes, content profiles.

Each rung yields findings; a rung that stops the message is the last one. What follows from the findings is
`finding.verdict_of`; nothing here answers, stores or sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from lxml import etree

from adapter.check import base, codes, content, rules, signature, tolerance
from adapter.check.codelists import CodeLists
from adapter.check.explain import Explainer
from adapter.check.fault import Fault, FaultKind, line_of, read_fault
from adapter.check.finding import Direction, Finding, Report, verdict_of
from adapter.check.policy import Policy
from adapter.check.rule import Rule
from adapter.check.scan import ScanUnavailable
from adapter.check.schema import SchemaFault, SchemaSet
from adapter.errors import DocumentTypeRefused, FormError, LimitExceeded
from adapter.message import Base64Data, Dialogmelding, Envelope, Henvisning, Kind, Message, Receipt
from adapter.message.identity import numbers_in
from adapter.wire import fellesformat, read_tree
from adapter.wire.parse import DEFAULT_LIMITS, Limits, parse
from adapter.wire.rescue import rescue

_PAYLOADS = frozenset({"Henvisning", "Dialogmelding", "HelseOpplysningerArbeidsuforhet", "Legeerklaring"})
#: What is read whole, so that everyone it names is known; of other kinds all bytes are searched for numbers.
_READ_WHOLE = (Henvisning, Dialogmelding, Receipt)
#: More faults than this of one message help nobody.
_MOST_FAULTS = 100

__all__ = ["Checker", "Policy"]


class Checker:
    """Everything the checks need, loaded once; used by one thread at a time."""

    def __init__(  # noqa: PLR0913 - the parts of a checker, most of them left out as a rule
        self,
        schemas: SchemaSet,
        codelists: CodeLists,
        limits: Limits = DEFAULT_LIMITS,
        *,
        explain: bool = True,
        explainer: Explainer | None = None,
        scan: Callable[[bytes], bool] | None = None,
        verify: signature.Verify | None = None,
    ) -> None:
        """Take schemas, code lists and limits; `explain` lets xmlschema add to what libxml2 says of a fault.

        `explainer` is one that has been prepared already; it is closed with the checker.
        `scan` tells whether an attachment's bytes are infected, or raises ScanUnavailable. `verify` judges
        signatures; without it they are carried unread.
        """
        self._schemas = schemas
        self._codelists = codelists
        self._limits = limits
        self._scan = scan
        self._verify = verify
        self._explainer = (explainer or Explainer()) if explain else None

    def close(self) -> None:
        """End the child process that explains faults."""
        if self._explainer is not None:
            self._explainer.close()

    def __enter__(self) -> Self:
        """Close at the end of a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()

    def check(self, data: bytes, policy: Policy, *, now: datetime) -> Report:
        """Judge the bytes of a message. Nothing is raised for a bad message; `now` is an aware time.

        A verdict is a function of bytes, policy and time: to compute it again, give the first one's time.
        """
        return self.check_by(data, lambda _: policy, now=now)

    def check_by(
        self,
        data: bytes,
        choose: Callable[[Message | None], Policy],
        *,
        now: datetime,
    ) -> Report:
        """Judge the bytes of a message by the policy that its own addresses choose; None where they are unreadable."""
        try:
            tree = parse(data, self._limits)
        except FormError as error:
            return _unreadable(data, error, choose(None))
        inner = fellesformat.inner(tree) if fellesformat.is_wrapper(tree) else None
        root = tree if inner is None else inner
        message = read_tree(root)
        policy = choose(message)
        findings = tuple(_placed(finding, root) for finding in self._climb(data, root, message, policy, now))
        return Report(message=message, findings=findings, verdict=verdict_of(findings), tree=root)

    def _climb(
        self, data: bytes, root: etree._Element, message: Message, policy: Policy, now: datetime
    ) -> Iterator[Finding]:
        guarded = tuple(_guard(data, message, policy))
        if guarded:
            yield from guarded
            return
        if not self._is_supported(message, root, policy):
            yield from _unsupported(message, policy)
            if policy.relays_unsupported:
                yield from self._signature(data, root, message, policy, now)
                yield from base.test_person(message, policy)
            return
        stops = False
        for finding in self._schema(root, message, policy):
            # what is passed on unread is asked no more
            stops = stops or finding.severity.stops or finding.rule == rules.MSG_03.id
            yield finding
        if stops or message.kind is Kind.APPREC:
            return
        yield from base.check(message, policy)
        yield from self._signature(data, root, message, policy, now)
        yield from self._viruses(message, policy)
        yield from codes.check(message, self._codelists, policy)
        yield from content.check(message, self._codelists, policy, now)

    def _is_supported(self, message: Message, root: etree._Element, policy: Policy) -> bool:
        if message.kind is not Kind.APPREC and message.kind not in policy.accepts:
            return False
        if message.envelope is Envelope.NONE:
            return False
        return self._schemas.is_known(etree.QName(root).namespace or "")

    def _schema(self, root: etree._Element, message: Message, policy: Policy) -> Iterator[Finding]:
        faults = self._schemas.validate(root)
        if not faults:
            return
        shapes = self._tolerated(faults, root, message, policy)
        if shapes is not None:
            for fault, shape in zip(faults[:_MOST_FAULTS], shapes, strict=False):
                yield _schema_finding(rules.MSG_02_TOLERATED, read_fault(fault, root), policy, shape=shape)
            return
        rule = _broken_schema(message, policy)
        explained = self._explained(faults, root)
        if any(_is_other_standard(fault) for fault in explained):
            yield from _unsupported(message, policy)
            return
        for place, described in enumerate(explained):
            finding = _schema_finding(rule, described, policy)
            # One error in the receipt: the first fault speaks for all.
            yield finding if place == 0 else replace(finding, apprec=None)

    def _tolerated(
        self, faults: tuple[SchemaFault, ...], root: etree._Element, message: Message, policy: Policy
    ) -> tuple[str, ...] | None:
        """Return the tolerated shape of each fault; None where one has none, and for what we ourselves send."""
        if policy.direction is Direction.OUTBOUND:
            return None
        if message.kind is Kind.APPREC and _names_original(message) and policy.tolerates(tolerance.READABLE_RECEIPT):
            return (tolerance.READABLE_RECEIPT,) * len(faults)
        return tolerance.tolerated(faults, root, self._schemas, policy)

    def _explained(self, faults: tuple[SchemaFault, ...], root: etree._Element) -> tuple[Fault, ...]:
        read = tuple(read_fault(fault, root) for fault in faults[:_MOST_FAULTS])
        return self._explainer.explain(read, root) if self._explainer is not None else read

    def _signature(
        self, data: bytes, root: etree._Element, message: Message, policy: Policy, now: datetime
    ) -> Iterator[Finding]:
        """MSG-11: the signature, where there is one or one is demanded."""
        is_taken = _is_taken_whatever_is_wrong(message, policy)
        yield from signature.check(data, root, policy, self._verify, is_emergency=is_taken, now=now)

    def _viruses(self, message: Message, policy: Policy) -> Iterator[Finding]:
        """MSG-12: no attachment is infected, as far as the scanner can tell."""
        if self._scan is None:
            return
        try:
            if any(self._scan(data) for data in _attached(message)):
                is_taken = _is_taken_whatever_is_wrong(message, policy)
                rule = rules.MSG_12_EMERGENCY if is_taken else rules.MSG_12
                yield rule.finding(policy.direction)
        except ScanUnavailable:
            yield rules.MSG_12_UNCHECKED.finding(policy.direction)


def _is_taken_whatever_is_wrong(message: Message, policy: Policy) -> bool:
    """Tell whether a message is an emergency that others have sent; what we send ourselves has no such exception."""
    return policy.direction is Direction.INBOUND and base.is_emergency(message)


def _attached(message: Message) -> Iterator[bytes]:
    """Yield the bytes of each attachment; text that is no base64 as it stands."""
    for document in message.documents:
        for item in document.content or ():
            if isinstance(item, Base64Data):
                decoded = item.decode()
                yield item.encoded.encode() if decoded is None else decoded


def _unreadable(data: bytes, error: FormError, policy: Policy) -> Report:
    """Report bytes that are no acceptable XML; what can be saved addresses the receipt."""
    rescued = rescue(data)
    direction, line = policy.direction, error.line
    if policy.environment == "test" and any(base.is_real(number, policy) for number in numbers_in(data)):
        finding = rules.MSG_15.finding(direction)
    elif rescued is None or not rescued.msg_id:
        finding = rules.MSG_01B.finding(direction, line=line, text=str(error))
    elif rescued.kind is Kind.APPREC:
        finding = rules.MSG_01_RECEIPT.finding(direction, line=line, text=str(error))
    elif isinstance(error, DocumentTypeRefused):
        finding = rules.FORM_02.finding(direction, line=line)
    elif isinstance(error, LimitExceeded):
        finding = rules.FORM_03.finding(direction, line=line, text=str(error))
    else:
        finding = rules.MSG_01.finding(direction, line=line, text=str(error), where=line or 1)
    return Report(message=None, findings=(finding,), verdict=verdict_of((finding,)), rescued=rescued)


def _guard(data: bytes, message: Message, policy: Policy) -> Iterator[Finding]:
    """Ask MSG-15 before anything else: what may not be here is looked at no further."""
    if policy.environment != "test":
        return
    if not isinstance(message.payload, _READ_WHOLE) and any(
        base.is_real(number, policy) for number in numbers_in(data)
    ):
        yield rules.MSG_15.finding(policy.direction)
    else:
        yield from base.real_person(message, policy)


def _unsupported(message: Message, policy: Policy) -> Iterator[Finding]:
    """MSG-03: the kind is not read here; the partner may want it passed on all the same."""
    if not message.msg_id:
        yield rules.MSG_03_UNKNOWN.finding(policy.direction)
        return
    code = message.type.value if message.type and message.type.value else ""
    name = code if code.replace("_", "").isalnum() and code.isupper() else message.kind.value
    kind = f"{name} {message.version}" if message.version else name
    rule = rules.MSG_03_RELAYED if policy.relays_unsupported else rules.MSG_03
    yield rule.finding(policy.direction, kind=kind[:60])


def _is_other_standard(fault: Fault) -> bool:
    """Tell whether the message, or its main content, belongs to a version that no schema here knows."""
    if fault.kind is FaultKind.UNKNOWN_CONTENT:
        return fault.element in _PAYLOADS
    return fault.kind is FaultKind.UNKNOWN_ROOT


def _names_original(message: Message) -> bool:
    receipt = message.receipt
    return receipt is not None and receipt.original is not None and bool(receipt.original.id)


def _broken_schema(message: Message, policy: Policy) -> Rule:
    """Return the rule that an invalid message breaks; the exceptions are for what others have sent."""
    if policy.direction is Direction.OUTBOUND:
        return rules.MSG_02
    if message.kind is Kind.APPREC:
        return rules.MSG_02_RECEIPT
    return rules.MSG_02_EMERGENCY if base.is_emergency(message) else rules.MSG_02


def _schema_finding(rule: Rule, fault: Fault, policy: Policy, *, shape: str | None = None) -> Finding:
    return rule.finding(
        policy.direction,
        path=fault.path,
        line=fault.line,
        tolerance=shape,
        text=fault.text,
        element=fault.place,
        feil=fault.norwegian,
        shape=shape or "",
    )


def _placed(finding: Finding, root: etree._Element) -> Finding:
    """Give a finding its line."""
    if finding.line is not None or finding.path is None:
        return finding
    return replace(finding, line=line_of(finding.path, root))
