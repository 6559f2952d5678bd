"""The decision about one message, from its report and what is known from before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapter.check import rules as check_rules
from adapter.check.finding import Direction, Finding, Report, Severity, Verdict
from adapter.check.rule import Rule
from adapter.flow import rules
from adapter.flow.addressing import Recipient, Standing, recipients_of, sender_of
from adapter.flow.answer import OK, Answer, answer, receipt
from adapter.flow.context import Arrival, Context, Earlier, Sending
from adapter.flow.decision import OPERATOR, Chore, Decision, Dispatch, Issued, Made, Settlement
from adapter.flow.matching import Match, Outcome, match
from adapter.flow.question import missing_facts
from adapter.flow.references import DEDUPE, DOCUMENT_ID, dedupe_key, references_of, threads_of
from adapter.flow.routing import destinations, file_name
from adapter.message.attachment import Document
from adapter.message.code import Code
from adapter.message.henvisning import Henvisning
from adapter.message.message import Kind, Message
from adapter.message.state import MessageState
from adapter.partner.register import Partner
from adapter.wire import Rescued, write

NAV = "nav"


def decide(  # noqa: PLR0913 - a decision depends on exactly these
    arrival: Arrival,
    report: Report,
    context: Context,
    *,
    earlier: Sequence[Earlier] = (),
    sendings: Mapping[int, Sequence[Sending]] | None = None,
    now: datetime,
    released: bool = False,
    answered: bool = False,
) -> Decision:
    """Decide what becomes of a message.

    `earlier` are the messages that share or name one of its ids (`references.keys_of`), `sendings` the deliveries
    of those a receipt may answer. `released` says that a person has let a held message go on: holds count no more.
    `answered` says that its sender has its receipt already.
    """
    if report.rescued is not None and report.verdict is Verdict.REJECT:
        report = replace(report, message=_from_wreck(report.rescued))
    message = report.message
    if message is None or message.kind is Kind.EBXML or report.verdict is Verdict.QUARANTINE:
        return _quarantined(report)
    sender = sender_of(message, context.register)
    if message.sender is None or not message.sender.her_ids():
        return _quarantined(report, finding(rules.MSG_18))
    if not released and (sender is None or sender not in context.register.by_channel(arrival.channel)):
        return _stranger(report, sender)
    first = _first_copy(arrival, message, earlier)
    if first is not None:
        return _repeated(report, message, sender, earlier, first)
    others = tuple(found for found in earlier if found.message_id != arrival.id)
    desk = _Desk(arrival, report, context, others, now, sender, released=released, answered=answered)
    if message.kind is Kind.APPREC:
        return desk.relay_receipt(sendings or {})
    return desk.take()


@dataclass(frozen=True, slots=True)
class _Desk:
    """One message on the desk, with everything needed to decide about it."""

    arrival: Arrival
    report: Report
    context: Context
    earlier: tuple[Earlier, ...]
    now: datetime
    sender: Partner | None
    released: bool = False
    answered: bool = False

    @property
    def message(self) -> Message:
        """Return the message; `decide` has made sure that there is one."""
        if self.report.message is None:
            raise ValueError("nothing to decide about")
        return self.report.message

    def take(self) -> Decision:
        """Decide about a message that wants an answer: to whom it goes, and what its sender is told."""
        recipients = recipients_of(self.message, self.context.register)
        ours = [recipient for recipient in recipients if recipient.standing is Standing.KNOWN]
        unknown = [recipient for recipient in recipients if recipient.standing is Standing.UNKNOWN_SERVICE]
        found = [*self.report.findings, *self._history()]
        if not ours and not unknown:
            return self._foreign(found, recipients)
        if not ours:
            return self._unknown_service(found, unknown)
        said = answer(found)
        if said.status != OK:
            return self._reject(found, ours, said)
        if not self.released and any(item.severity is Severity.HOLD for item in found):
            return self._hold(found, ours)
        return self._accept(found, ours)

    def _history(self) -> list[Finding]:
        """Return what earlier messages say about this one: possible doubles, and changes of something unknown."""
        henvisning = self.message.henvisning
        if henvisning is None:
            return []
        document = (henvisning.document_id or "").strip().lower()
        same = [
            found
            for found in self.earlier
            if found.role == DOCUMENT_ID and found.key == document and found.state is not MessageState.REJECTED
        ]
        if henvisning.is_cancellation or henvisning.is_change:
            if same or any(found.role in {"msg_id", DOCUMENT_ID} for found in self.earlier):
                return []
            return [
                finding(check_rules.MSG_17_CANCELLATION if henvisning.is_cancellation else check_rules.MSG_17_CHANGE)
            ]
        return [finding(check_rules.MSG_10)] if same else []

    def _foreign(self, found: list[Finding], recipients: tuple[Recipient, ...]) -> Decision:
        said = finding(check_rules.MSG_07)
        if self.context.answering.foreign_organisation == "E21" and recipients:
            return self._reject(
                [*found, finding(check_rules.MSG_08)], list(recipients[:1]), answer([finding(check_rules.MSG_08)])
            )
        return self._decision(
            MessageState.QUARANTINED,
            Verdict.QUARANTINE,
            [*found, said],
            chores=(Chore(rule=said.rule, title=said.text),),
        )

    def _unknown_service(self, found: list[Finding], unknown: list[Recipient]) -> Decision:
        # NAV stops writing to a doctor after one E21 (domain-rules A.5): a person decides
        from_nav = self.sender is not None and self.sender.role == NAV
        if self.context.answering.unknown_service == "hold" or from_nav:
            said = replace(finding(check_rules.MSG_08), severity=Severity.HOLD, apprec=None)
            return self._decision(
                MessageState.HELD, Verdict.HOLD, [*found, said], chores=(Chore(rule=said.rule, title=said.text),)
            )
        found = [*found, finding(check_rules.MSG_08)]
        return self._reject(found, unknown, answer(found))

    def _reject(self, found: list[Finding], recipients: list[Recipient], said: Answer) -> Decision:
        made, issued, dispatches = self._receipts(recipients, said, after={})
        return self._decision(
            MessageState.REJECTED, Verdict.REJECT, found, made=made, issued=issued, dispatches=dispatches
        )

    def _hold(self, found: list[Finding], ours: list[Recipient]) -> Decision:
        """Hold for a person. The sender has its positive receipt at once: the message is safe and will be read."""
        mine = [recipient for recipient in ours if recipient.partner and recipient.partner.receipts == "adapter"]
        made, issued, dispatches = self._receipts(mine, Answer(OK), after={})
        reasons = [item for item in found if item.severity is Severity.HOLD]
        chores = tuple(
            Chore(rule=item.rule, title=item.text, party=ours[0].partner.id if ours[0].partner else OPERATOR)
            for item in reasons[:1]
        )
        return self._decision(
            MessageState.HELD, Verdict.HOLD, found, made=made, issued=issued, dispatches=dispatches, chores=chores
        )

    def _accept(self, found: list[Finding], ours: list[Recipient]) -> Decision:
        verdict = self.report.verdict if self.report.verdict is Verdict.TOLERATED else Verdict.ACCEPT
        dispatches: list[Dispatch] = []
        by_channel: dict[str, int] = {}
        first_of: dict[int, int] = {}
        held = False
        for position, recipient in enumerate(ours):
            partner = recipient.partner
            if partner is None:
                continue
            for place in destinations(self.message, self.sender, partner, self.context, self.now):
                held = held or (place.is_held and not self.released)
                if place.channel not in by_channel:
                    by_channel[place.channel] = len(dispatches)
                    dispatches.append(self._relay(place.channel, partner, place.due_at))
                first_of.setdefault(position, by_channel[place.channel])
        if held:
            return self._hold([*found, finding(rules.RTE_01)], ours)
        answering = {
            position: after
            for position, after in first_of.items()
            if (partner := ours[position].partner) and partner.receipts == "adapter" and not self.answered
        }
        made, issued, receipts = self._receipts(
            [ours[position] for position in answering],
            Answer(OK),
            after=dict(enumerate(answering.values())),
        )
        chores, drafts = self._chores(found, ours[0], len(made))
        return self._decision(
            MessageState.ACCEPTED,
            verdict,
            found,
            made=(*made, *drafts),
            issued=issued,
            dispatches=(*dispatches, *receipts),
            chores=chores,
        )

    def _relay(self, channel: str, partner: Partner, due_at: datetime) -> Dispatch:
        """Return the delivery of the arrival's own bytes; with deadlines where the party's system answers itself."""
        notice_at = alarm_at = None
        if partner.receipts == "system" and self.message.kind is not Kind.APPREC:
            generated = self.message.generated.instant if self.message.generated else None
            base = min(generated or self.arrival.received_at, self.arrival.received_at)
            notice_at = base + self.context.deadlines.notice_after
            alarm_at = base + self.context.deadlines.alarm_after
        return Dispatch(
            channel=channel,
            party=partner.id,
            name=file_name(self.message, self.arrival.id),
            due_at=due_at,
            notice_at=notice_at,
            alarm_at=alarm_at,
        )

    def _receipts(
        self, recipients: list[Recipient], said: Answer, *, after: Mapping[int, int]
    ) -> tuple[tuple[Made, ...], tuple[Issued, ...], tuple[Dispatch, ...]]:
        """Return one receipt for each recipient, sent the way the message came."""
        made: list[Made] = []
        issued: list[Issued] = []
        dispatches: list[Dispatch] = []
        for position, recipient in enumerate(recipients):
            written = receipt(
                self.message,
                recipient.party,
                said,
                is_copy=recipient.is_copy,
                received_at=self.arrival.received_at,
                now=self.now,
                answering=self.context.answering,
            )
            issued.append(Issued(recipient=recipient.party.her_id or "", status=said.status, made=position))
            made.append(
                Made(
                    data=write(written),
                    message=written,
                    sender_party=recipient.partner.id if recipient.partner else None,
                    receiver_party=self.sender.id if self.sender else None,
                )
            )
            dispatches.append(
                Dispatch(
                    channel=self.arrival.channel,
                    party=self.sender.id if self.sender else None,
                    name=file_name(written, self.arrival.id, suffix=f"-{position + 1}"),
                    due_at=self.now,
                    made=position,
                    after=after.get(position),
                )
            )
        return tuple(made), tuple(issued), tuple(dispatches)

    def _chores(
        self, found: list[Finding], recipient: Recipient, offset: int
    ) -> tuple[tuple[Chore, ...], tuple[Made, ...]]:
        """Return the task that warnings give the receiving party, with the question to the referrer as a draft."""
        warnings = [item for item in found if item.severity is Severity.WARN]
        if not warnings or self.released:
            return (), ()
        questions = [item.question for item in warnings if item.question]
        drafts: tuple[Made, ...] = ()
        if questions and self.message.msg_id:
            draft = missing_facts(self.message, questions, now=self.now)
            drafts = (
                Made(
                    data=write(draft),
                    message=draft,
                    sender_party=recipient.partner.id if recipient.partner else None,
                    receiver_party=self.sender.id if self.sender else None,
                    state=MessageState.HELD,
                ),
            )
        rules = ", ".join(dict.fromkeys(item.rule for item in warnings))
        chore = Chore(
            rule=warnings[0].rule,
            title=f"Warnings: {rules}",
            party=recipient.partner.id if recipient.partner else OPERATOR,
            draft=offset if drafts else None,
        )
        return (chore,), drafts

    def relay_receipt(self, sendings: Mapping[int, Sequence[Sending]]) -> Decision:
        """Decide about a receipt that a party's system gives: settle what it answers for, and pass it on."""
        answered = self.message.receipt
        sender = self.sender
        if answered is None or sender is None:
            return _quarantined(self.report, finding(rules.REC_01))
        found = list(self.report.findings)
        if sender.receipts == "adapter":
            return self._decision(MessageState.IGNORED, Verdict.IGNORE, [*found, finding(rules.REC_04)])
        fit = match(answered, sender.id, self.earlier, sendings)
        if fit.outcome is Outcome.STRANGER:
            said = finding(rules.REC_02)
            return self._decision(
                MessageState.HELD, Verdict.HOLD, [*found, said], chores=(Chore(rule=said.rule, title=said.text),)
            )
        if fit.outcome is Outcome.REPEATED:
            return self._decision(MessageState.IGNORED, Verdict.IGNORE, [*found, finding(check_rules.MSG_09)])
        if fit.outcome is Outcome.CONFLICT:
            said = finding(rules.REC_03)
            return self._decision(
                MessageState.IGNORED,
                Verdict.IGNORE,
                [*found, said],
                chores=(Chore(rule=said.rule, title=said.text, party=_origin(fit)),),
            )
        return self._pass_on(found, fit, is_positive=answered.is_positive)

    def _pass_on(self, found: list[Finding], fit: Match, *, is_positive: bool) -> Decision:
        chores: tuple[Chore, ...] = ()
        if fit.outcome is Outcome.UNKNOWN:
            found.append(finding(rules.REC_01))
        elif not is_positive:
            said = finding(rules.REC_05)
            found.append(said)
            chores = (Chore(rule=said.rule, title=said.text, party=_origin(fit)),)
        target = self.context.register.by_id(_origin(fit))
        if target is None:
            ours = [item.partner for item in recipients_of(self.message, self.context.register) if item.partner]
            target = next(iter(ours), None)
        if target is None:
            said = finding(check_rules.MSG_07)
            return self._decision(
                MessageState.QUARANTINED,
                Verdict.QUARANTINE,
                [*found, said],
                chores=(Chore(rule=said.rule, title=said.text),),
            )
        settlements: tuple[Settlement, ...] = ()
        if fit.sending is not None and fit.to is not None:
            settlements = (Settlement(delivery=fit.sending.id, to=fit.to),)
        return self._decision(
            MessageState.ACCEPTED,
            Verdict.ACCEPT,
            found,
            receiver_party=target.id,
            dispatches=(self._relay(target.channel, target, self.now),),
            settlements=settlements,
            chores=chores,
        )

    def _decision(  # noqa: PLR0913 - the parts of a decision that differ
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
    ) -> Decision:
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
            chores=chores,
        )


