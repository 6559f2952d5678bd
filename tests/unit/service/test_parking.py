"""A message that came before the one it belongs to waits for it, also when two workers take both at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter.errors import StoreError
from adapter.flow import follow
from adapter.message.state import MessageState
from adapter.service import acts
from adapter.service.desk import UNPARKED, Desk
from adapter.service.worker import FireTimers, Resume

REFERRAL = "henvisning-1.1-komplett.xml"
CANCELLATION = "henvisning-1.1-kansellering.xml"


def _states(bench: Any) -> dict[str, MessageState]:
    """Return the states of what came in, by the fixture it was."""
    return {
        ("cancellation" if row.service_type == "C" else "referral"): row.state
        for row in bench.messages()
        if row.direction == "in"
    }


def _meanwhile(monkeypatch: pytest.MonkeyPatch, what: Any) -> None:
    """Let another worker do something when this one has decided, and not written it down yet."""
    real = Desk._staged

    def staged(desk: Any, case: Any, now: Any) -> Any:
        monkeypatch.setattr(Desk, "_staged", real)
        done = real(desk, case, now)
        what()
        return done

    monkeypatch.setattr(Desk, "_staged", staged)


def test_it_is_answered_once_and_goes_on_when_the_other_comes(bench: Any) -> None:
    bench.put("referrer", CANCELLATION)
    assert bench.fetch() == {"hold": 1}
    assert _states(bench) == {"cancellation": MessageState.PARKED}

    bench.put("referrer", REFERRAL)
    assert bench.fetch() == {"accept": 1, UNPARKED: 1}
    assert _states(bench)["cancellation"] is MessageState.RECEIVED
    bench.run()

    assert _states(bench) == {"cancellation": MessageState.DELIVERED, "referral": MessageState.DELIVERED}
    assert len(bench.home.delivered("clinic")) == len(bench.home.delivered("referrer")) == 2
    with bench.parts.store.reading() as query:
        parking = [row for row in query.timers() if row.rule == follow.PARK]
    assert [row.state for row in parking] == ["stopped"]


def test_both_in_one_batch_come_out_the_same(bench: Any) -> None:
    bench.put("referrer", CANCELLATION, name="1.xml")
    bench.put("referrer", REFERRAL, name="2.xml")

    assert bench.fetch()[UNPARKED] == 1
    bench.run()

    assert set(_states(bench).values()) == {MessageState.DELIVERED}


def test_what_it_waits_for_is_written_down_by_another_worker_just_before(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def referral_comes() -> None:
        bench.put("referrer", REFERRAL, name="2.xml")
        assert bench.fetch() == {"accept": 1}

    bench.put("referrer", CANCELLATION, name="1.xml")
    _meanwhile(monkeypatch, referral_comes)

    assert UNPARKED not in bench.fetch()
    bench.run()

    assert set(_states(bench).values()) == {MessageState.DELIVERED}
    assert len(bench.home.delivered("referrer")) == 2
    assert bench.home.hidden() == []


def test_it_is_parked_by_another_worker_just_before_what_it_waits_for(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancellation_comes() -> None:
        bench.put("referrer", CANCELLATION, name="2.xml")
        assert bench.fetch() == {"hold": 1}

    bench.put("referrer", REFERRAL, name="1.xml")
    _meanwhile(monkeypatch, cancellation_comes)

    assert bench.fetch() == {"accept": 1, UNPARKED: 1}
    bench.run()

    assert set(_states(bench).values()) == {MessageState.DELIVERED}
    assert len(bench.home.delivered("clinic")) == 2
    assert bench.home.hidden() == []


def test_a_parked_message_of_others_changes_nothing(bench: Any) -> None:
    bench.put("referrer", CANCELLATION)
    bench.fetch()
    bench.put("referrer", "henvisning-2.0-komplett.xml")

    assert UNPARKED not in bench.fetch()

    assert _states(bench)["cancellation"] is MessageState.PARKED


def test_a_person_lets_it_go_on_before_that(bench: Any) -> None:
    data = bench.put("referrer", CANCELLATION)
    bench.fetch()
    (parked,) = bench.messages(MessageState.PARKED)

    assert acts.release_message(bench.parts, parked.id, "Kari", bench.now) is MessageState.ACCEPTED
    bench.run()

    assert [path.read_bytes() for path in bench.home.delivered("clinic")] == [data]
    assert len(bench.home.delivered("referrer")) == 1
    with bench.parts.store.reading() as query:
        assert [row.state for row in query.timers() if row.rule == follow.PARK] == ["stopped"]
        told = [event.data["by"] for event in query.events(parked.id) if event.name == "released"]
    assert told == ["Kari"]

    bench.put("referrer", REFERRAL)
    assert bench.fetch() == {"accept": 1}
    bench.run()
    assert set(_states(bench).values()) == {MessageState.DELIVERED}


def test_what_has_gone_on_meanwhile_is_not_released_too(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.put("referrer", CANCELLATION)
    bench.fetch()
    (parked,) = bench.messages(MessageState.PARKED)
    real = Desk.look

    def look(desk: Any, *args: Any, **named: Any) -> Any:
        found = real(desk, *args, **named)
        bench.put("referrer", REFERRAL)
        bench.fetch()
        return found

    monkeypatch.setattr(Desk, "look", look)

    with pytest.raises(StoreError, match="has gone on meanwhile"):
        acts.release_message(bench.parts, parked.id, "Kari", bench.now)

    bench.run()
    assert set(_states(bench).values()) == {MessageState.DELIVERED}
    assert len(bench.home.delivered("clinic")) == 2


def test_after_a_while_a_person_decides_about_it_and_only_once(bench: Any) -> None:
    bench.put("referrer", CANCELLATION)
    bench.fetch()
    bench.now += timedelta(days=3)
    bench.worker.do(FireTimers())
    bench.worker.do(FireTimers())

    (row,) = bench.messages(MessageState.HELD)
    assert bench.tasks() == ["TIM-10"]
    assert bench.worker.do(Resume((row.id,))).counts == {}
