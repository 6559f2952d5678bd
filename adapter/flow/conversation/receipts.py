"""What the receipt of a message means for its conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapter.check.rule import Rule
from adapter.flow import conversation_rules as rules
from adapter.flow import follow
from adapter.flow.context import Context, Earlier
from adapter.flow.conversation import nav, question, referral
from adapter.flow.conversation.effects import Effects
from adapter.flow.conversation.thread import FORWARDING, Thread
from adapter.flow.decision import Ending, Watch

#: What a receiver owes about a message, as soon as it has taken it.
_OWED = referral.DISCHARGED | nav.OWED


def effects_of_rejection(original: Earlier) -> Effects:
    """Return what ends when the receiver of a message rejects it: nobody is to do anything about it any more."""
    return Effects(endings=(Ending(about=original.message_id, rules=_OWED),))


def effects_of_receipt(original: Earlier, *, earlier: Sequence[Earlier], context: Context, now: datetime) -> Effects:
    """Return what a positive receipt begins: a question waits for its answer from when it was received.

    What ends with the receipt was marked when the message went out (`Ending.upon_receipt`). `earlier` holds the thread
    of the message that is answered.
    """
    span = context.timers.supplement
    if not span:
        return Effects()
    thread = Thread.of(earlier)
    asked = next((member for member in thread.members if member.number == original.message_id), None)
    if asked is None or not question.is_open(thread, asked):
        return Effects()
    party = original.sender_party or ""
    return Effects(
        watches=(Watch(rule=follow.SUPPLEMENT, due_at=span.after(now), party=party, about=original.message_id),)
    )


def refusal_of(original: Earlier) -> Rule | None:
    """Return what a negative receipt means that means more than itself, or None."""
    if (original.topic or "").startswith("9148/"):
        return rules.CNV_08
    return rules.CNV_09 if original.type == FORWARDING else None


def is_sent_again(original: Earlier, earlier: Sequence[Earlier]) -> bool:
    """Tell whether the same document was sent to the same receiver once more, later (scenario 4)."""
    thread = Thread.of(earlier)
    first = next((member for member in thread.members if member.number == original.message_id), None)
    return first is not None and any(
        member.number > first.number
        and member.is_here
        and member.facts.kind == original.kind
        and member.facts.service_type == original.service_type
        and not member.document_ids.isdisjoint(first.document_ids)
        and (member.facts.sender_party, member.facts.receiver_party) == (original.sender_party, original.receiver_party)
        for member in thread.members
    )