def finding(rule: Rule) -> Finding:
    """Return the finding of a rule about a message that came in."""
    return rule.finding(Direction.INBOUND)


def _origin(fit: Match) -> str:
    """Return the party that sent the answered message; the operator's tasks where nobody did."""
    return (fit.original.sender_party if fit.original else None) or OPERATOR


def _quarantined(report: Report, *more: Finding) -> Decision:
    """Put aside what cannot be identified. It is never answered, and never claims a MsgId."""
    found = (*report.findings, *more)
    worst = max(found, key=lambda item: item.severity.weight, default=finding(rules.MSG_18))
    return Decision(
        state=MessageState.QUARANTINED,
        verdict=Verdict.QUARANTINE,
        message=report.message,
        findings=found,
        chores=(Chore(rule=worst.rule, title=worst.text),),
        keeps_payload=all(item.rule != "MSG-15" for item in found),
    )


def _stranger(report: Report, sender: Partner | None) -> Decision:
    """Hold a message that came by a channel its sender does not belong to. It claims no id: it may be forged."""
    said = finding(rules.MSG_19)
    return Decision(
        state=MessageState.HELD,
        verdict=Verdict.HOLD,
        message=report.message,
        findings=(*report.findings, said),
        sender_party=sender.id if sender else None,
        chores=(Chore(rule=said.rule, title=said.text),),
    )


