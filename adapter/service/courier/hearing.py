"""What others say of what we sent: that they have it, why they do not take it, or that it never came so far.

Nobody but the receiver of an envelope can say so of it; that a mail could not be delivered, any mail server can. What
comes twice, or too late to change anything, is noted in the event of the envelope that said it. Codes are kept, never
texts: those may speak of people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime

from adapter.channel.mail.report import Report
from adapter.check.finding import Direction
from adapter.envelope.signal import EbxmlMessage, ErrorCode, MessageError, Severity, Sort
from adapter.flow import transport_rules as rules
from adapter.flow.decision import OPERATOR
from adapter.message.state import DeliveryState, EnvelopeState
from adapter.partner.register import Partner
from adapter.service.arrived import NOT_THERE
from adapter.service.courier.facts import digest_of
from adapter.service.courier.giving_up import came_back, close_tasks_of, give_up
from adapter.service.courier.opening import Said
from adapter.service.courier.seal import envelope_id
from adapter.service.post import finish, release
from adapter.store.entries import DeliveryMove, EnvelopeMove, NewTask
from adapter.store.facts import EventData
from adapter.store.ledger import Ledger
from adapter.store.rows import DeliveryRow, EnvelopeRow
from adapter.values import value_class

_CODES = frozenset(code.value for code in ErrorCode)


@value_class(kw_only=False)
class Heard:
    """What came of a signal."""

    #: For its event.
    remarks: EventData = field(default_factory=dict)
    #: It is about an envelope that went to somebody else than its sender.
    is_foreign: bool = False


def hear(ledger: Ledger, said: Said, now: datetime) -> Heard:
    """Write down what a signal says of an envelope of ours; what asks something changes nothing."""
    message = said.message
    if message is None or message.sort not in {Sort.ACKNOWLEDGMENT, Sort.ERROR}:
        return Heard()
    sent = ledger.sent_envelope(said.facts.refers_to) if said.facts.refers_to else None
    if sent is None:
        return Heard({"about": None})
    remarks: dict[str, object] = {"about": sent.id}
    if not _is_receiver(sent, said.senders):
        return Heard(remarks, is_foreign=True)
    if codes := _codes(message.error):
        remarks["codes"] = codes
    if message.error is not None and not message.error.is_receipt:
        remarks["news"] = _refused(ledger, sent, codes, now)
    else:
        if not _fits(message, sent):
            remarks["digests"] = "others than those that were signed"
        remarks["news"] = _acknowledged(ledger, sent, now)
    return Heard(remarks)


def hear_report(ledger: Ledger, report: Report, now: datetime) -> Heard | None:
    """Write down what a mail server says of a mail; None where it is none of ours.

    Nobody has signed it, so it proves nothing: what it says is lost came all the same where an Acknowledgment says so.
    """
    found = (ledger.sent_envelope(envelope_id(one)) for one in report.about)
    sent = next((row for row in found if row is not None), None)
    if sent is None:
        return None
    told = {"action": report.action, "status": report.status}
    ledger.steer_envelope(sent.id, "reported", data=told, at=now)
    is_news = report.is_for_good and _came_back(ledger, sent, report.status or "", now)
    return Heard({"about": sent.id, "news": is_news})


def _is_receiver(sent: EnvelopeRow, senders: Iterable[Partner]) -> bool:
    return any(sent.receiver_her in {*party.her_ids, party.parent_her_id} for party in senders)


def _codes(error: MessageError | None) -> list[str]:
    """Return the codes of an error, the grave ones first, as far as they are codes."""
    faults = sorted(error.faults if error else (), key=lambda fault: fault.severity != Severity.ERROR)
    return list(dict.fromkeys(fault.code if fault.code in _CODES else ErrorCode.UNKNOWN.value for fault in faults))


def _fits(message: EbxmlMessage, sent: EnvelopeRow) -> bool:
    """Tell whether a receipt names what we signed, or names nothing (HITS 1172, rules 108 and on)."""
    references = message.acknowledgment.references if message.acknowledgment else ()
    return not references or digest_of(references) == sent.digest


def _acknowledged(ledger: Ledger, sent: EnvelopeRow, now: datetime) -> bool:
    """Write down that an envelope arrived; return False where that was known, or is too late."""
    if not sent.state.may_become(EnvelopeState.ACKNOWLEDGED):
        return False
    ledger.move_envelopes([EnvelopeMove(id=sent.id, to=EnvelopeState.ACKNOWLEDGED)], at=now)
    delivery = _delivery(ledger, sent)
    if delivery is not None and delivery.state.may_become(DeliveryState.ACKNOWLEDGED):
        ledger.move_deliveries([DeliveryMove(id=delivery.id, to=DeliveryState.ACKNOWLEDGED)], at=now)
        release(ledger, [delivery.id], now)
    if delivery is not None:
        # One whose answer is overdue arrived all the same.
        finish(ledger, {delivery.message_id}, now)
    close_tasks_of(ledger, sent.id, delivery, NOT_THERE, now, note="the Acknowledgment has come")
    return True


def _refused(ledger: Ledger, sent: EnvelopeRow, codes: list[str], now: datetime) -> bool:
    """Write down that an envelope was not taken, and tell its sender's people; return False where that was known."""
    said = rules.TRA_04.finding(Direction.OUTBOUND, code=", ".join(codes) or ErrorCode.UNKNOWN.value)
    error = f"MessageError {', '.join(codes)}".strip()
    is_first = sent.state.may_become(EnvelopeState.REFUSED)
    if is_first:
        ledger.move_envelopes([EnvelopeMove(id=sent.id, to=EnvelopeState.REFUSED, error=error)], at=now)
    delivery = _delivery(ledger, sent)
    # an error after an Acknowledgment contradicts it: what holds, people must find out
    if not is_first and (delivery is None or delivery.state is not DeliveryState.ACKNOWLEDGED):
        return False
    if delivery is None:
        ledger.add_tasks([NewTask(party=OPERATOR, rule=said.rule, title=said.text, envelope_id=sent.id)], at=now)
    else:
        give_up(ledger, delivery, said, error, now, envelope=sent.id)
    return True


def _came_back(ledger: Ledger, sent: EnvelopeRow, code: str, now: datetime) -> bool:
    """Stop sending a mail that cannot be delivered, and tell the operator; return False where it has an end already."""
    delivery = _delivery(ledger, sent)
    if not sent.state.may_become(EnvelopeState.ABANDONED) or (delivery is not None and delivery.state.has_arrived):
        return False
    error = f"the mail server could not deliver it to its address ({code})"
    came_back(ledger, sent.id, delivery, code, now, error=error)
    return True


def _delivery(ledger: Ledger, sent: EnvelopeRow) -> DeliveryRow | None:
    return None if sent.delivery_id is None else ledger.delivery(sent.delivery_id)
