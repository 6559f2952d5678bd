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
from adapter.flow.answer import OK, Answer, answer, answerable, receipt
from adapter.flow.context import Arrival, Context, Earlier, Sending
from adapter.flow.decision import OPERATOR, Chore, Decision, Dispatch, Issued, Made, Settlement
from adapter.flow.matching import Match, Outcome, match
from adapter.flow.question import question_about
from adapter.flow.references import DEDUPE, DOCUMENT_ID, dedupe_key, references_of, threads_of
from adapter.flow.routing import Destination, destinations, file_name
from adapter.message.message import Kind, Message
from adapter.message.state import MessageState
from adapter.partner.register import Partner
from adapter.wire import write

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
    message = answerable(report)
    report = replace(report, message=message)
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
class _Reply:
    """What one recipient answers."""

    recipient: Recipient
    said: Answer
    #: Position of the delivery that must be done first.
    after: int | None = None


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

    @property
    def _passing_verdict(self) -> Verdict:
        """Return the verdict on a message that goes on; what was tolerated stays flagged."""
        return Verdict.TOLERATED if self.report.verdict is Verdict.TOLERATED else Verdict.ACCEPT

    def take(self) -> Decision:
        """Decide about a message that wants an answer: to whom it goes, and what its sender is told."""
        recipients = recipients_of(self.message, self.context.register)
        ours = [recipient for recipient in recipients if recipient.standing is Standing.KNOWN]
        unknown = [recipient for recipient in recipients if recipient.standing is Standing.UNKNOWN_SERVICE]
        found = [*self.report.findings, *self._history()]
        if not ours and not unknown:
            return self._foreign(found, recipients)
        refusals = [] if self._leaves_unknown_services_to_people else _refusals(unknown, found)
        if not ours:
            return self._unknown_service(found, unknown[0], refusals)
        if unknown:
            # the others have the message; of this one the sender alone must know
            severity = Severity.INFO if refusals else Severity.WARN
            found.append(replace(_unknown(unknown[0]), severity=severity, apprec=None))
        said = answer(found)
        if said.status != OK:
            return self._reject(found, [*(_Reply(recipient, said) for recipient in ours), *refusals])
        if not self.released and any(item.severity is Severity.HOLD for item in found):
            return self._hold(found, ours, refusals)
        return self._accept(found, ours, refusals)

    @property
    def _leaves_unknown_services_to_people(self) -> bool:
        # NAV stops writing to a doctor after one E21 (domain-rules A.5)
        from_nav = self.sender is not None and self.sender.role == NAV
        return self.context.answering.unknown_service == "hold" or from_nav

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
        """Put aside what is for somebody else. It claims no id: sent again once the register is right, it is new."""
        if self.context.answering.foreign_organisation == "E21" and recipients:
            return self._reject([*found, _unknown(recipients[0])], _refusals(recipients[:1], ()))
        said = finding(check_rules.MSG_07)
        decision = self._decision(
            MessageState.QUARANTINED,
            Verdict.QUARANTINE,
            [*found, said],
            chores=(Chore(rule=said.rule, title=said.text),),
        )
        return replace(decision, references=())

    def _unknown_service(self, found: list[Finding], unknown: Recipient, refusals: list[_Reply]) -> Decision:
        said = _unknown(unknown)
        if refusals:
            return self._reject([*found, said], refusals)
        said = replace(said, severity=Severity.HOLD, apprec=None)
        return self._decision(
            MessageState.HELD, Verdict.HOLD, [*found, said], chores=(Chore(rule=said.rule, title=said.text),)
        )

    def _reject(self, found: list[Finding], replies: list[_Reply]) -> Decision:
        made, issued, dispatches = self._receipts(replies)
        return self._decision(
            MessageState.REJECTED, Verdict.REJECT, found, made=made, issued=issued, dispatches=dispatches
        )

    def _hold(self, found: list[Finding], ours: list[Recipient], refusals: list[_Reply]) -> Decision:
        """Hold for a person. The sender has its positive receipt at once: the message is safe and will be read."""
        positive = [_Reply(recipient, Answer(OK)) for recipient in ours if _is_answered_here(recipient)]
        made, issued, dispatches = self._receipts([*positive, *refusals])
        reasons = [item for item in found if item.severity is Severity.HOLD]
        chores = tuple(
            Chore(rule=item.rule, title=item.text, party=ours[0].partner.id if ours[0].partner else OPERATOR)
            for item in reasons[:1]
        )
        return self._decision(
            MessageState.HELD, Verdict.HOLD, found, made=made, issued=issued, dispatches=dispatches, chores=chores
        )

    def _accept(self, found: list[Finding], ours: list[Recipient], refusals: list[_Reply]) -> Decision:
        plans = [(recipient, partner, self._places(partner)) for recipient in ours if (partner := recipient.partner)]
        if not self.released and any(place.is_held for _, _, places in plans for place in places):
            return self._hold([*found, finding(rules.RTE_01)], ours, refusals)
        relays: dict[str, Dispatch] = {}
        # where the parties themselves have it first: their systems answer, and receipts wait for that
        for is_own in (True, False):
            for _, partner, places in plans:
                for place in places[:1] if is_own else places[1:]:
                    relay = self._relay(place.channel, partner, place.due_at, is_own=is_own)
                    relays.setdefault(place.channel, relay)
        order = list(relays)
        replies = [
            _Reply(recipient, Answer(OK), after=order.index(places[0].channel))
            for recipient, _, places in plans
            if places and _is_answered_here(recipient)
        ]
        made, issued, receipts = self._receipts([*replies, *refusals])
        chores, drafts = self._chores(found, ours[0], len(made))
        return self._decision(
            MessageState.ACCEPTED,
            self._passing_verdict,
            found,
            made=(*made, *drafts),
            issued=issued,
            dispatches=(*relays.values(), *receipts),
            chores=chores,
        )

    def _places(self, partner: Partner) -> tuple[Destination, ...]:
        """Return where a message for a party goes, its own channel first, or what a route has in place of it."""
        found = destinations(self.message, self.sender, partner, self.context, self.now)
        return tuple(sorted(found, key=lambda place: place.channel != partner.channel))

    def _relay(self, channel: str, partner: Partner, due_at: datetime, *, is_own: bool) -> Dispatch:
        """Return the delivery of the arrival's own bytes; with deadlines where the party's system will answer it."""
        notice_at = alarm_at = None
        if is_own and partner.receipts == "system" and self.message.kind is not Kind.APPREC:
            generated = self.message.generated.instant if self.message.generated else None
            base = min(generated or self.arrival.received_at, self.arrival.received_at)
            notice_at = base + self.context.deadlines.notice_after
            alarm_at = base + self.context.deadlines.alarm_after
        return Dispatch(
            channel=channel,
            party=partner.id if is_own else None,
            name=file_name(self.message, self.arrival.id),
            due_at=due_at,
            notice_at=notice_at,
            alarm_at=alarm_at,
        )

    def _receipts(self, replies: Sequence[_Reply]) -> tuple[tuple[Made, ...], tuple[Issued, ...], tuple[Dispatch, ...]]:
        """Return the receipt of each recipient, sent the way the message came; none where they were given before."""
        made: list[Made] = []
        issued: list[Issued] = []
        dispatches: list[Dispatch] = []
        for position, reply in enumerate(() if self.answered else replies):
            recipient = reply.recipient
            written = receipt(
                self.message,
                recipient.party,
                reply.said,
                is_copy=recipient.is_copy,
                received_at=self.arrival.received_at,
                now=self.now,
                answering=self.context.answering,
            )
            issued.append(Issued(recipient=recipient.party.her_id or "", status=reply.said.status, made=position))
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
                    after=reply.after,
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
            draft = question_about(self.message, recipient.party, questions, now=self.now)
            drafts = (
                Made(
                    data=write(draft),
                    message=draft,
                    sender_party=recipient.partner.id if recipient.partner else None,
                    receiver_party=self.sender.id if self.sender else None,
                    state=MessageState.HELD,
                ),
            )
        chore = Chore(
            rule=warnings[0].rule,
            title=f"Warnings: {', '.join(dict.fromkeys(item.rule for item in warnings))}",
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
            return self._doubled_receipt(found, is_positive=answered.is_positive)
        fit = match(answered, sender.id, self.earlier, sendings)
        if fit.outcome is Outcome.STRANGER:
            found.append(finding(rules.REC_02))
        held = next((item for item in reversed(found) if item.severity is Severity.HOLD), None)
        if held is not None and not self.released:
            return self._decision(
                MessageState.HELD, Verdict.HOLD, found, chores=(Chore(rule=held.rule, title=held.text),)
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

    def _doubled_receipt(self, found: list[Finding], *, is_positive: bool) -> Decision:
        """Keep back the receipt of a system for which the adapter answers; a person hears of it where it rejects."""
        said = finding(rules.REC_04 if is_positive else rules.REC_08)
        chore = Chore(rule=said.rule, title=said.text, party=self.sender.id if self.sender else OPERATOR)
        chores = () if is_positive else (chore,)
        return self._decision(MessageState.IGNORED, Verdict.IGNORE, [*found, said], chores=chores)

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
            self._passing_verdict,
            found,
            receiver_party=target.id,
            dispatches=(self._relay(target.channel, target, self.now, is_own=True),),
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


def _unknown(recipient: Recipient) -> Finding:
    return check_rules.MSG_08.finding(Direction.INBOUND, her_id=recipient.party.her_id or "(mangler)")


def _refusals(recipients: Sequence[Recipient], found: Sequence[Finding]) -> list[_Reply]:
    """Return the negative receipts of services that our organisation does not have."""
    return [_Reply(recipient, answer([*found, _unknown(recipient)])) for recipient in recipients]


def _is_answered_here(recipient: Recipient) -> bool:
    return recipient.partner is not None and recipient.partner.receipts == "adapter"


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
