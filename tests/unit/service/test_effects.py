"""What a decision begins, ends, hastens and frees is written down with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapter.flow.decision import Ending, Urging, Watch
from adapter.flow.follow import PARK
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.service import effects
from adapter.store.entries import DeliveryMove, EnvelopeMove, NewDelivery, NewEnvelope, NewTask, NewTimer
from adapter.store.rows import TaskRow, TimerRow
from adapter.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=10)
MATTER = frozenset({"assessment", "TIM-01"})

Receive = Callable[..., int]


def _agenda(store: Store) -> tuple[list[TimerRow], list[TaskRow]]:
    with store.reading() as query:
        return query.timers(), query.tasks(None)


def test_a_watch_is_about_the_message_itself_or_the_one_it_names(store: Store, receive: Receive) -> None:
    earlier, message = receive(), receive()
    with store.writing() as ledger:
        watches = [
            Watch(rule="assessment", due_at=LATER, party="clinic"),
            Watch(rule="supplement", due_at=LATER, party="clinic", about=earlier),
        ]
        assert effects.write(ledger, message, watches=watches, now=NOW) == 0

    timers, _ = _agenda(store)
    assert [(row.rule, row.message_id, row.due_at, row.party) for row in timers] == [
        ("assessment", message, LATER, "clinic"),
        ("supplement", earlier, LATER, "clinic"),
    ]


def test_what_a_message_ends_ends_before_what_it_begins(store: Store, receive: Receive) -> None:
    referral, change = receive(), receive()
    with store.writing() as ledger:
        ledger.add_timers([NewTimer(rule="assessment", message_id=referral, due_at=NOW)])
        ledger.add_tasks([NewTask(party="clinic", rule="TIM-01", title="Look", message_id=referral)], at=NOW)
        effects.write(
            ledger,
            change,
            endings=[Ending(about=referral, rules=MATTER)],
            watches=[Watch(rule="assessment", due_at=LATER, about=referral)],
            now=NOW,
        )

    timers, (task,) = _agenda(store)
    assert [row.state for row in timers] == ["stopped", "running"]
    assert (task.state, task.closed_by, task.note) == ("done", "adapter", f"ended by message {change}")


def test_what_ends_upon_a_receipt_ends_when_it_is_positive(store: Store, receive: Receive) -> None:
    referral, status = receive(), receive()
    with store.writing() as ledger:
        ledger.add_timers([NewTimer(rule="assessment", message_id=referral, due_at=LATER)])
        ending = Ending(about=referral, rules=MATTER, upon_receipt=True)
        effects.write(ledger, status, endings=[ending], now=NOW)
        assert [row.state for row in ledger.timers()] == ["running"]

        effects.answered(ledger, [status], [], NOW)

        assert [row.state for row in ledger.timers()] == ["stopped"]


def test_what_ends_upon_a_receipt_goes_on_when_it_is_negative(store: Store, receive: Receive) -> None:
    referral, status = receive(), receive()
    with store.writing() as ledger:
        ledger.add_timers([NewTimer(rule="assessment", message_id=referral, due_at=LATER)])
        ending = Ending(about=referral, rules=MATTER, upon_receipt=True)
        effects.write(ledger, status, endings=[ending], now=NOW)

        effects.answered(ledger, [], [status], NOW)

        assert [(row.state, row.ends_with) for row in ledger.timers()] == [("running", None)]


def test_a_reminder_makes_the_open_task_more_urgent(store: Store, receive: Receive) -> None:
    request, reminder = receive(), receive()
    with store.writing() as ledger:
        ledger.add_tasks([NewTask(party="gp", rule="NAV-01", title="Answer", message_id=request)], at=NOW)
        effects.write(ledger, reminder, urgings=[Urging(about=request, rule="NAV-01", priority=1)], now=NOW)

    _, (task,) = _agenda(store)
    assert task.priority == 1


def test_a_parked_message_is_free_again_and_no_longer_watched(store: Store, receive: Receive) -> None:
    parked, awaited = receive(MessageState.PARKED), receive()
    with store.writing() as ledger:
        ledger.add_timers([NewTimer(rule=PARK, message_id=parked, due_at=LATER)])
        assert effects.write(ledger, awaited, unparked=[parked], now=NOW) == 1

        assert ledger.received(10) == [parked]
        assert [row.state for row in ledger.timers()] == ["stopped"]
        assert ledger.events(parked)[-1].data == {"because_of": awaited}


def test_a_message_that_a_person_has_released_meanwhile_is_not_taken_up_again(store: Store, receive: Receive) -> None:
    released, awaited = receive(MessageState.ACCEPTED), receive()
    with store.writing() as ledger:
        assert effects.write(ledger, awaited, unparked=[released], now=NOW) == 0

        assert ledger.states_of([released]) == {released: MessageState.ACCEPTED}


@pytest.mark.parametrize(("state", "again"), [(DeliveryState.SENT, True), (DeliveryState.ACKNOWLEDGED, False)])
def test_the_receipt_of_a_message_that_came_twice_goes_again_unless_it_is_acknowledged(
    store: Store, receive: Receive, state: DeliveryState, *, again: bool
) -> None:
    """Rule MSG-09: who sends a message again may have missed its receipt."""
    message, receipt = receive(), receive(data=b"<receipt/>")
    with store.writing() as ledger:
        new = NewDelivery(
            message_id=receipt, for_message_id=message, channel="edi", party="referrer", name="a.xml", is_reliable=True
        )
        (number,) = ledger.add_deliveries([new], at=NOW)
        moves = [DeliveryMove(id=number, to=to) for to in (DeliveryState.SENDING, DeliveryState.SENT)]
        ledger.move_deliveries(moves, at=NOW)
        mail = NewEnvelope(
            direction="out", channel="edi", data=b"mail", state=EnvelopeState.SENDING, delivery_id=number, due_at=LATER
        )
        (envelope,) = ledger.add_envelopes([mail], at=NOW)
        ledger.move_envelopes([EnvelopeMove(id=envelope, to=EnvelopeState.SENT)], at=NOW)
        if state is DeliveryState.ACKNOWLEDGED:
            ledger.move_envelopes([EnvelopeMove(id=envelope, to=EnvelopeState.ACKNOWLEDGED)], at=NOW)
            ledger.move_deliveries([DeliveryMove(id=number, to=state)], at=NOW)

        effects.answer_again(ledger, [message], NOW)

        assert [row.id for row in ledger.due_envelopes("edi", NOW, 10)] == [envelope] * again
