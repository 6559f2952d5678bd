"""What must not be kept is forgotten, and that it was here is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from shipping import shipped

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.service import purging
from adapter.service.acts import NotPossible
from adapter.service.purging import IN_TROUBLE, WELL, prune, prune_replays, purge
from adapter.store.entries import (
    DeliveryMove,
    EnvelopeMove,
    MessageMove,
    NewBatch,
    NewDelivery,
    NewEnvelope,
    NewItem,
    NewMessage,
    NewTask,
    NewTimer,
)
from adapter.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)

Receive = Callable[..., int]


def _purge(store: Store, message: int, *, force: bool = False) -> list[int]:
    return purge(store, message, by="kari", reason="wrong patient", force=force, now=NOW)


def _deliver(store: Store, message: int, state: DeliveryState, *, staged: bool = False) -> int:
    with store.writing() as ledger:
        (number,) = ledger.add_deliveries(
            [
                NewDelivery(
                    message_id=message,
                    for_message_id=message,
                    channel="clinic",
                    party="clinic",
                    name="a",
                    staged=staged,
                )
            ],
            at=NOW,
        )
        if state is not DeliveryState.QUEUED:
            ledger.move_deliveries([DeliveryMove(id=number, to=state)], at=NOW)
    return number


def test_the_content_goes_and_what_is_known_of_it_stays(store: Store, receive: Receive) -> None:
    message = receive(MessageState.ACCEPTED, msg_id="m-1", type="HENVISNING")
    _deliver(store, message, DeliveryState.SENT)

    assert _purge(store, message) == [message]

    with store.reading() as query:
        row = query.message(message)
        assert row is not None
        assert (row.msg_id, row.type, row.state, len(row.sha256)) == ("m-1", "HENVISNING", MessageState.ACCEPTED, 64)
        assert query.bodies([message]) == {message: b""}
        event = query.events(message)[-1]
        assert (event.name, event.data) == ("purged", {"by": "kari", "reason": "wrong patient"})
        assert query.verify_chain().ok


def test_drafts_about_it_go_with_it(store: Store, receive: Receive) -> None:
    message = receive()
    with store.writing() as ledger:
        (draft,) = ledger.add_messages(
            [NewMessage(channel="", source="", data=b"<draft/>", direction="out", state=MessageState.HELD)], at=NOW
        )
        ledger.add_tasks(
            [NewTask(party="clinic", rule="AMO-04", title="Ask", message_id=message, draft_message_id=draft)], at=NOW
        )

    assert _purge(store, message) == [message, draft]

    with store.reading() as query:
        assert query.bodies([draft]) == {draft: b""}
        assert query.states_of([draft]) == {draft: MessageState.REJECTED}


@pytest.mark.parametrize("state", [MessageState.HELD, MessageState.PARKED])
def test_what_waits_for_a_decision_can_go_nowhere_any_more(store: Store, receive: Receive, state: MessageState) -> None:
    message = receive(state)
    with store.writing() as ledger:
        ledger.add_timers([NewTimer(rule="park", message_id=message, due_at=NOW)])

    _purge(store, message)

    with store.reading() as query:
        assert query.states_of([message]) == {message: MessageState.REJECTED}
        assert [timer.state for timer in query.timers()] == ["stopped"]


def test_a_message_that_waits_to_be_sent_is_purged_by_force_only(store: Store, receive: Receive) -> None:
    message = receive()
    delivery = _deliver(store, message, DeliveryState.QUEUED)

    with pytest.raises(NotPossible, match="waits to be sent"):
        _purge(store, message)
    with store.reading() as query:
        assert query.bodies([message]) == {message: b"<a/>"}

    _purge(store, message, force=True)

    with store.reading() as query:
        row = query.delivery(delivery)
        assert row is not None
        assert row.state is DeliveryState.ABANDONED
        assert query.states_of([message]) == {message: MessageState.FAILED}
        assert query.bodies([message]) == {message: b""}


@pytest.mark.parametrize(("state", "staged"), [(DeliveryState.SENDING, False), (DeliveryState.QUEUED, True)])
def test_what_is_being_sent_is_not_purged_even_by_force(
    store: Store, receive: Receive, state: DeliveryState, *, staged: bool
) -> None:
    message = receive()
    _deliver(store, message, state, staged=staged)

    with pytest.raises(NotPossible, match="being sent"):
        _purge(store, message, force=True)


def test_what_nobody_has_decided_about_is_not_purged(store: Store, receive: Receive) -> None:
    with pytest.raises(NotPossible, match="Nothing is decided"):
        _purge(store, receive(MessageState.RECEIVED))


def test_what_is_not_there_cannot_be_purged(store: Store) -> None:
    with pytest.raises(NotPossible, match="no message 7"):
        _purge(store, 7)


def test_what_came_twice_is_purged_with_its_copies(store: Store, receive: Receive) -> None:
    held, copy = receive(MessageState.HELD), receive(MessageState.IGNORED)

    assert _purge(store, copy) == [held, copy]

    with store.reading() as query:
        assert query.states_of([held]) == {held: MessageState.REJECTED}


def _kept(store: Store) -> list[int]:
    with store.reading() as query:
        rows = query.messages()
        bodies = query.bodies([row.id for row in rows])
    return [row.id for row in rows if bodies[row.id]]


@pytest.mark.parametrize(
    ("state", "states", "goes"),
    [
        (MessageState.DELIVERED, WELL, True),
        (MessageState.IGNORED, WELL, True),
        (MessageState.FAILED, WELL, False),
        (MessageState.HELD, WELL | IN_TROUBLE, False),
        (MessageState.PARKED, WELL | IN_TROUBLE, False),
        (MessageState.ACCEPTED, WELL | IN_TROUBLE, False),
        (MessageState.RECEIVED, WELL | IN_TROUBLE, False),
        (MessageState.REJECTED, IN_TROUBLE, True),
        (MessageState.FAILED, IN_TROUBLE, True),
        (MessageState.QUARANTINED, IN_TROUBLE, True),
    ],
)
def test_only_what_is_settled_is_pruned(
    store: Store, receive: Receive, state: MessageState, states: frozenset[MessageState], *, goes: bool
) -> None:
    message = receive(MessageState.ACCEPTED if state is MessageState.FAILED else state)
    if state is MessageState.FAILED:
        with store.writing() as ledger:
            ledger.move_messages([MessageMove(id=message, to=state)], at=NOW)

    assert prune(store, states, NOW + DAY, NOW + DAY) == int(goes)

    assert _kept(store) == ([] if goes else [message])


def test_what_is_young_enough_is_kept(store: Store, receive: Receive) -> None:
    receive(MessageState.DELIVERED)

    assert prune(store, WELL, NOW, NOW) == 0
    assert prune(store, WELL, NOW + timedelta(microseconds=1), NOW) == 1
    assert prune(store, WELL, NOW + DAY, NOW) == 0


@pytest.mark.parametrize("need", ["timer", "task", "delivery", "thread"])
def test_what_its_thread_may_still_need_is_kept(store: Store, receive: Receive, need: str) -> None:
    first, later = receive(MessageState.DELIVERED, thread=1), receive(MessageState.DELIVERED, thread=1)
    other = receive(MessageState.DELIVERED, thread=9, data=b"<other/>")
    if need == "thread":
        receive(MessageState.HELD, thread=1, data=b"<held/>")
    elif need == "delivery":
        _deliver(store, later, DeliveryState.QUEUED)
    else:
        with store.writing() as ledger:
            if need == "timer":
                ledger.add_timers([NewTimer(rule="epikrise", message_id=later, due_at=NOW)])
            else:
                ledger.add_tasks([NewTask(party="clinic", rule="R", title="T", message_id=later)], at=NOW)

    assert prune(store, WELL, NOW + DAY, NOW) == 1
    assert {first, later} <= set(_kept(store))
    assert other not in _kept(store)


def _replay(store: Store, *messages: int, at: datetime = NOW) -> int:
    """Begin to send messages again with new ids, and stop before the first."""
    items = [NewItem(message_id=message, data=uuid4().bytes) for message in messages]
    with store.writing() as ledger:
        return ledger.add_batch(NewBatch(by="kari", ids="new", items=items), at=at)


def _planned(store: Store, batch: int) -> set[bytes]:
    with store.reading() as query:
        return set(query.planned_bodies(query.items(batch)).values())


def test_what_is_to_be_sent_again_is_kept_while_its_batch_is_young(store: Store, receive: Receive) -> None:
    message = receive(MessageState.DELIVERED)
    batch = _replay(store, message)

    assert prune_replays(store, WELL, NOW, NOW + DAY) == 0
    assert prune(store, WELL, NOW + DAY, NOW + DAY) == 0

    assert (_kept(store), len(_planned(store, batch))) == ([message], 1)


def test_what_an_old_batch_was_to_send_is_forgotten_and_the_batch_is_over(store: Store, receive: Receive) -> None:
    first, second = receive(MessageState.DELIVERED), receive(MessageState.DELIVERED, data=b"<b/>")
    batch = _replay(store, first, second)

    assert prune_replays(store, WELL, NOW + DAY, NOW + DAY) == 2
    assert prune(store, WELL, NOW + DAY, NOW + DAY) == 2

    assert (_kept(store), _planned(store, batch)) == ([], set())
    with store.reading() as query:
        row = query.batch(batch)
        assert row is not None
        assert (row.state, row.ended_at) == ("cancelled", NOW + DAY)
        assert {(item.state, item.note, item.sha256) for item in query.items(batch)} == {
            ("cancelled", "it was pruned", None)
        }
        events = [(event.name, event.data["by"]) for event in query.batch_events(batch)]
        assert query.verify_chain().ok
    assert events == [("batch_started", "kari"), ("batch_pruned", "prune"), ("batch_cancelled", "prune")]


def test_a_batch_goes_on_with_what_may_be_kept_longer(store: Store, receive: Receive) -> None:
    batch = _replay(store, receive(MessageState.DELIVERED), receive(MessageState.REJECTED, data=b"<b/>"))

    assert prune_replays(store, WELL, NOW + DAY, NOW + DAY) == 1

    with store.reading() as query:
        row = query.batch(batch)
        assert row is not None
        assert row.state == "open"
        assert [item.state for item in query.items(batch)] == ["cancelled", "pending"]


def test_more_replays_than_one_transaction_can_hold_are_all_given_up(
    store: Store, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    message = receive(MessageState.DELIVERED)
    batches = [_replay(store, message), _replay(store, *[message] * 4)]

    assert prune_replays(store, WELL, NOW + DAY, NOW) == 5

    with store.reading() as query:
        assert [row.state for row in (query.batch(batch) for batch in batches) if row] == ["cancelled", "cancelled"]


def test_bytes_that_another_message_needs_are_kept(store: Store, receive: Receive) -> None:
    held, copy = receive(MessageState.HELD), receive(MessageState.IGNORED)

    assert prune(store, WELL, NOW + DAY, NOW) == 0
    assert _kept(store) == [held, copy]


def test_more_than_one_transaction_can_hold_are_all_pruned(
    store: Store, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    numbers = [receive(MessageState.DELIVERED, data=b"<%d/>" % number) for number in range(5)]

    assert prune(store, WELL, NOW + DAY, NOW) == 5

    with store.reading() as query:
        told = [event.data["messages"] for event in query.events() if event.name == "pruned"]
        assert query.verify_chain().ok
    assert told == [numbers[:2], numbers[2:4], numbers[4:]]


def _send_by_mail(store: Store, message: int) -> tuple[int, int]:
    """Bring a message to a channel that acknowledges; return the delivery and its envelope."""
    with store.writing() as ledger:
        return shipped(ledger, message, NOW)


def test_what_nobody_has_acknowledged_is_purged_by_force_and_not_sent_again(store: Store, receive: Receive) -> None:
    message = receive()
    delivery, envelope = _send_by_mail(store, message)
    with pytest.raises(NotPossible, match="being sent"):
        _purge(store, message, force=True)
    with store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=envelope, to=EnvelopeState.SENT)], at=NOW)

    with pytest.raises(NotPossible, match="no acknowledgment yet"):
        _purge(store, message)
    _purge(store, message, force=True)

    with store.reading() as query:
        assert query.delivery_states([delivery]) == {delivery: (DeliveryState.ABANDONED, message)}
        row = query.envelope(envelope)
        assert row is not None
        assert row.state is EnvelopeState.ABANDONED
        assert query.envelope_bodies([envelope]) == {envelope: b""}
        assert query.states_of([message]) == {message: MessageState.FAILED}


@pytest.mark.parametrize(
    ("state", "states", "goes"),
    [
        (EnvelopeState.SIGNAL, WELL, True),
        (EnvelopeState.DUPLICATE, WELL, True),
        (EnvelopeState.SENT, WELL, True),
        (EnvelopeState.CONFLICT, WELL, False),
        (EnvelopeState.CONFLICT, IN_TROUBLE, True),
        (EnvelopeState.REFUSED, IN_TROUBLE, True),
        (EnvelopeState.UNREADABLE, IN_TROUBLE, True),
        (EnvelopeState.ABANDONED, IN_TROUBLE, True),
        (EnvelopeState.HELD, WELL | IN_TROUBLE, False),
        (EnvelopeState.RECEIVED, WELL | IN_TROUBLE, False),
        (EnvelopeState.QUEUED, WELL | IN_TROUBLE, False),
        (EnvelopeState.SENDING, WELL | IN_TROUBLE, False),
    ],
)
def test_mails_around_no_message_are_pruned_when_they_are_settled(
    store: Store, state: EnvelopeState, states: frozenset[MessageState], *, goes: bool
) -> None:
    with store.writing() as ledger:
        new = NewEnvelope(direction="in", channel="edi", data=b"mail", state=state)
        (number,) = ledger.receive_envelopes([new], at=NOW)

    assert prune(store, states, NOW + DAY, NOW + DAY) == 0

    with store.reading() as query:
        assert query.envelope_bodies([number]) == {number: b"" if goes else b"mail"}
        told = [event.data for event in query.events() if event.name == "pruned"]
    assert told == ([{"envelopes": [number]}] if goes else [])


def test_more_mails_than_one_transaction_can_hold_are_all_pruned(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    with store.writing() as ledger:
        numbers = ledger.receive_envelopes(
            [
                NewEnvelope(direction="in", channel="edi", data=b"%d" % number, state=EnvelopeState.SIGNAL)
                for number in range(5)
            ],
            at=NOW,
        )

    prune(store, WELL, NOW + DAY, NOW + DAY)

    with store.reading() as query:
        assert set(query.envelope_bodies(numbers).values()) == {b""}


def test_a_pruned_message_s_mail_goes_with_it(store: Store, receive: Receive) -> None:
    message = receive(MessageState.DELIVERED)
    with store.writing() as ledger:
        new = NewEnvelope(direction="in", channel="edi", data=b"mail", state=EnvelopeState.OPENED, carries=message)
        (number,) = ledger.receive_envelopes([new], at=NOW)

    assert prune(store, WELL, NOW + DAY, NOW + DAY) == 1

    with store.reading() as query:
        assert query.envelope_bodies([number]) == {number: b""}
