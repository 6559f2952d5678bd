"""What a person does, while the daemon may be at work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Register
from adapter.service import acts
from adapter.service.acts import NotPossible

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
    for number in (held.id, 99):
        with pytest.raises(NotPossible, match="not held"):
            acts.release_message(bench.parts, number, "operator", bench.now)


def test_a_message_for_nobody_stays_held(make_bench: Any) -> None:
    bench = make_bench('\n[receipts]\nunknown_service = "hold"\n')
    bench.put("referrer", "henvisning-1.1-ukjent-tjeneste.xml")
    bench.run()
    (held,) = bench.messages(MessageState.HELD)

    with pytest.raises(NotPossible, match="no receiver"):
        acts.release_message(bench.parts, held.id, "operator", bench.now)

    assert bench.messages(MessageState.HELD) == [held]


def test_a_draft_is_sent_as_it_stands_and_its_task_is_closed(bench: Any) -> None:
    bench.put("referrer", WARNED, number=1)
    bench.run()
    bench.take()
    (draft,) = bench.messages(MessageState.HELD)

    assert acts.approve_draft(bench.parts, 1, "clinician", bench.now) == draft.id
    bench.run()

    (path,) = bench.home.delivered("referrer")
    assert b"DIALOG_HELSEFAGLIG" in path.read_bytes()
    assert bench.tasks() == []
    assert ("accepted", "clinician") in names(bench, draft.id)
    with pytest.raises(NotPossible, match="not an open one with a draft"):
        acts.approve_draft(bench.parts, 1, "clinician", bench.now)
    with pytest.raises(NotPossible, match="not an open one with a draft"):
        acts.discard_draft(bench.parts.store, 1, "clinician", bench.now)


def test_a_draft_that_is_discarded_is_never_sent(bench: Any) -> None:
    bench.put("referrer", WARNED, number=1)
    bench.run()
    bench.take()

    acts.discard_draft(bench.parts.store, 1, "clinician", bench.now)
    bench.run()

    assert bench.home.delivered("referrer") == []
    assert bench.tasks() == []
    assert bench.messages(MessageState.HELD) == []


def test_a_question_to_a_party_whose_system_answers_is_watched_for_its_receipt(bench: Any) -> None:
    """An approved draft is an ordinary message: 24 hours, 96 hours."""
    bench.put("referrer", WARNED)
    bench.run()
    register = Register(replace(one, receipts="system") for one in bench.parts.context.register)
    parts = replace(bench.parts, context=replace(bench.parts.context, register=register))

    draft = acts.approve_draft(parts, 1, "lege", bench.now)

    with bench.parts.store.reading() as query:
        timers = [(timer.rule, timer.due_at - bench.now) for timer in query.timers(message_id=draft)]
    assert timers == [("receipt-notice", timedelta(hours=24)), ("receipt-alarm", timedelta(hours=96))]


def test_a_question_to_a_party_the_adapter_answers_for_is_not_watched(bench: Any) -> None:
    bench.put("referrer", WARNED)
    bench.run()

    draft = acts.approve_draft(bench.parts, 1, "lege", bench.now)

    with bench.parts.store.reading() as query:
        assert query.timers(message_id=draft) == []
