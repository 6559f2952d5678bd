"""What a person does, while the daemon may be at work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter import resources
from adapter.flow.context import Arrival
from adapter.message.state import DeliveryState, MessageState
from adapter.service import acts
from adapter.service.acts import NotPossible
from adapter.service.desk import put_aside
from adapter.store import DecidedMessage, NewMessage

REFERRAL = "henvisning-1.1-komplett.xml"
HELD = "henvisning-1.1-feil-pasient.xml"
WARNED = "henvisning-1.1-uten-sykmeldingsstatus.xml"


def names(bench: Any, message: int) -> list[tuple[str, object]]:
    with bench.parts.store.reading() as query:
        return [(event.name, event.data.get("by")) for event in query.events(message_id=message)]


def given_up(bench: Any) -> Any:
    """Return a delivery that could not be made, and was given up."""
    outbox = bench.home.outbox("clinic")
    outbox.rename(outbox.with_name("aside"))
    bench.put("referrer", REFERRAL, number=1)
    for _ in range(9):
        bench.run()
        bench.now += timedelta(hours=1)
    outbox.with_name("aside").rename(outbox)
    return bench.deliveries()[0]


def test_a_delivery_is_given_up_after_the_last_attempt_and_a_person_sends_it_after_all(bench: Any) -> None:
    relay = given_up(bench)
    assert (relay.state, relay.attempts) == (DeliveryState.ABANDONED, 8)
    assert "DLV-01" in bench.tasks()
    assert bench.messages(MessageState.FAILED)[0].id == relay.message_id
    assert bench.home.delivered("referrer") == []

    acts.retry_delivery(bench.parts.store, relay.id, "operator", bench.now)
    bench.run()

    assert {row.state for row in bench.messages()} == {MessageState.DELIVERED}
    assert len(bench.home.delivered("clinic")) == len(bench.home.delivered("referrer")) == 1
    with pytest.raises(NotPossible, match="not one that was given up"):
        acts.retry_delivery(bench.parts.store, relay.id, "operator", bench.now)


def test_the_receipt_of_what_is_sent_after_all_is_waited_for_again(bench: Any) -> None:
    outbox = bench.home.outbox("nav")
    outbox.rename(outbox.with_name("aside"))
    bench.put("referrer", "dialogmelding-1.0-nav-behov-for-tiltak.xml")
    for _ in range(9):
        bench.run()
        bench.now += timedelta(hours=1)
    outbox.with_name("aside").rename(outbox)
    (relay,) = bench.deliveries()

    for _ in range(2):
        acts.retry_delivery(bench.parts.store, relay.id, "operator", bench.now)
        acts.abandon_delivery(bench.parts.store, relay.id, "operator", bench.now)
    acts.retry_delivery(bench.parts.store, relay.id, "operator", bench.now)

    with bench.parts.store.reading() as query:
        running = [(timer.rule, timer.party) for timer in query.timers(state="running")]
    assert running == [("receipt-notice", "referrer"), ("receipt-alarm", "referrer")]


def test_a_delivery_that_is_made_cannot_be_given_up(bench: Any) -> None:
    bench.put("referrer", REFERRAL, number=1)
    bench.run()

    for number in (1, 99):
        with pytest.raises(NotPossible, match="does not wait to be sent"):
            acts.abandon_delivery(bench.parts.store, number, "operator", bench.now)


def test_a_delivery_given_up_by_a_person_fails_its_message(bench: Any) -> None:
    outbox = bench.home.outbox("clinic")
    outbox.rename(outbox.with_name("aside"))
    bench.put("referrer", REFERRAL, number=1)
    bench.run()

    acts.abandon_delivery(bench.parts.store, bench.deliveries()[0].id, "operator", bench.now)

    assert [row.state for row in bench.messages() if row.direction == "in"] == [MessageState.FAILED]


def test_a_quarantined_message_is_judged_anew_when_a_person_says_so(bench: Any) -> None:
    data = (resources.fixtures() / "messages" / REFERRAL).read_bytes()
    store = bench.parts.store
    with store.writing() as ledger:
        (number,) = ledger.receive([NewMessage(channel="referrer", source="a.xml", data=data)], at=bench.now)
        put_aside(ledger, [Arrival(id=number, channel="referrer", data=data, received_at=bench.now)], bench.now)

    assert bench.tasks() == ["INT-01"]

    acts.retry_message(store, number, "operator", bench.now)
    bench.run()

    assert [path.read_bytes() for path in bench.home.delivered("clinic")] == [data]
    assert len(bench.home.delivered("referrer")) == 1
    assert ("received", "operator") in names(bench, number)
    assert bench.tasks() == []
    with store.reading() as query:
        (task,) = query.tasks(state=None)
    assert (task.closed_by, task.note) == ("operator", "judged anew")


def test_a_message_that_is_quarantined_again_has_one_open_task(bench: Any) -> None:
    bench.put("referrer", "henvisning-1.1-ukjent-virksomhet.xml")
    bench.run()
    (row,) = bench.messages(MessageState.QUARANTINED)
    before = bench.tasks()

    acts.retry_message(bench.parts.store, row.id, "operator", bench.now)
    bench.run()

    assert bench.messages(MessageState.QUARANTINED)
    assert len(before) == 1
    assert bench.tasks() == before


@pytest.mark.parametrize(
    ("state", "act", "said", "hint"),
    [
        ("held", "retry", "Message 1 is not quarantined; it is held.", "`budstikke messages release 1` is for those."),
        (
            "parked",
            "retry",
            "Message 1 is not quarantined; it is parked.",
            "`budstikke messages release 1` is for those.",
        ),
        (
            "quarantined",
            "release",
            "Message 1 is not held or parked; it is quarantined.",
            "`budstikke messages retry 1` is for those.",
        ),
        ("delivered", "retry", "Message 1 is not quarantined; it is delivered.", ""),
        ("delivered", "release", "Message 1 is not held or parked; it is delivered.", ""),
        (None, "retry", "There is no message 1.", "`budstikke messages` lists them."),
        (None, "release", "There is no message 1.", "`budstikke messages` lists them."),
    ],
)
def test_whoever_takes_the_wrong_verb_is_told_the_right_one(
    bench: Any, state: str | None, act: str, said: str, hint: str
) -> None:
    store = bench.parts.store
    if state is not None:
        with store.writing() as ledger:
            ledger.receive([NewMessage(channel="referrer", source="a.xml", data=b"<a/>")], at=bench.now)
            ledger.decide([DecidedMessage(id=1, state=MessageState(state))], at=bench.now)

    with pytest.raises(NotPossible) as refused:
        {
            "retry": lambda: acts.retry_message(store, 1, "operator", bench.now),
            "release": lambda: acts.release_message(bench.parts, 1, "operator", bench.now),
        }[act]()

    assert (str(refused.value), refused.value.advice) == (said, hint)


def test_a_quarantined_message_of_which_nothing_is_kept_stays_so(bench: Any) -> None:
    bench.put("referrer", "tom-fil.xml")
    bench.run()
    (row,) = bench.messages(MessageState.QUARANTINED)

    with pytest.raises(NotPossible, match="Nothing is kept"):
        acts.retry_message(bench.parts.store, row.id, "operator", bench.now)


def test_a_held_message_that_is_released_is_delivered_once_and_not_answered_again(bench: Any) -> None:
    data = bench.put("referrer", HELD)
    bench.run()
    (held,) = bench.messages(MessageState.HELD)
    assert len(bench.home.delivered("referrer")) == 1

    assert acts.release_message(bench.parts, held.id, "operator", bench.now) is MessageState.ACCEPTED
    # the daemon's workers stage and publish, nobody else: one of them may be recovering just now
    assert bench.home.hidden() == bench.home.delivered("clinic") == []
    bench.run()

    assert [path.read_bytes() for path in bench.home.delivered("clinic")] == [data]
    assert len(bench.home.delivered("referrer")) == 1
    assert ("released", "operator") in names(bench, held.id)


def test_the_task_of_a_route_that_holds_is_done_when_the_message_is_released(make_bench: Any) -> None:
    route = '[[route]]\nname = "seen by a person"\nwhen = { to = "clinic" }\ndeliver = ["clinic"]\nhold = true\n'
    bench = make_bench(f"\n{route}")
    bench.put("referrer", "henvisning-1.1-komplett.xml")
    bench.run()
    (held,) = bench.messages(MessageState.HELD)

    acts.release_message(bench.parts, held.id, "operator", bench.now)

    with bench.parts.store.reading() as query:
        (task,) = [task for task in query.tasks_of([held.id], state=None) if task.rule == "RTE-01"]
    assert (task.state, task.closed_by) == ("done", "operator")


def test_a_message_for_nobody_stays_held(make_bench: Any) -> None:
    bench = make_bench('\n[receipts]\nunknown_service = "hold"\n')
    bench.put("referrer", "henvisning-1.1-ukjent-tjeneste.xml")
    bench.run()
    (held,) = bench.messages(MessageState.HELD)

    with pytest.raises(NotPossible, match="no receiver"):
        acts.release_message(bench.parts, held.id, "operator", bench.now)

    assert bench.messages(MessageState.HELD) == [held]
