"""What is to be done and until when: begun once, ended by what ends it, urged instead of doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from adapter.errors import StoreError
from adapter.store import NewTask, NewTimer, Store
from adapter.store.ledger import Ledger

HOUR = timedelta(hours=1)
MATTER = frozenset({"assessment", "TIM-01"})


def _timer(ledger: Ledger, message: int, at: datetime, rule: str = "assessment") -> int:
    (number,) = ledger.add_timers([NewTimer(rule=rule, message_id=message, due_at=at, party="clinic")])
    return number


def _task(ledger: Ledger, message: int | None, at: datetime, rule: str = "TIM-01", **more: object) -> int:
    (number,) = ledger.add_tasks(
        [NewTask(party="clinic", rule=rule, title="Look", message_id=message, **more)],  # type: ignore[arg-type]  # any field
        at=at,
    )
    return number


def _states(ledger: Ledger) -> tuple[list[str], list[str]]:
    return [row.state for row in ledger.timers()], [row.state for row in ledger.tasks(None)]


def test_a_due_timer_fires_once(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    message_id = receive()
    with store.writing() as ledger:
        soon, late = ledger.add_timers(
            [
                NewTimer(rule="apprec-24h", message_id=message_id, due_at=now),
                NewTimer(rule="apprec-96h", message_id=message_id, due_at=now + HOUR),
            ]
        )
        assert [timer.id for timer in ledger.due_timers(now, 10)] == [soon]
        ledger.fire_timers([soon], at=now)
        assert ledger.due_timers(now, 10) == []
        assert ledger.events(message_id)[-1].data == {"timer": soon, "rule": "apprec-24h"}

    with store.reading() as query:
        assert [(timer.id, timer.state, timer.fired_at) for timer in query.timers(message_id=message_id)] == [
            (soon, "fired", now),
            (late, "running", None),
        ]
    with pytest.raises(StoreError, match="not running"), store.writing() as ledger:
        ledger.fire_timers([soon], at=now)


def test_timers_stop_by_message_delivery_and_rule(
    store: Store, now: datetime, receive: Callable[..., int], deliver: Callable[..., int]
) -> None:
    message_id, delivery_id = receive(), deliver()
    with store.writing() as ledger:
        ids = ledger.add_timers(
            [
                NewTimer(rule="a", message_id=message_id, due_at=now),
                NewTimer(rule="b", message_id=message_id, due_at=now),
                NewTimer(rule="a", message_id=message_id, delivery_id=delivery_id, due_at=now),
            ]
        )

        assert ledger.stop_timers([message_id], ["b"]) == 1
        assert ledger.stop_timers(delivery_ids=[delivery_id]) == 1
        assert ledger.stop_timers([message_id]) == 1
        assert ledger.stop_timers([message_id]) == 0
        assert [timer.id for timer in ledger.timers(state="stopped")] == ids


def test_a_task_is_opened_closed_and_opened_again(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    message_id, draft_id = receive(), receive()
    task = NewTask(
        party="clinic",
        rule="AMO-04",
        title="Sykmeldingsstatus mangler",
        message_id=message_id,
        draft_message_id=draft_id,
        due_at=now + HOUR,
        note="utkast",
    )
    with store.writing() as ledger:
        (task_id,) = ledger.add_tasks([task], at=now)
        row = ledger.task(task_id)
        assert (row.state, row.created_at, row.due_at, row.note) == ("open", now, now + HOUR, "utkast")
        assert (row.party, row.rule, row.title) == ("clinic", "AMO-04", "Sykmeldingsstatus mangler")
        assert (row.message_id, row.draft_message_id) == (message_id, draft_id)

        ledger.close_task(task_id, by="kari", at=now + HOUR)
        row = ledger.task(task_id)
        assert (row.state, row.closed_by, row.closed_at, row.note) == ("done", "kari", now + HOUR, "utkast")

        ledger.reopen_task(task_id, by="kari", at=now)
        row = ledger.task(task_id)
        assert (row.state, row.closed_by, row.closed_at, row.note) == ("open", None, None, "utkast")

        ledger.close_task(task_id, by="kari", note="ringt", at=now)
        assert ledger.task(task_id).note == "ringt"
        assert [event.name for event in ledger.events(message_id)[1:]] == [
            "task_opened",
            "task_closed",
            "task_reopened",
            "task_closed",
        ]
        assert [event.data.get("by") for event in ledger.task_events(row)] == [None, "kari", "kari", "kari"]
        # What a person wrote is no business of a log that cannot be erased.
        assert all("ringt" not in str(event.data) for event in ledger.events(message_id))


def test_only_an_open_task_is_closed_and_only_a_closed_one_opened(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        (task_id,) = ledger.add_tasks([NewTask(party="clinic", rule="R", title="T")], at=now)
        with pytest.raises(StoreError, match="no closed task"):
            ledger.reopen_task(task_id, by="kari", at=now)
        ledger.close_task(task_id, by="kari", at=now)
        with pytest.raises(StoreError, match="no open task"):
            ledger.close_task(task_id, by="kari", at=now)
        with pytest.raises(StoreError, match="no open task"):
            ledger.close_task(404, by="kari", at=now)


def test_a_deadline_knows_whose_it_is(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    message = receive()
    with store.writing() as ledger:
        _timer(ledger, message, now)

        (row,) = ledger.timers()
        assert (row.party, row.ends_with) == ("clinic", None)


def test_a_deadline_that_is_begun_again_is_the_same_one(
    store: Store, now: datetime, receive: Callable[..., int]
) -> None:
    first, second = receive(), receive()
    same = NewTimer(rule="assessment", message_id=first, due_at=now)
    with store.writing() as ledger:
        ledger.begin([same])
        ledger.fire_timers([1], at=now)
        ledger.begin(
            [
                same,
                NewTimer(rule="assessment", message_id=first, due_at=now + HOUR),
                NewTimer(rule="assessment-notice", message_id=first, due_at=now),
                NewTimer(rule="assessment", message_id=second, due_at=now),
            ]
        )

        assert [row.state for row in ledger.timers()] == ["fired", "running", "running", "running"]


def test_what_is_over_leaves_the_rest_as_it_is(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    about, other = receive(), receive()
    with store.writing() as ledger:
        for message, rule in ((about, "assessment"), (about, "supplement"), (other, "assessment")):
            _timer(ledger, message, now, rule)
        for message, rule in ((about, "TIM-01"), (about, "AMO-04"), (other, "TIM-01")):
            _task(ledger, message, now, rule)
        ledger.end(about, MATTER, by="adapter", at=now + HOUR, note="ended by message 9")

        assert _states(ledger) == (["stopped", "running", "running"], ["done", "open", "open"])
        done = ledger.task(1)
        assert (done.closed_by, done.closed_at, done.note) == ("adapter", now + HOUR, "ended by message 9")
        assert [event.name for event in ledger.events(about)][-2:] == ["timer_stopped", "task_closed"]


def test_what_is_over_already_cannot_end_again(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    about = receive()
    with store.writing() as ledger:
        _timer(ledger, about, now)
        ledger.fire_timers([1], at=now)
        ledger.close_task(_task(ledger, about, now), by="kari", at=now)
        ledger.end(about, MATTER, by="adapter", at=now)

        assert _states(ledger) == (["fired"], ["done"])
        assert ledger.task(1).closed_by == "kari"


def test_what_ends_with_an_answer_waits_for_it(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    about, status, other = receive(), receive(), receive()
    with store.writing() as ledger:
        _timer(ledger, about, now)
        _task(ledger, about, now)
        ledger.end_with(about, MATTER, status)
        ledger.answer([other], positive=True, by="adapter", at=now)
        assert _states(ledger) == (["running"], ["open"])

        ledger.answer([status], positive=True, by="adapter", at=now, note="answered")

        assert _states(ledger) == (["stopped"], ["done"])
        assert ledger.task(1).note == "answered"


def test_after_a_negative_answer_a_later_positive_one_ends_nothing(
    store: Store, now: datetime, receive: Callable[..., int]
) -> None:
    about, status = receive(), receive()
    with store.writing() as ledger:
        _timer(ledger, about, now)
        _task(ledger, about, now)
        ledger.end_with(about, MATTER, status)
        ledger.answer([status], positive=False, by="adapter", at=now)
        ledger.answer([status], positive=True, by="adapter", at=now)

        assert _states(ledger) == (["running"], ["open"])
        assert [row.ends_with for row in (*ledger.timers(), *ledger.tasks())] == [None, None]


def test_a_task_is_assigned_and_given_back(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    message = receive()
    with store.writing() as ledger:
        task = _task(ledger, message, now)
        ledger.assign_task(task, "Grønn Vits", by="kari", at=now)
        assert ledger.task(task).assignee == "Grønn Vits"

        ledger.assign_task(task, None, by="ola", at=now + HOUR)

        assert ledger.task(task).assignee is None
        history = [
            (event.name, event.data.get("to"), event.data.get("by")) for event in ledger.task_events(ledger.task(task))
        ]
        assert history == [
            ("task_opened", None, None),
            ("task_assigned", "Grønn Vits", "kari"),
            ("task_assigned", None, "ola"),
        ]


def test_a_task_that_is_done_is_nobody_s_to_take(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        task = _task(ledger, None, now)
        ledger.close_task(task, by="kari", at=now)

        with pytest.raises(StoreError, match="no open task 1"):
            ledger.assign_task(task, "ola", by="kari", at=now)


def test_a_task_without_a_message_has_its_own_history(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        first, second = _task(ledger, None, now), _task(ledger, None, now)
        ledger.close_task(second, by="kari", at=now)

        assert [event.name for event in ledger.task_events(ledger.task(first))] == ["task_opened"]
    with store.reading() as query:
        assert [event.name for event in query.task_events(query.task(second))] == ["task_opened", "task_closed"]


@pytest.mark.parametrize(("before", "after"), [(0, 1), (2, 2)])
def test_an_open_task_becomes_more_urgent_never_less(
    store: Store, now: datetime, receive: Callable[..., int], before: int, after: int
) -> None:
    message = receive()
    with store.writing() as ledger:
        _task(ledger, message, now, priority=before)

        assert ledger.urge_tasks(message, "TIM-01", 1, by="adapter", at=now)
        assert [row.priority for row in ledger.tasks()] == [after]


def test_urging_opens_the_last_task_again_when_all_are_done(
    store: Store, now: datetime, receive: Callable[..., int]
) -> None:
    message = receive()
    with store.writing() as ledger:
        for _ in range(2):
            ledger.close_task(_task(ledger, message, now), by="kari", at=now)

        assert ledger.urge_tasks(message, "TIM-01", 1, by="adapter", at=now)
        assert [(row.state, row.priority) for row in ledger.tasks(None)] == [("done", 0), ("open", 1)]


def test_nothing_can_be_urged_that_is_not_there(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    message = receive()
    with store.writing() as ledger:
        _task(ledger, message, now, rule="AMO-04")

        assert not ledger.urge_tasks(message, "TIM-01", 1, by="adapter", at=now)
        assert [row.priority for row in ledger.tasks()] == [0]


def test_deadlines_of_a_conversation_are_listed_first_due_first(
    store: Store, now: datetime, receive: Callable[..., int]
) -> None:
    first, second, other = receive(), receive(), receive()
    with store.writing() as ledger:
        for message, at in ((second, now + HOUR), (first, now), (other, now)):
            _timer(ledger, message, at)
        stopped = _timer(ledger, first, now, "supplement")
        ledger.stop_timers([first], {"supplement"})

        assert [row.message_id for row in ledger.timers_of([first, second])] == [first, second]
        assert [row.id for row in ledger.timers_of([first, second], "stopped")] == [stopped]


def test_tasks_of_a_conversation_are_listed(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    first, second, other = receive(), receive(), receive()
    with store.writing() as ledger:
        tasks = [_task(ledger, message, now) for message in (first, second, other)]
        ledger.close_task(tasks[0], by="kari", at=now)

        assert [row.id for row in ledger.tasks_of([first, second])] == [tasks[1]]
        assert [row.id for row in ledger.tasks_of([first, second], None)] == tasks[:2]
