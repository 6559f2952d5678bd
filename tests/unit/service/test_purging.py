"""What must not be kept is forgotten, and that it was here is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from adapter.message.state import DeliveryState, MessageState
from adapter.service.acts import NotPossible
from adapter.service.purging import purge
from adapter.store.rows import DeliveryMove, NewDelivery, NewMessage, NewTask, NewTimer
from adapter.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

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
