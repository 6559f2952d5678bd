"""Which message a receipt from a system answers for, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from adapter.flow.context import Earlier, Sending
from adapter.flow.references import DOCUMENT_ID, MSG_ID
from adapter.message.message import Kind
from adapter.message.receipt import OriginalMessage, Receipt
from adapter.message.state import DeliveryState
from adapter.partner.register import Partner
from adapter.values import value_class

_ANSWERED = {DeliveryState.COMPLETED, DeliveryState.REJECTED}


class Outcome(Enum):
    """How a receipt fits what was sent."""

    #: It answers a delivery that waited for it, or that was given up waiting for.
    MATCHED = auto()
    #: It says again what was said before.
    REPEATED = auto()
    #: It contradicts the first receipt, which is final (HITS 1168 5.1).
    CONFLICT = auto()
    #: It comes from another party behind the channel that the message went to; its own delivery is none.
    BESIDE = auto()
    #: It comes from someone the message was not sent to.
    STRANGER = auto()
    #: No message with that id is known.
    UNKNOWN = auto()


@value_class(kw_only=False)
class Match:
    """The result of looking for a receipt's message."""

    outcome: Outcome
    original: Earlier | None = None
    sending: Sending | None = None
    to: DeliveryState | None = None


def match(
    receipt: Receipt, sender: Partner, earlier: Sequence[Earlier], sendings: Mapping[int, Sequence[Sending]]
) -> Match:
    """Find the delivery that a receipt from a party answers for.

    Parties behind one channel share one delivery, which is the first one's; the others' receipts settle nothing.

    The id may be a MsgId or, from AppRec 1.0 for Henvisning 1.0, a document id that new, changed and cancelled
    referrals share; then GenDate decides (AppRec 1.0 6.5). Addresses are not compared: partners mirror them badly.
    """
    original = receipt.original or OriginalMessage()
    candidates = _candidates(original, earlier)
    if not candidates:
        return Match(Outcome.UNKNOWN)
    sent = [(candidate, sending) for candidate in candidates for sending in sendings.get(candidate.message_id, ())]
    for candidate, sending in sent:
        if sending.party == sender.id:
            return _settled(receipt, candidate, sending)
    for candidate, sending in sent:
        if sending.party and sending.channel == sender.channel:
            return Match(Outcome.BESIDE, candidate)
    return Match(Outcome.STRANGER if sent else Outcome.UNKNOWN, candidates[0])


def has_message(receipt: Receipt) -> bool:
    """Tell whether the receiver has the message: it took it, or rejects it because it has it already.

    NAV says the latter in words only, and asks not to send again (domain rules A.3, scenario 7).
    """
    said = [error.name or error.text or "" for error in receipt.errors]
    return receipt.is_positive or (bool(said) and all(text.strip().lower().startswith("duplikat") for text in said))


def _candidates(original: OriginalMessage, earlier: Sequence[Earlier]) -> list[Earlier]:
    key = (original.id or "").strip().lower()
    named = [found for found in earlier if found.key == key and found.kind != Kind.APPREC]
    by_message = [found for found in named if found.role == MSG_ID]
    if by_message:
        return by_message
    issued = original.issued.instant if original.issued else None
    by_document = [found for found in named if found.role == DOCUMENT_ID]
    return sorted(by_document, key=lambda found: (found.generated_at != issued, -found.message_id))


def _settled(receipt: Receipt, original: Earlier, sending: Sending) -> Match:
    to = DeliveryState.COMPLETED if has_message(receipt) else DeliveryState.REJECTED
    if sending.state in _ANSWERED:
        return Match(Outcome.REPEATED if sending.state is to else Outcome.CONFLICT, original, sending)
    return Match(Outcome.MATCHED, original, sending, to if sending.state.may_become(to) else None)
