"""The decision about a receipt that a party's system gives: what it settles, and who must have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapter.check import rules as check_rules
from adapter.check.finding import Finding, Severity, Verdict
from adapter.flow import rules
from adapter.flow.addressing import recipients_of
from adapter.flow.context import Sending
from adapter.flow.decision import OPERATOR, Chore, Decision, Settlement
from adapter.flow.matching import Match, Outcome, has_message, match
from adapter.flow.matter import Matter, finding
from adapter.message.state import MessageState
from adapter.partner.register import Partner


class Relaying(Matter):
    """A receipt from the system of a party."""

    __slots__ = ()

    def pass_on(self, sendings: Mapping[int, Sequence[Sending]]) -> Decision | None:
        """Settle what the receipt answers for, and pass it on to the one who waits for it.

        None where it says nothing, or nobody known gave it.
        """
        answered, sender = self.message.receipt, self.sender
        if answered is None or sender is None:
            return None
        found = list(self.report.findings)
        if sender.receipts == "adapter":
            return self._keep_back(found, sender, is_positive=answered.is_positive)
        fit = match(answered, sender.id, self.earlier, sendings)
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
        return self._deliver(found, fit, is_taken=has_message(answered))

    def _keep_back(self, found: list[Finding], sender: Partner, *, is_positive: bool) -> Decision:
        """Keep back the receipt of a system for which the adapter answers; a person hears of it where it rejects."""
        said = finding(rules.REC_04 if is_positive else rules.REC_08)
        chore = Chore.about(said, sender.id)
        chores = () if is_positive else (chore,)
        return self.decision(MessageState.IGNORED, Verdict.IGNORE, [*found, said], chores=chores)

    def _deliver(self, found: list[Finding], fit: Match, *, is_taken: bool) -> Decision:
        chores: tuple[Chore, ...] = ()
        if fit.outcome is Outcome.UNKNOWN:
            found.append(finding(rules.REC_01))
        elif not is_taken:
            said = finding(rules.REC_05)
            found.append(said)
            chores = (Chore.about(said, _origin(fit)),)
        target = self.context.register.by_id(_origin(fit))
        if target is None:
            ours = [item.partner for item in recipients_of(self.message, self.context.register) if item.partner]
            target = next(iter(ours), None)
        if target is None:
            said = finding(check_rules.MSG_07)
            return self.decision(
                MessageState.QUARANTINED,
                Verdict.QUARANTINE,
                [*found, said],
                chores=(Chore.about(said),),
            )
        settlements: tuple[Settlement, ...] = ()
        if fit.sending is not None and fit.to is not None:
            settlements = (Settlement(delivery=fit.sending.id, to=fit.to),)
        return self.decision(
            MessageState.ACCEPTED,
            self.passing_verdict,
            found,
            receiver_party=target.id,
            dispatches=(self.relay(target.channel, target, self.now, is_own=True),),
            settlements=settlements,
            chores=chores,
        )


def _origin(fit: Match) -> str:
    """Return the party that sent the answered message; the operator's tasks where nobody did."""
    return (fit.original.sender_party if fit.original else None) or OPERATOR
