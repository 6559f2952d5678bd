"""What the store has to do is handed out once, and asked for again when there may be more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.service.backlog import Backlog
from adapter.service.rounds import Rounds
from adapter.service.troubles import Troubles
from adapter.service.worker import Deliver, Reopen, Resume, SendDue, Ship
from adapter.store.entries import EnvelopeMove, NewDelivery, NewEnvelope
from adapter.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Receive = Callable[..., int]


@pytest.fixture
def rounds() -> Rounds:
    return Rounds(("edi", "other"), Troubles())


@pytest.fixture
def backlog(store: Store, rounds: Rounds) -> Backlog:
    return Backlog(store, rounds, lambda: NOW)


@pytest.fixture
def queue(store: Store, receive: Receive) -> Callable[..., int]:
    """Put a delivery to a channel into the queue."""

    def run(channel: str) -> int:
        message = receive()
        with store.writing() as ledger:
            new = NewDelivery(
                message_id=message, for_message_id=message, channel=channel, party="clinic", name="a.xml", due_at=NOW
            )
            (number,) = ledger.add_deliveries([new], at=NOW)
        return number

    return run


def envelope(store: Store, **facts: Any) -> int:
    new = NewEnvelope(data=b"mail", channel="edi", due_at=NOW, **facts)
    with store.writing() as ledger:
        if new.direction == "in":
            (number,) = ledger.receive_envelopes([new], at=NOW)
        else:
            (number,) = ledger.add_envelopes([new], at=NOW)
    return number


def numbers(task: object) -> list[int]:
    assert isinstance(task, Deliver | Ship)
    return [row.id for row in task.rows]


def test_what_a_worker_has_in_hand_is_given_to_nobody_else(backlog: Backlog, queue: Callable[..., int]) -> None:
    number = queue("clinic")
    task = backlog.next()
    assert numbers(task) == [number]
    backlog.look_for_deliveries()
    assert backlog.next() is None

    assert isinstance(task, Deliver)
    backlog.ended(task)

    assert numbers(backlog.next()) == [number]


def test_the_store_is_asked_only_when_there_may_be_something(backlog: Backlog, queue: Callable[..., int]) -> None:
    assert backlog.next() is None
    assert backlog.is_done
    queue("clinic")
    assert backlog.next() is None

    backlog.look_for_deliveries()

    assert isinstance(backlog.next(), Deliver)


def test_one_worker_at_a_time_sends_by_a_mail_channel(
    backlog: Backlog, rounds: Rounds, queue: Callable[..., int]
) -> None:
    first, other, folder = queue("edi"), queue("other"), queue("clinic")

    handed = [backlog.next() for _ in range(3)]
    assert [numbers(task) for task in handed] == [[folder], [first], [other]]
    later = queue("edi")
    backlog.look_for_deliveries()
    assert backlog.next() is None

    assert isinstance(handed[1], Ship)
    backlog.ended(handed[1])
    assert numbers(backlog.next()) == [first, later]
    assert all(rounds.is_sent_from(name) for name in rounds.channels)


def test_what_a_mail_channel_says_by_itself_goes_before_its_deliveries(
    store: Store, backlog: Backlog, queue: Callable[..., int]
) -> None:
    envelope(store, direction="out", state=EnvelopeState.QUEUED, address="klinikk@edi.example")
    number = queue("edi")

    first = backlog.next()
    assert first == SendDue("edi")
    backlog.ended(SendDue("edi"))
    with store.writing() as ledger:
        (row,) = ledger.due_envelopes("edi", NOW, 10)
        ledger.move_envelopes([EnvelopeMove(id=row.id, to=EnvelopeState.SENDING)], at=NOW)

    assert numbers(backlog.next()) == [number]


def test_hundreds_of_envelopes_that_are_due_keep_nothing_else_waiting(
    store: Store, backlog: Backlog, receive: Receive, queue: Callable[..., int]
) -> None:
    for channel in ("edi", "other"):
        storm = [
            NewEnvelope(data=b"mail", channel=channel, direction="out", state=EnvelopeState.QUEUED, due_at=NOW)
            for _ in range(300)
        ]
        with store.writing() as ledger:
            ledger.add_envelopes(storm, at=NOW)
    folder, mails = queue("clinic"), {"edi": queue("edi"), "other": queue("other")}
    message = receive(MessageState.RECEIVED)

    handed = []
    for _ in range(6):
        task = backlog.next()
        assert task is not None
        handed.append(task)
        if isinstance(task, SendDue | Ship):
            backlog.ended(task)

    assert [numbers(task) for task in handed if isinstance(task, Deliver)] == [[folder]]
    assert [task for task in handed if isinstance(task, Resume)] == [Resume((message,))]
    sent = [task for task in handed if isinstance(task, SendDue | Ship)]
    assert [(type(task), task.channel) for task in sent] == [
        (SendDue, "edi"),
        (SendDue, "other"),
        (Ship, "edi"),
        (Ship, "other"),
    ]
    assert [numbers(task) for task in sent[2:]] == [[mails["edi"]], [mails["other"]]]


def test_messages_and_mails_that_a_crash_has_left_are_taken_up(
    store: Store, backlog: Backlog, receive: Receive
) -> None:
    message = receive(MessageState.RECEIVED)
    mail = envelope(store, direction="in", state=EnvelopeState.RECEIVED)

    tasks = [backlog.next(), backlog.next()]
    assert tasks == [Resume((message,)), Reopen((mail,))]
    backlog.look_for_messages()
    assert backlog.next() is None

    for task in (Resume((message,)), Reopen((mail,))):
        backlog.ended(task)
        assert backlog.next() == task


def test_a_delivery_that_is_not_due_waits(store: Store, backlog: Backlog, receive: Receive) -> None:
    message = receive()
    with store.writing() as ledger:
        new = NewDelivery(
            message_id=message,
            for_message_id=message,
            channel="edi",
            party="clinic",
            name="a.xml",
            state=DeliveryState.QUEUED,
            due_at=NOW.replace(hour=10),
        )
        ledger.add_deliveries([new], at=NOW)

    assert backlog.next() is None


def test_messages_are_undecided_until_the_task_about_them_has_ended(store: Store, receive: Receive) -> None:
    backlog = Backlog(store, Rounds((), Troubles()), lambda: NOW)
    assert not backlog.has_undecided()

    message = receive(MessageState.RECEIVED)
    assert backlog.has_undecided()

    task = backlog.next()
    assert task == Resume((message,))
    with store.writing() as ledger:
        ledger.take([message], "worker-1")
    assert backlog.has_undecided()

    backlog.ended(task)
    assert not backlog.has_undecided()


def test_mails_are_undecided_where_mail_is_read(store: Store, backlog: Backlog) -> None:
    mail = envelope(store, direction="in", state=EnvelopeState.RECEIVED)

    assert backlog.has_undecided()
    assert not Backlog(store, Rounds((), Troubles()), lambda: NOW).has_undecided()

    while (task := backlog.next()) != Reopen((mail,)):
        assert task is not None
    with store.writing() as ledger:
        ledger.take_envelopes([mail], "worker-1")
    assert backlog.has_undecided()
    backlog.ended(task)
    assert not backlog.has_undecided()
