"""From stored bytes to what is written down: across batches, and beside another worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter.check.ladder import Checker
from adapter.flow.context import Arrival
from adapter.message.state import DeliveryState, MessageState
from adapter.service import desk as desk_module
from adapter.service.worker import FireTimers
from adapter.store.entries import NewTimer

REFERRAL = "henvisning-1.1-komplett.xml"
NAV_NOTE = "dialogmelding-1.0-nav-behov-for-tiltak.xml"


def test_a_double_that_another_worker_takes_at_the_same_time_is_ignored(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked for earlier copies before either has written anything."""
    bench.put("referrer", REFERRAL, number=1, name="1.xml")
    real = type(bench.parts.desk)._staged

    def staged(desk: Any, case: Any, now: Any) -> Any:
        monkeypatch.setattr(type(bench.parts.desk), "_staged", real)
        done = real(desk, case, now)
        bench.home.put("referrer", "2.xml", case.arrival.data)
        assert bench.fetch() == {"accept": 1}
        return done

    monkeypatch.setattr(type(bench.parts.desk), "_staged", staged)

    assert bench.fetch() == {"ignore": 1}

    assert len(bench.home.delivered("clinic")) == len(bench.home.delivered("referrer")) == 1
    assert bench.home.hidden() == []


def test_a_broken_message_that_comes_again_is_ignored(bench: Any) -> None:
    bench.put("referrer", "henvisning-1.1-ikke-velformet.xml", name="1.xml")
    assert bench.fetch() == {"reject": 1}
    bench.put("referrer", "henvisning-1.1-ikke-velformet.xml", name="2.xml")
    assert bench.fetch() == {"ignore": 1}

    assert len(bench.home.delivered("referrer")) == 1


def test_another_message_under_a_known_id_is_told_to_a_person(bench: Any) -> None:
    data = bench.put("referrer", REFERRAL, name="1.xml")
    bench.fetch()
    bench.home.put("referrer", "2.xml", data.replace(b"><", b">\n<"))
    bench.home.put("referrer", "3.xml", data.replace(b"</GenDate>", b"</GenDate><!-- sent again -->"))
    assert bench.fetch() == {"ignore": 2}
    assert "MSG-20" not in bench.tasks()

    bench.home.put("referrer", "4.xml", data.replace(b"nedre del", b"hele"))
    assert bench.fetch() == {"ignore": 1}

    assert bench.tasks().count("MSG-20") == 1
    assert len(bench.home.delivered("clinic")) == 1


def test_two_answers_to_one_message_in_one_batch_count_once(bench: Any) -> None:
    bench.put("referrer", NAV_NOTE)
    bench.run()
    bench.put("nav", "apprec-1.0-nav-positiv.xml", name="1.xml")
    bench.put("nav", "apprec-1.0-nav-avvist.xml", name="2.xml")

    assert bench.fetch("nav") == {"accept": 1, "ignore": 1}

    assert bench.deliveries()[0].state is DeliveryState.COMPLETED
    assert "REC-03" in bench.tasks()


@pytest.mark.parametrize(
    ("answer", "expected"), [("apprec-1.0-nav-positiv.xml", "stopped"), ("apprec-1.0-nav-avvist.xml", "running")]
)
def test_what_ends_with_a_message_ends_with_its_positive_receipt(bench: Any, answer: str, expected: str) -> None:
    bench.put("referrer", NAV_NOTE)
    bench.run()
    (sent,) = bench.messages()
    with bench.parts.store.writing() as ledger:
        ledger.add_timers([NewTimer(rule="supplement", message_id=sent.id, due_at=bench.now + timedelta(days=1))])
        ledger.end_with(sent.id, {"supplement"}, sent.id)

    bench.put("nav", answer)
    bench.fetch("nav")

    with bench.parts.store.reading() as query:
        (timer,) = (row for row in query.timers() if row.rule == "supplement")
    assert (timer.state, timer.ends_with) == (expected, sent.id if expected == "stopped" else None)


@pytest.mark.parametrize("defect", ["check_by", "decide"])
def test_a_defect_of_ours_stops_one_message_only(bench: Any, monkeypatch: pytest.MonkeyPatch, defect: str) -> None:
    def fails(*arguments: Any, **options: Any) -> Any:
        data = arguments[0].data if isinstance(arguments[0], Arrival) else arguments[1]
        if b"000000000002</MsgId>" in data:
            raise ZeroDivisionError
        return real(*arguments, **options)

    owner: Any = Checker if defect == "check_by" else desk_module
    real = getattr(owner, defect)
    monkeypatch.setattr(owner, defect, fails)
    for number in (1, 2, 3):
        bench.put("referrer", REFERRAL, number=number)

    assert bench.fetch() == {"accept": 2, "quarantine": 1}
    assert bench.tasks().count("INT-01") == 1


def test_a_preview_leaves_no_trace(bench: Any) -> None:
    data = bench.put("referrer", REFERRAL, number=1)
    arrival = Arrival(id=1, channel="referrer", data=data, received_at=bench.now)

    (case,) = bench.parts.desk.preview([arrival], bench.now)

    assert case.decision.state is MessageState.ACCEPTED
    assert bench.messages() == []
    assert bench.home.hidden() == bench.home.delivered("clinic") == []


def test_a_missing_receipt_is_noticed_then_alarmed_and_a_late_one_still_counts(bench: Any) -> None:
    bench.put("referrer", NAV_NOTE)
    bench.run()
    told = []
    for hours in (23, 2, 72, 72):
        bench.now += timedelta(hours=hours)
        told.append(bench.worker.do(FireTimers()).counts["timers"])

    assert told == [0, 1, 1, 0]
    assert bench.tasks() == ["REC-06", "REC-07"]
    assert bench.deliveries()[0].state is DeliveryState.OVERDUE
    bench.put("nav", "apprec-1.0-nav-positiv.xml")
    bench.run()
    assert bench.deliveries()[0].state is DeliveryState.COMPLETED


def test_a_daemon_that_was_away_for_days_finds_every_timer_and_fires_it_once(bench: Any) -> None:
    bench.put("referrer", NAV_NOTE)
    bench.run()
    bench.now += timedelta(days=30)

    assert bench.worker.do(FireTimers()).counts == {"timers": 2}
    assert bench.worker.do(FireTimers()).counts == {"timers": 0}


def test_a_clock_that_jumps_back_fires_nothing_twice(bench: Any) -> None:
    bench.put("referrer", NAV_NOTE)
    bench.run()
    bench.now += timedelta(hours=25)
    assert bench.worker.do(FireTimers()).counts == {"timers": 1}
    bench.now -= timedelta(hours=25)
    assert bench.worker.do(FireTimers()).counts == {"timers": 0}
    bench.now += timedelta(hours=25)
    assert bench.worker.do(FireTimers()).counts == {"timers": 0}

    assert bench.tasks() == ["REC-06"]


def test_an_answered_message_is_not_alarmed(bench: Any) -> None:
    bench.put("referrer", NAV_NOTE)
    bench.run()
    bench.put("nav", "apprec-1.0-nav-positiv.xml")
    bench.run()
    bench.now += timedelta(days=30)

    assert bench.worker.do(FireTimers()).counts == {"timers": 0}
    assert bench.tasks() == []