def _from_wreck(rescued: Rescued) -> Message:
    """Return what can be answered of a message that cannot be read."""
    referral = Henvisning(version=rescued.version or "", document_id=rescued.document_id)
    return Message(
        envelope=rescued.envelope,
        kind=rescued.kind,
        version=rescued.version,
        type=Code(rescued.type) if rescued.type else None,
        generated=rescued.generated,
        msg_id=rescued.msg_id,
        sender=rescued.sender,
        receiver=rescued.receiver,
        documents=(Document(content=(referral,)),) if rescued.kind is Kind.HENVISNING else (),
    )


def _first_copy(arrival: Arrival, message: Message, earlier: Sequence[Earlier]) -> int | None:
    """Return the message that came before with the same id from the same kind of sender, or None."""
    key = dedupe_key(message)
    copies = (found for found in earlier if found.role == DEDUPE and found.key == key)
    return next((found.message_id for found in copies if found.message_id != arrival.id), None)


def _repeated(
    report: Report, message: Message, sender: Partner | None, earlier: Sequence[Earlier], first: int
) -> Decision:
    """Ignore what came before: no delivery, no second receipt (HITS 1168 5.4)."""
    return Decision(
        state=MessageState.IGNORED,
        verdict=Verdict.IGNORE,
        message=message,
        findings=(*report.findings, finding(check_rules.MSG_09)),
        sender_party=sender.id if sender else None,
        threads=threads_of(earlier),
        data={"first": first},
    )
