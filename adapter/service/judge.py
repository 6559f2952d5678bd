"""What a stored message is judged by, and what it comes to.

It is judged by its receiver's profiles and its sender's tolerance, and where its sender wants that, also as that one
should have judged it before it was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import structlog

from adapter.check.finding import Direction, Finding, Report, Verdict
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.flow import rules
from adapter.flow.addressing import recipients_of, sender_of
from adapter.flow.answer import answerable
from adapter.flow.context import Arrival, Context
from adapter.flow.listing import listed
from adapter.flow.policy import policy_between
from adapter.flow.references import keys_of
from adapter.message.message import Kind, Message
from adapter.partner.address_register import AddressRegister
from adapter.values import value_class

log = structlog.get_logger(__name__)


@value_class(kw_only=False)
class Reading:
    """A message as it was checked, and the ids to look up before deciding about it."""

    arrival: Arrival
    report: Report
    keys: frozenset[str]

    @property
    def is_receipt(self) -> bool:
        """Tell whether it answers for another message."""
        return self.report.message is not None and self.report.message.kind is Kind.APPREC


class Judge:
    """Judges messages by what is known of their parties; used by one thread at a time."""

    def __init__(self, checker: Checker, policies: Policies, context: Context, addresses: AddressRegister) -> None:
        """Take what checks, by which policies, who is who, and what is known of addresses."""
        self._checker = checker
        self._policies = policies
        self._context = context
        self._addresses = addresses

    def knowing(self, context: Context) -> Judge:
        """Return the same judge with another knowledge of who is who."""
        return Judge(self._checker, self._policies.knowing(context), context, self._addresses)

    def read(self, arrival: Arrival) -> Reading:
        """Judge a message, and return what is to be looked up before it is decided about."""
        report = self._report(arrival)
        # Also of a wreck, which may come twice like any other message.
        message = answerable(report)
        if message is None:
            return Reading(arrival, report, frozenset())
        return Reading(arrival, report, keys_of(message, by_content=self._is_checked_as_sent(message)))

    def as_sent(self, arrival: Arrival, report: Report, now: datetime) -> tuple[Finding, ...] | None:
        """Judge a message as its sender should have, where it wants that."""
        message = report.message
        if message is None or not self._is_checked_as_sent(message):
            return None
        return self.check_outbound(arrival.data, now)

    def check_outbound(self, data: bytes, now: datetime) -> tuple[Finding, ...]:
        """Judge a message that we send, by what its receiver demands."""

        def policy(message: Message | None) -> Policy:
            return replace(self._policies.of(message), direction=Direction.OUTBOUND)

        report = self._checker.check_by(data, policy, now=now)
        return (*report.findings, *self._listed(report.message, now))

    def _report(self, arrival: Arrival) -> Report:
        """Judge a message as of its receipt: however late it is judged, or again, it comes to the same."""
        try:
            return self._checker.check_by(arrival.data, self._policies.of, now=arrival.received_at)
        except Exception:  # the one boundary: a defect of ours must not stop the messages behind it
            log.exception("A message could not be checked", action="check_failed", message=arrival.id)
            return Report(message=None, findings=(rules.INT_01.finding(Direction.INBOUND),), verdict=Verdict.QUARANTINE)

    def _is_checked_as_sent(self, message: Message) -> bool:
        """Tell whether a message's own sender wants it judged before it goes on; receipts are never held back."""
        if message.kind is Kind.APPREC:
            return False
        sender = sender_of(message, self._context.register)
        return sender is not None and sender.outbound_checks

    def _listed(self, message: Message | None, now: datetime) -> Iterator[Finding]:
        """Yield what the address register says of the receivers; it is not asked here, where messages wait."""
        if message is None or not self._addresses.is_configured:
            return
        recipients = recipients_of(message, self._context.register)
        her_ids = dict.fromkeys(item.party.her_id for item in recipients if item.party.her_id)
        yield from listed([self._addresses.known(her_id, now) for her_id in her_ids], now)


class Policies:
    """Finds the policy that a message is checked by: the receiver's profiles, the sender's tolerance."""

    def __init__(self, base: Policy, context: Context) -> None:
        """Take the policy for unknown parties, and the register."""
        self._base = base
        self._context = context
        self._made: dict[tuple[str, str], Policy] = {}

    def knowing(self, context: Context) -> Policies:
        """Return the same with another register."""
        return Policies(self._base, context)

    def of(self, message: Message | None) -> Policy:
        """Return the policy for a message; the base policy for what cannot be read."""
        if message is None:
            return self._base
        register = self._context.register
        sender = sender_of(message, register)
        receiver = next((item.partner for item in recipients_of(message, register) if item.partner), None)
        key = (sender.id if sender else "", receiver.id if receiver else "")
        if key not in self._made:
            self._made[key] = policy_between(self._base, sender=sender, receiver=receiver)
        return self._made[key]
