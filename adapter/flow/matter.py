"""One message to decide about, and what all decisions about messages have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapter.check.finding import Direction, Finding, Report, Verdict
from adapter.check.rule import Rule
from adapter.flow.addressing import recipients_of
from adapter.flow.context import Arrival, Context, Earlier, Sending
from adapter.flow.conversation import Effects
from adapter.flow.decision import Chore, Decision, Dispatch, Issued, Made, Settlement
from adapter.flow.follow import receipt_deadlines
from adapter.flow.references import references_of, threads_of
from adapter.flow.routing import file_name
from adapter.message.message import Message
from adapter.message.state import MessageState
from adapter.partner.register import Partner
from adapter.values import value_class

NOTHING = Effects()


@value_class(kw_only=False)
class Matter:
    """One message with everything needed to decide about it."""

    arrival: Arrival
    report: Report
    context: Context
    earlier: tuple[Earlier, ...]
    sendings: Mapping[int, Sequence[Sending]]
    now: datetime
    sender: Partner | None
    released: bool = False
    answered: bool = False
    #: What the sender's own checks find; None where it does not want any (`preflight`).
    as_sent: tuple[Finding, ...] | None = None

    @property
    def message(self) -> Message:
        """Return the message; `decide` has made sure that there is one."""
        if self.report.message is None:
            raise ValueError("nothing to decide about")
        return self.report.message

    @property
    def passing_verdict(self) -> Verdict:
        """Return the verdict on a message that goes on; what was tolerated stays flagged."""
        return Verdict.TOLERATED if self.report.verdict is Verdict.TOLERATED else Verdict.ACCEPT

    def relay(self, channel: str, partner: Partner, due_at: datetime, *, is_own: bool) -> Dispatch:
        """Return the delivery of the arrival's own bytes; with deadlines where the party's system will answer it."""
        until = None
        if is_own:
            until = receipt_deadlines(self.message, partner, self.context.deadlines, self.arrival.received_at)
        return Dispatch(
            channel=channel,
            party=partner.id if is_own else None,
            name=file_name(self.message, self.arrival.id),
            due_at=due_at,
            receipt_until=until,
        )

    def decision(  # noqa: PLR0913 - the parts of a decision that differ
        self,
        state: MessageState,
        verdict: Verdict,
        found: Sequence[Finding],
        *,
        receiver_party: str | None = None,
        made: tuple[Made, ...] = (),
        issued: tuple[Issued, ...] = (),
        dispatches: tuple[Dispatch, ...] = (),
        settlements: tuple[Settlement, ...] = (),
        chores: tuple[Chore, ...] = (),
        effects: Effects = NOTHING,
    ) -> Decision:
        """Return a decision about this message, with its parties, ids and threads."""
        if receiver_party is None:
            known = [item.partner for item in recipients_of(self.message, self.context.register) if item.partner]
            receiver_party = known[0].id if known else None
        return Decision(
            state=state,
            verdict=verdict,
            message=self.message,
            findings=tuple(found),
            sender_party=self.sender.id if self.sender else None,
            receiver_party=receiver_party,
            references=references_of(self.message),
            threads=threads_of(self.earlier),
            made=made,
            issued=issued,
            dispatches=dispatches,
            settlements=settlements,
            chores=(*chores, *effects.chores),
            watches=effects.watches,
            endings=effects.endings,
            urgings=effects.urgings,
            unparked=effects.unparked,
        )


def finding(rule: Rule) -> Finding:
    """Return the finding of a rule about a message that came in."""
    return rule.finding(Direction.INBOUND)
