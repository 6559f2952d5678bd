"""What became of a referral (Status på henvisning, list 9148)."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.check.finding import Finding
from adapter.flow import conversation_rules as rules
from adapter.flow.conversation.parts import Part, ending, found
from adapter.flow.conversation.referral import ASSESSED
from adapter.flow.conversation.thread import Member
from adapter.flow.conversation.turn import Turn
from adapter.message.state import DeliveryState


def findings(turn: Turn) -> Iterator[Finding]:
    """Yield what speaks against calling a referral forwarded: the case stays here until the new receiver has it."""
    forwardings = [
        member
        for member in turn.thread.linked(turn.names)
        if member.is_forwarding and member.facts.sender_party == turn.from_id
    ]
    if not forwardings:
        yield found(rules.CNV_05_UNSEEN)
    elif not any(_is_confirmed(turn, member) for member in forwardings):
        yield found(rules.CNV_05)


def parts(turn: Turn) -> Iterator[Part]:
    """Yield the end of the assessment of what a party was referred, once the referrer has the status.

    After a forwarding the status of the new receiver names the original too; it ends only what is its own.
    """
    for member in turn.thread.referrals_to(turn.from_id, turn.names):
        yield ending(turn, member, ASSESSED)


def _is_confirmed(turn: Turn, forwarding: Member) -> bool:
    receiver = turn.context.register.by_id(forwarding.facts.receiver_party or "")
    if receiver is not None and receiver.receipts == "adapter":
        return True
    return any(sending.state is DeliveryState.COMPLETED for sending in turn.sendings.get(forwarding.number, ()))
