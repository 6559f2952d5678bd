"""Deadlines on a clock that stands still: each is handled once, in the order they were due, whatever the clock does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapter.flow import follow
from adapter.flow.schedule import OSLO
from adapter.flow.span import Span
from adapter.message.state import DeliveryState, MessageState
from adapter.service import timers
from adapter.store.entries import DeliveryMove, NewDelivery, NewTimer
from adapter.store.rows import TaskRow
from adapter.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)

Receive = Callable[..., int]


def _begin(store: Store, message: int, *rules: tuple[str, datetime]) -> None:
    with store.writing() as ledger:
        ledger.begin([NewTimer(rule=rule, message_id=message, due_at=due_at, party="clinic") for rule, due_at in rules])


def _tasks(store: Store) -> list[TaskRow]:
    with store.reading() as query:
        return query.tasks(None)


def test_a_deadline_that_has_passed_becomes_a_task_of_its_party(store: Store, receive: Receive) -> None:
    message = receive(sender_party="gp")
    _begin(store, message, (follow.ASSESSMENT, NOW + DAY))

    assert timers.fire_due(store, NOW + 2 * DAY) == 1

    (task,) = _tasks(store)
    expected = follow.consequence(follow.ASSESSMENT)
    assert expected is not None
    assert (task.party, task.rule, task.message_id) == ("clinic", expected.rule.id, message)
    assert (task.priority, task.due_at, task.created_at) == (expected.priority, NOW + DAY, NOW + 2 * DAY)


def test_nothing_happens_before_its_time(store: Store, receive: Receive) -> None:
    _begin(store, receive(), (follow.ASSESSMENT, NOW + DAY))

    assert timers.fire_due(store, NOW + DAY - timedelta(microseconds=1)) == 0
    assert _tasks(store) == []
    assert timers.fire_due(store, NOW + DAY) == 1


@pytest.mark.parametrize(
    ("notice", "limit"),
    [
        (follow.ASSESSMENT_NOTICE, follow.ASSESSMENT),
        (follow.NAV_REMINDERS[0], follow.NAV_LIMIT),
        (follow.NAV_REMINDERS[1], follow.NAV_LIMIT),
        (follow.EPIKRISE_NOTICE, follow.EPIKRISE),
    ],
)
def test_what_a_notice_asks_for_is_due_at_the_limit(store: Store, receive: Receive, notice: str, limit: str) -> None:
    _begin(store, receive(), (notice, NOW), (limit, NOW + DAY))

    timers.fire_due(store, NOW)

    assert [task.due_at for task in _tasks(store)] == [NOW + DAY]


def test_a_long_stop_is_made_up_for_once_and_in_order(store: Store, receive: Receive) -> None:
    first, second = receive(), receive()
    _begin(store, second, (follow.SUPPLEMENT, NOW + 2 * DAY))
    _begin(
        store, first, (follow.ASSESSMENT, NOW + 3 * DAY), (follow.ASSESSMENT_NOTICE, NOW), (follow.EPIKRISE, NOW + DAY)
    )

    assert timers.fire_due(store, NOW + 300 * DAY) == 4
    assert timers.fire_due(store, NOW + 300 * DAY) == 0

    fired = [follow.ASSESSMENT_NOTICE, follow.EPIKRISE, follow.SUPPLEMENT, follow.ASSESSMENT]
    # the notice of an assessment that is too late already asks for nothing
    expected = [follow.consequence(rule) for rule in fired[1:]]
    assert [task.rule for task in _tasks(store)] == [found.rule.id for found in expected if found]
    with store.reading() as query:
        told = [event.data["rule"] for event in query.events() if event.name == "timer_fired"]
    assert told == fired


def test_more_than_one_transaction_can_hold_are_all_handled(
    store: Store, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "BATCH", 2)
    message = receive()
    _begin(store, message, *((follow.ASSESSMENT, NOW + number * DAY) for number in range(5)))

    assert timers.fire_due(store, NOW + 10 * DAY) == 5
    assert len(_tasks(store)) == 5


def test_a_clock_that_is_set_back_fires_nothing_twice(store: Store, receive: Receive) -> None:
    _begin(store, receive(), (follow.ASSESSMENT_NOTICE, NOW), (follow.ASSESSMENT, NOW + DAY))

    assert [timers.fire_due(store, now) for now in (NOW, NOW - 3 * DAY, NOW, NOW + DAY)] == [1, 0, 0, 1]
    assert len(_tasks(store)) == 2


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # the clocks go forward on 29 March, and Easter takes 2, 3 and 6 April
        (datetime(2026, 3, 27, 12, tzinfo=OSLO), datetime(2026, 4, 15, 12, tzinfo=OSLO)),
        # and back on 25 October
        (datetime(2026, 10, 23, 12, tzinfo=OSLO), datetime(2026, 11, 6, 12, tzinfo=OSLO)),
    ],
)
def test_a_change_of_the_clocks_leaves_a_deadline_on_its_hour(
    store: Store, receive: Receive, received: datetime, due: datetime
) -> None:
    _begin(store, receive(), (follow.ASSESSMENT, Span(10, "working days").after(received)))

    assert timers.fire_due(store, (due - timedelta(seconds=1)).astimezone(UTC)) == 0
    assert timers.fire_due(store, due.astimezone(UTC)) == 1


def test_a_message_that_nobody_unparked_becomes_a_matter_for_a_person(store: Store, receive: Receive) -> None:
    message = receive(MessageState.PARKED)
    _begin(store, message, (follow.PARK, NOW))

    timers.fire_due(store, NOW)

    with store.reading() as query:
        assert query.states_of([message]) == {message: MessageState.HELD}
    (task,) = _tasks(store)
    assert (task.party, task.message_id) == ("clinic", message)


def test_a_message_that_is_parked_no_more_is_left_alone(store: Store, receive: Receive) -> None:
    message = receive(MessageState.ACCEPTED)
    _begin(store, message, (follow.PARK, NOW))

    assert timers.fire_due(store, NOW) == 1

    with store.reading() as query:
        assert query.states_of([message]) == {message: MessageState.ACCEPTED}
    assert _tasks(store) == []


def test_a_task_ends_with_what_its_deadline_would_have_ended_with(store: Store, receive: Receive) -> None:
    referral, status = receive(), receive()
    _begin(store, referral, (follow.ASSESSMENT, NOW))
    with store.writing() as ledger:
        ledger.end_with(referral, {follow.ASSESSMENT}, status)

    timers.fire_due(store, NOW)
    assert [task.state for task in _tasks(store)] == ["open"]
    with store.writing() as ledger:
        ledger.answer([status], positive=True, by="adapter", at=NOW)

    assert [task.state for task in _tasks(store)] == ["done"]


def test_a_missing_receipt_is_told_to_the_sender_s_people(store: Store, receive: Receive) -> None:
    message = receive(sender_party="gp")
    until = follow.ReceiptDeadlines(NOW, NOW + DAY)
    with store.writing() as ledger:
        (delivery,) = ledger.add_deliveries(
            [NewDelivery(message_id=message, for_message_id=message, channel="nav", party="nav", name="a")], at=NOW
        )
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.SENT)], at=NOW)
        ledger.add_timers(timers.receipt_timers(until, message, delivery, "gp"))

    assert [timers.fire_due(store, at) for at in (NOW, NOW + DAY)] == [1, 1]

    assert [(task.party, task.rule) for task in _tasks(store)] == [("gp", "REC-06"), ("gp", "REC-07")]
    with store.reading() as query:
        assert query.delivery(delivery).state is DeliveryState.OVERDUE  # type: ignore[union-attr]  # it is there


def test_after_a_long_stop_people_hear_of_the_limit_only(store: Store, receive: Receive) -> None:
    """Each delivery has its own: one that is late says nothing of another that has time left."""
    message = receive(sender_party="gp")
    with store.writing() as ledger:
        for party, until in (("nav", NOW + DAY), ("clinic", NOW + 9 * DAY)):
            new = NewDelivery(message_id=message, for_message_id=message, channel=party, party=party, name="a")
            (delivery,) = ledger.add_deliveries([new], at=NOW)
            ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.SENT)], at=NOW)
            ledger.add_timers(timers.receipt_timers(follow.ReceiptDeadlines(NOW, until), message, delivery, party))

    assert timers.fire_due(store, NOW + 2 * DAY) == 3

    told = [(task.party, task.rule, task.due_at) for task in _tasks(store)]
    assert told == [("clinic", "REC-06", NOW + 9 * DAY), ("nav", "REC-07", NOW + DAY)]


def test_no_receipt_is_waited_for_where_none_is_due() -> None:
    assert timers.receipt_timers(None, 1, 1, "gp") == []
