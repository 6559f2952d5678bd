"""What becomes of a mail that was opened, in one transaction: its facts, its message, its answer, and who is told.

A MessageId belongs to the first envelope that was opened, held or refused under it. The same envelope again changes
nothing, and its answer goes once more as it was; another one under the same id is a false duplicate, and a person is
told (HITS 1172, 5.8.2).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog

from adapter.check.finding import Direction, Finding
from adapter.check.rule import Rule
from adapter.flow import transport_rules as rules
from adapter.flow.context import Arrival
from adapter.flow.decision import OPERATOR
from adapter.message.state import EnvelopeState
from adapter.service.courier.hearing import hear, hear_report
from adapter.service.courier.opening import Said
from adapter.service.effects import BY_ITSELF
from adapter.service.witness import statement
from adapter.store.entries import EnvelopeMove, NewEnvelope, NewMessage, NewTask
from adapter.store.facts import EventData
from adapter.store.ledger import Ledger
from adapter.store.rows import EnvelopeRow
from adapter.values import value_class

log = structlog.get_logger(__name__)

_NOTHING: EventData = MappingProxyType({})
#: When an envelope is judged anew whose signer's issuer could not be asked.
ASK_AGAIN = timedelta(hours=1)
#: An answer in these states goes once more only when it is queued again.
_GONE = frozenset({EnvelopeState.SENT, EnvelopeState.ABANDONED})


@value_class
class OpenedMail:
    """A mail as it came, what it says, and what to answer."""

    came: EnvelopeRow
    said: Said
    #: When it was opened.
    at: datetime
    #: None where there is nothing to say, or it cannot be said.
    answer: NewEnvelope | None = None
    #: Why an answer that is due could not be made.
    trouble: Finding | None = None

    @property
    def was_held(self) -> bool:
        """Tell whether it was opened before, and held."""
        return self.came.digest is not None


@value_class(kw_only=False)
class Outcome:
    """What became of a mail."""

    state: EnvelopeState
    #: The message that was inside, to be decided about.
    arrival: Arrival | None = None


def write(ledger: Ledger, mail: OpenedMail, worker: str) -> Outcome:
    """Write down what becomes of a mail; its message is taken up by `worker`."""
    came, said = mail.came, mail.said
    if said.report is not None and (told := hear_report(ledger, said.report, mail.at)) is not None:
        return _ended(ledger, mail, EnvelopeState.SIGNAL, None, told.remarks)
    first = _first(ledger, said)
    if first is not None and first.digest == said.facts.digest:
        return _duplicate(ledger, mail, first)
    if first is not None and said.facts.message_id is not None:
        return _ended(ledger, mail, EnvelopeState.CONFLICT, rules.TRA_02, {"first": first.id})
    if said.state is EnvelopeState.SIGNAL:
        return _signal(ledger, mail)
    _answer(ledger, mail, came)
    if said.document is None:
        return _ended(ledger, mail, said.state, said.rule)
    item = NewMessage(channel=came.channel, source=f"envelope {came.id}", data=said.document)
    (number,) = ledger.receive([item], at=came.at, worker=worker)
    _describe(ledger, mail, EnvelopeState.OPENED, _NOTHING, number)
    arrival = Arrival(id=number, channel=came.channel, data=said.document, received_at=came.at)
    return Outcome(EnvelopeState.OPENED, arrival)


def _signal(ledger: Ledger, mail: OpenedMail) -> Outcome:
    heard = hear(ledger, mail.said, mail.at)
    if heard.is_foreign:
        disowned = replace(mail, said=mail.said.without_id())
        return _ended(ledger, disowned, EnvelopeState.REFUSED, rules.TRA_05, heard.remarks)
    _answer(ledger, mail, mail.came)
    return _ended(ledger, mail, EnvelopeState.SIGNAL, None, heard.remarks)


def put_aside(ledger: Ledger, came: EnvelopeRow, now: datetime) -> Outcome:
    """Put a mail aside that cannot be opened for reasons of ours, without looking at it once more."""
    log.error("A mail is put aside", action="put_aside", envelope=came.id, attempts=came.attempts)
    mail = OpenedMail(came=came, said=Said(state=EnvelopeState.UNREADABLE), at=now)
    return _ended(ledger, mail, EnvelopeState.UNREADABLE, rules.TRA_11)


def _first(ledger: Ledger, said: Said) -> EnvelopeRow | None:
    """Return the envelope that a MessageId belongs to; what nobody signed has none, and signals are not counted."""
    message = said.message
    if message is None or said.facts.digest is None or said.state is EnvelopeState.SIGNAL:
        return None
    return ledger.first_envelope(message.header.message_id) if message.header.message_id else None


def _duplicate(ledger: Ledger, mail: OpenedMail, first: EnvelopeRow) -> Outcome:
    """Let the answer go once more; one that could not be made then is made now."""
    answer = ledger.answers_to([first.id]).get(first.id)
    if answer is None:
        if mail.said.state is first.state:
            _answer(ledger, mail, first)
    elif answer.state in _GONE:
        ledger.move_envelopes([EnvelopeMove(id=answer.id, to=EnvelopeState.QUEUED, due_at=mail.at)], at=mail.at)
    return _ended(ledger, mail, EnvelopeState.DUPLICATE, None, {"first": first.id}, carries=first.carries)


def _answer(ledger: Ledger, mail: OpenedMail, answered: EnvelopeRow) -> None:
    """Queue the answer, or tell the operator why there is none."""
    if mail.answer is not None:
        ledger.add_envelopes([replace(mail.answer, answers=answered.id)], at=mail.at)
    if mail.trouble is not None:
        log.error("An envelope cannot be answered", action="not_answered", envelope=answered.id)
        _tell(ledger, mail.trouble, answered, mail.at)


def _ended(  # noqa: PLR0913 - what is written down of an end
    ledger: Ledger,
    mail: OpenedMail,
    state: EnvelopeState,
    rule: Rule | None,
    remarks: EventData = _NOTHING,
    *,
    carries: int | None = None,
) -> Outcome:
    """Write down that nothing more is to be done with a mail, and tell the operator where a rule says why."""
    if rule is not None:
        codes = ", ".join(refusal.code.value for refusal in mail.said.refusals)
        if not (state is EnvelopeState.HELD and mail.was_held):
            _tell(ledger, rule.finding(Direction.INBOUND, code=codes), mail.came, mail.at)
        remarks = {"rule": rule.id, **remarks}
        log.warning("A mail is not taken", action=f"envelope_{state}", envelope=mail.came.id, rule=rule.id)
    _describe(ledger, mail, state, remarks, carries)
    return Outcome(state)


def _describe(ledger: Ledger, mail: OpenedMail, state: EnvelopeState, remarks: EventData, carries: int | None) -> None:
    said = mail.said
    codes = {"codes": [refusal.code.value for refusal in said.refusals]} if said.refusals else {}
    signed_by = {f"signer_{name}": value for name, value in said.signed_by.items()}
    data = {**said.remarks, **signed_by, **codes, **remarks}
    again = mail.at + ASK_AGAIN if said.may_change else None
    ledger.describe_envelope(mail.came.id, said.facts, to=state, carries=carries, due_at=again, at=mail.at, data=data)
    if mail.was_held and state is EnvelopeState.HELD:
        return
    if mail.was_held:
        for task in ledger.tasks("open", envelope_id=mail.came.id):
            if task.rule == rules.TRA_09.id:
                ledger.close_task(task.id, by=BY_ITSELF, at=mail.at, note="it is not held any more")
    ledger.log([statement(carries, one, envelope=mail.came.id) for one in said.statements], at=mail.at)


def _tell(ledger: Ledger, said: Finding, about: EnvelopeRow, now: datetime) -> None:
    ledger.add_tasks([NewTask(party=OPERATOR, rule=said.rule, title=said.text, envelope_id=about.id)], at=now)
