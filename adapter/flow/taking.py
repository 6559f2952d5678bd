"""The decision about a message that wants an answer: whom it is for, what its sender is told, and what people do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapter.check import rules as check_rules
from adapter.check.base import is_emergency
from adapter.check.finding import Direction, Finding, Severity, Verdict
from adapter.flow import rules
from adapter.flow.addressing import Recipient, Standing, recipients_of
from adapter.flow.answer import OK, Answer, answer, receipt
from adapter.flow.conversation import Effects, Turn, clocks, consequences, judge, turn_of
from adapter.flow.conversation_rules import FOR_THE_SENDER
from adapter.flow.decision import OPERATOR, Chore, Decision, Dispatch, Ending, Issued, Made, Watch
from adapter.flow.drafts.frame import Writing
from adapter.flow.drafts.nav import answer as written_answer
from adapter.flow.drafts.nav import is_written_request
from adapter.flow.drafts.question import question, wording_for
from adapter.flow.follow import AS_USUAL, AT_ONCE, PARK
from adapter.flow.matter import Matter, finding
from adapter.flow.preflight import Preflight, preflight
from adapter.flow.routing import Destination, Transmission, destinations, file_name
from adapter.message.message import Message
from adapter.message.state import MessageState
from adapter.partner.register import Partner
from adapter.values import value_class
from adapter.wire import write

NAV = "nav"


@value_class(kw_only=False)
class _Reply:
    """What one recipient answers."""

    recipient: Recipient
    said: Answer
    #: Position of the delivery that must be done first.
    after: int | None = None


class Taking(Matter):
    """A message for somebody, who answers it."""

    __slots__ = ()

    def take(self) -> Decision:
        """Decide about a message that wants an answer; what its own sender should not have sent is held back."""
        flight = self._preflight()
        if flight is None:
            return self._receive()
        if flight.stops(released=self.released):
            decision = self.decision(
                MessageState.HELD, Verdict.HOLD, flight.findings, chores=flight.chores(self.sender, is_sent=False)
            )
            # nobody has taken it over: corrected and sent again, it is new
            return replace(decision, references=())
        decision = self._receive()
        if not self.released:
            is_sent = decision.state is MessageState.ACCEPTED
            remarks = flight.chores(self.sender, is_sent=True) if is_sent else ()
            return replace(decision, chores=(*decision.chores, *remarks))
        overridden = flight.stops(released=False)
        # its task said that it was not sent
        over = Ending(about=self.arrival.id, rules=frozenset(found.rule for found in overridden))
        return replace(decision, findings=(*decision.findings, *overridden), endings=(*decision.endings, over))

    def _preflight(self) -> Preflight | None:
        """Return what the sender's own checks say; None where it wants none, or nobody here is the receiver."""
        if self.as_sent is None:
            return None
        known = [item.partner for item in recipients_of(self.message, self.context.register) if item.partner]
        if not known:
            return None
        return preflight(
            self.message,
            self.as_sent,
            receiver=known[0],
            earlier=self.earlier,
            sendings=self.sendings,
            context=self.context,
        )

    def _receive(self) -> Decision:
        """Decide to whom a message goes, and what its sender is told."""
        recipients = recipients_of(self.message, self.context.register)
        # what a person lets go on need not be addressed better
        served = {Standing.KNOWN, Standing.INCOMPLETE} if self.released else {Standing.KNOWN}
        ours = [recipient for recipient in recipients if recipient.standing in served]
        unknown = [recipient for recipient in recipients if recipient.standing not in served | {Standing.FOREIGN}]
        redirected = unknown if self._fallback else []
        ours += [
            replace(recipient, standing=Standing.KNOWN, partner=recipient.partner or self._fallback)
            for recipient in redirected
        ]
        unknown = unknown[len(redirected) :]
        # a copy is for information: what is asked and owed is between the others
        turn = self._turn(next((recipient for recipient in ours if not recipient.is_copy), None))
        judged = judge(turn)
        found = [*self.report.findings, *judged.findings]
        found += [replace(_unknown(recipient), severity=Severity.WARN, apprec=None) for recipient in redirected[:1]]
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
        if not self.released:
            if judged.waits and not _must_be_held(self.report.findings):
                return self._park(found, ours, refusals)
            if _must_be_held(found):
                return self._hold(found, ours, refusals, turn)
        return self._accept(found, ours, refusals, turn)

    @property
    def _fallback(self) -> Partner | None:
        """Return the party that gets what is for a service which our organisation does not have."""
        name = self.context.answering.fallback
        return self.context.register.by_id(name) if name else None

    @property
    def _leaves_unknown_services_to_people(self) -> bool:
        # NAV stops writing to a doctor after one E21 (domain-rules A.5)
        from_nav = self.sender is not None and self.sender.role == NAV
        return self.context.answering.unknown_service == "hold" or from_nav

    def _turn(self, recipient: Recipient | None) -> Turn:
        """Return the message's turn in its conversation, with the party it is for."""
        return turn_of(
            self.message,
            earlier=self.earlier,
            sender=self.sender,
            receiver=recipient.partner if recipient else None,
            context=self.context,
            now=self.arrival.received_at,
            answered_here=recipient is not None and _is_answered_here(recipient),
            sendings=self.sendings,
        )

    def _foreign(self, found: list[Finding], recipients: tuple[Recipient, ...]) -> Decision:
        """Put aside what is for somebody else. It claims no id: sent again once the register is right, it is new."""
        if self.context.answering.foreign_organisation == "E21" and recipients:
            return self._reject([*found, _unknown(recipients[0])], _refusals(recipients[:1], ()))
        said = finding(check_rules.MSG_07)
        decision = self.decision(
            MessageState.QUARANTINED,
            Verdict.QUARANTINE,
            [*found, said],
            chores=(Chore.about(said),),
        )
        return replace(decision, references=())

    def _unknown_service(self, found: list[Finding], unknown: Recipient, refusals: list[_Reply]) -> Decision:
        said = _unknown(unknown)
        if refusals:
            return self._reject([*found, said], refusals)
        said = replace(said, severity=Severity.HOLD, apprec=None)
        return self.decision(MessageState.HELD, Verdict.HOLD, [*found, said], chores=(Chore.about(said),))

    def _reject(self, found: list[Finding], replies: list[_Reply]) -> Decision:
        made, issued, dispatches = self._receipts(replies)
        return self.decision(
            MessageState.REJECTED, Verdict.REJECT, found, made=made, issued=issued, dispatches=dispatches
        )

    def _hold(self, found: list[Finding], ours: list[Recipient], refusals: list[_Reply], turn: Turn) -> Decision:
        """Hold for a person. The sender has its positive receipt at once: the message is safe and will be read."""
        made, issued, dispatches = self._positive(ours, refusals)
        reason = next(item for item in found if item.severity is Severity.HOLD)
        # an emergency cannot wait until somebody looks at the list (domain rules, scenario 9b)
        priority = AT_ONCE if is_emergency(self.message) else AS_USUAL
        party = turn.from_id if reason.rule in FOR_THE_SENDER else ours[0].partner.id if ours[0].partner else OPERATOR
        return self.decision(
            MessageState.HELD,
            Verdict.HOLD,
            found,
            made=made,
            issued=issued,
            dispatches=dispatches,
            chores=(replace(Chore.about(reason, party), priority=priority),),
            effects=clocks(turn),
        )

    def _park(self, found: list[Finding], ours: list[Recipient], refusals: list[_Reply]) -> Decision:
        """Keep what came too early until what it is about comes, or a person must decide."""
        made, issued, dispatches = self._positive(ours, refusals)
        until = self.context.timers.park.after(self.arrival.received_at)
        party = ours[0].partner.id if ours[0].partner else OPERATOR
        return self.decision(
            MessageState.PARKED,
            Verdict.HOLD,
            found,
            made=made,
            issued=issued,
            dispatches=dispatches,
            effects=Effects(watches=(Watch(rule=PARK, due_at=until, party=party),)),
        )

    def _positive(
        self, ours: list[Recipient], refusals: list[_Reply]
    ) -> tuple[tuple[Made, ...], tuple[Issued, ...], tuple[Dispatch, ...]]:
        """Return the positive receipts of a message that is kept, for those the adapter answers for."""
        positive = [_Reply(recipient, Answer(OK)) for recipient in ours if _is_answered_here(recipient)]
        return self._receipts([*positive, *refusals])

    def _accept(self, found: list[Finding], ours: list[Recipient], refusals: list[_Reply], turn: Turn) -> Decision:
        plans = [(recipient, partner, self._places(partner)) for recipient in ours if (partner := recipient.partner)]
        if not self.released and any(place.is_held for _, _, places in plans for place in places):
            return self._hold([*found, finding(rules.RTE_01)], ours, refusals, turn)
        relays: dict[tuple[str, str], Dispatch] = {}
        # where the parties themselves have it first: their systems answer, and receipts wait for that
        for is_own in (True, False):
            for _, partner, places in plans:
                for place in places[:1] if is_own else places[1:]:
                    relay = self.relay(place.channel, partner, place.due_at, is_own=is_own)
                    relays.setdefault(self.context.delivery_key(place.channel, relay.party), relay)
        order = list(relays)
        replies = [
            _Reply(recipient, Answer(OK), after=order.index(self.context.delivery_key(places[0].channel, partner.id)))
            for recipient, partner, places in plans
            if places and _is_answered_here(recipient)
        ]
        made, issued, receipts = self._receipts([*replies, *refusals])
        chores, drafts = self._chores(found, ours[0], len(made))
        effects, answers = self._with_answer(consequences(turn), ours[0], len(made) + len(drafts))
        return self.decision(
            MessageState.ACCEPTED,
            self.passing_verdict,
            found,
            made=(*made, *drafts, *answers),
            issued=issued,
            dispatches=(*relays.values(), *receipts),
            chores=chores,
            effects=effects,
        )

    def _places(self, partner: Partner) -> tuple[Destination, ...]:
        """Return where a message for a party goes, its own channel first, or what a route has in place of it."""
        transmission = Transmission(self.message, self.sender, partner, self.report.tags)
        found = destinations(transmission, self.context, self.now)
        return tuple(sorted(found, key=lambda place: place.channel != partner.channel))

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
        """Return the task that warnings give the receiving party, with the question to the referrer as a draft.

        Who has a copy asks nothing: that is for the receiver to do.
        """
        warnings = [item for item in found if item.severity is Severity.WARN]
        if not warnings or self.released:
            return (), ()
        asking = [item for item in warnings if item.question and not recipient.is_copy]
        drafts: tuple[Made, ...] = ()
        if asking and self.message.msg_id:
            wording = wording_for(asking[0].rule, recipient.partner.profiles if recipient.partner else ())
            questions = [item.question for item in asking if item.question]
            drafts = (self._draft(question(self._writing(recipient), questions, wording), recipient),)
        chore = Chore(
            rule=warnings[0].rule,
            title=" ".join(dict.fromkeys(f"{item.rule}: {item.text}" for item in warnings)),
            party=recipient.partner.id if recipient.partner else OPERATOR,
            draft=offset if drafts else None,
        )
        return (chore,), drafts

    def _with_answer(self, effects: Effects, recipient: Recipient, offset: int) -> tuple[Effects, tuple[Made, ...]]:
        """Return what follows, with the answer as a draft at the task that NAV's request gives; a person writes it."""
        is_request = self.sender is not None and self.sender.role == NAV and is_written_request(self.message)
        if not is_request or not effects.chores or not self.message.msg_id:
            return effects, ()
        task, *others = effects.chores
        draft = self._draft(written_answer(self._writing(recipient)), recipient)
        return replace(effects, chores=(replace(task, draft=offset), *others)), (draft,)

    def _writing(self, recipient: Recipient) -> Writing:
        author = recipient.partner.contact if recipient.partner else None
        return Writing(about=self.message, sender=recipient.party, author=author, now=self.now)

    def _draft(self, draft: Message, recipient: Recipient) -> Made:
        return Made(
            data=write(draft),
            message=draft,
            sender_party=recipient.partner.id if recipient.partner else None,
            receiver_party=self.sender.id if self.sender else None,
            state=MessageState.HELD,
        )


def _must_be_held(found: Sequence[Finding]) -> bool:
    return any(item.severity is Severity.HOLD for item in found)


def _unknown(recipient: Recipient) -> Finding:
    rule = check_rules.MSG_08_LEVEL if recipient.standing is Standing.INCOMPLETE else check_rules.MSG_08
    return rule.finding(Direction.INBOUND, her_id=recipient.party.her_id or "(mangler)")


def _refusals(recipients: Sequence[Recipient], found: Sequence[Finding]) -> list[_Reply]:
    """Return the negative receipts of services that our organisation does not have."""
    return [_Reply(recipient, answer([*found, _unknown(recipient)])) for recipient in recipients]


def _is_answered_here(recipient: Recipient) -> bool:
    return recipient.partner is not None and recipient.partner.receipts == "adapter"
