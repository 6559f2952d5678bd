"""The decision about a receipt that a party's system gives: what it settles, and who must have it."""

from __future__ import annotations

from dataclasses import replace

from adapter.check import rules as check_rules
from adapter.check.finding import Finding, Severity, Verdict
from adapter.flow import rules
from adapter.flow.addressing import recipients_of
from adapter.flow.context import Earlier
from adapter.flow.conversation import Effects, effects_of_receipt, effects_of_rejection, is_sent_again, refusal_of
from adapter.flow.conversation_rules import ALARMS
from adapter.flow.decision import OPERATOR, Chore, Decision, Settlement
from adapter.flow.follow import AS_USUAL, AT_ONCE
from adapter.flow.matching import Match, Outcome, has_message, match
from adapter.flow.matter import NOTHING, Matter, finding
from adapter.message.receipt import Receipt
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Partner


class Relaying(Matter):
    """A receipt from the system of a party."""

    __slots__ = ()

    def pass_on(self) -> Decision | None:
        """Settle what the receipt answers for, and pass it on to the one who waits for it.

        What answers a draft goes no further: the adapter wrote it, and its sender's system has never heard of it.
        None where it says nothing, or nobody known gave it.
        """
        answered, sender = self.message.receipt, self.sender
        if answered is None or sender is None:
            return None
        found = list(self.report.findings)
        if sender.receipts == "adapter":
            return self._keep_back(found, sender, is_positive=answered.is_positive)
        fit = match(answered, sender, self.earlier, self.sendings)
        if fit.outcome is Outcome.STRANGER:
            found.append(finding(rules.REC_02))
        held = next((item for item in reversed(found) if item.severity is Severity.HOLD), None)
        if held is not None and not self.released:
            return self.decision(MessageState.HELD, Verdict.HOLD, found, chores=(Chore.about(held),))
        if fit.outcome is Outcome.REPEATED:
            return self.decision(MessageState.IGNORED, Verdict.IGNORE, [*found, finding(check_rules.MSG_09)])
        if fit.outcome is Outcome.CONFLICT:
            said = finding(rules.REC_03)
            return self.decision(
                MessageState.IGNORED,
                Verdict.IGNORE,
                [*found, said],
                chores=(Chore.about(said, _origin(fit)),),
            )
        return self._deliver(found, fit, answered)

    def _keep_back(self, found: list[Finding], sender: Partner, *, is_positive: bool) -> Decision:
        """Keep back the receipt of a system for which the adapter answers; a person hears of it where it rejects."""
        said = finding(rules.REC_04 if is_positive else rules.REC_08)
        chore = Chore.about(said, sender.id)
        chores = () if is_positive else (chore,)
        return self.decision(MessageState.IGNORED, Verdict.IGNORE, [*found, said], chores=chores)

    def _deliver(self, found: list[Finding], fit: Match, answered: Receipt) -> Decision:
        is_taken = has_message(answered)
        chores: tuple[Chore, ...] = ()
        if fit.outcome is Outcome.UNKNOWN or fit.original is None:
            found.append(finding(rules.REC_01))
        elif (said := self._said(fit.original, fit, answered)) is not None:
            found.append(said)
            priority = AT_ONCE if said.rule in ALARMS else AS_USUAL
            chores = (replace(Chore.about(said, _origin(fit)), priority=priority),)
        target = self.context.register.by_id(_origin(fit))
        if target is None:
            ours = [item.partner for item in recipients_of(self.message, self.context.register) if item.partner]
            target = next(iter(ours), None)
        if target is None:
            unserved = finding(check_rules.MSG_07)
            return self.decision(
                MessageState.QUARANTINED,
                Verdict.QUARANTINE,
                [*found, unserved],
                chores=(Chore.about(unserved),),
            )
        settlements: tuple[Settlement, ...] = ()
        if fit.sending is not None and fit.to is not None:
            settlements = (Settlement(delivery=fit.sending.id, to=fit.to, is_receivers=_is_receivers(fit)),)
        is_at_home = fit.original is not None and fit.original.direction == "out"
        return self.decision(
            MessageState.DELIVERED if is_at_home else MessageState.ACCEPTED,
            self.passing_verdict,
            found,
            receiver_party=target.id,
            dispatches=() if is_at_home else (self.relay(target.channel, target, self.now, is_own=True),),
            settlements=settlements,
            chores=chores,
            effects=self._effects(fit, is_taken=is_taken),
        )

    def _said(self, original: Earlier, fit: Match, answered: Receipt) -> Finding | None:
        """Return what a receipt tells the people who sent the message, or None where all is well."""
        if not has_message(answered):
            if any(error.value == check_rules.E21.value for error in answered.errors):
                return finding(rules.REC_09)
            return finding((refusal_of(original) if _is_receivers(fit) else None) or rules.REC_05)
        is_late = fit.sending is not None and fit.sending.state is DeliveryState.OVERDUE
        return finding(rules.REC_10) if is_late and is_sent_again(original, self.earlier) else None

    def _effects(self, fit: Match, *, is_taken: bool) -> Effects:
        """Return what begins and ends with a receipt that settles something."""
        if fit.original is None or fit.to is None:
            return NOTHING
        if not is_taken:
            return effects_of_rejection(fit.original) if _is_receivers(fit) else NOTHING
        return effects_of_receipt(
            fit.original, earlier=self.earlier, context=self.context, now=self.arrival.received_at
        )


def _is_receivers(fit: Match) -> bool:
    """Tell whether it is the receiver of a message that answers, and none of those who got a copy."""
    return fit.original is not None and fit.sending is not None and fit.sending.party == fit.original.receiver_party


def _origin(fit: Match) -> str:
    """Return the party that sent the answered message; the operator's tasks where nobody did."""
    return (fit.original.sender_party if fit.original else None) or OPERATOR
