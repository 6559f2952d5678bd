"""The lives of messages, deliveries and envelopes: every state can be reached, and only final ones are ends."""

from __future__ import annotations

import pytest

from adapter.message.state import DeliveryState, EnvelopeState, MessageState

STATES = [*MessageState, *DeliveryState, *EnvelopeState]

Any = MessageState | DeliveryState | EnvelopeState


def reachable(start: Any) -> set[Any]:
    found: set[Any] = {start}
    waiting = [start]
    while waiting:
        state = waiting.pop()
        for other in type(start):
            if state.may_become(other) and other not in found:  # type: ignore[arg-type]  # of the same class
                found.add(other)
                waiting.append(other)
    return found


def test_every_state_of_a_message_can_be_reached() -> None:
    """From the moment its bytes are safe."""
    assert reachable(MessageState.RECEIVED) == set(MessageState)


def test_every_state_of_a_delivery_can_be_reached() -> None:
    """From the moment it waits."""
    assert reachable(DeliveryState.WAITING) == set(DeliveryState)


def test_every_state_of_an_envelope_can_be_reached() -> None:
    """From the moment it came in, or is sealed; one that came in never goes out."""
    came, goes = reachable(EnvelopeState.RECEIVED), reachable(EnvelopeState.QUEUED)

    assert came | goes == set(EnvelopeState)
    assert came & goes == {EnvelopeState.REFUSED}


@pytest.mark.parametrize("state", STATES)
def test_no_state_becomes_itself(state: Any) -> None:
    """A transition is an event; staying is none."""
    assert not state.may_become(state)  # type: ignore[arg-type]  # of the same class


@pytest.mark.parametrize("state", STATES)
def test_where_nothing_can_follow_the_state_is_final(state: Any) -> None:
    """A dead end that is not final would be a message forgotten."""
    if reachable(state) == {state}:
        assert state.is_final


@pytest.mark.parametrize("state", [MessageState.IGNORED, MessageState.REJECTED, MessageState.DELIVERED])
def test_what_was_answered_for_good_never_changes(state: MessageState) -> None:
    """An AppRec is final."""
    assert not any(state.may_become(other) for other in MessageState)


@pytest.mark.parametrize("state", [DeliveryState.COMPLETED, DeliveryState.REJECTED])
def test_an_answered_delivery_never_changes(state: DeliveryState) -> None:
    """The later of two receipts is not processed."""
    assert not any(state.may_become(other) for other in DeliveryState)


def test_a_delivery_without_a_receipt_in_time_may_still_get_one() -> None:
    """The sender must accept a late one."""
    assert DeliveryState.OVERDUE.may_become(DeliveryState.COMPLETED)
    assert not DeliveryState.OVERDUE.is_final


@pytest.mark.parametrize("state", list(MessageState))
def test_a_person_may_let_go_on_what_waits(state: MessageState) -> None:
    """Whatever it waited for."""
    assert state.can_be_released is (state in {MessageState.PARKED, MessageState.HELD})
    if state.can_be_released:
        assert state.may_become(MessageState.ACCEPTED)


def test_what_may_have_been_sent_is_never_sent_again_without_knowing() -> None:
    """Sending leads to ambiguous or sent, and to the queue only where the channel said no."""
    assert DeliveryState.SENDING.may_become(DeliveryState.AMBIGUOUS)
    assert not DeliveryState.SENT.may_become(DeliveryState.QUEUED)


@pytest.mark.parametrize(
    "state",
    list(DeliveryState),
)
def test_a_delivery_is_under_way_until_the_channel_has_it(state: DeliveryState) -> None:
    """An ambiguous one waits for a person."""
    expected = state in {DeliveryState.WAITING, DeliveryState.QUEUED, DeliveryState.SENDING}

    assert state.is_under_way is expected


def test_an_acknowledged_delivery_still_waits_for_its_receipt() -> None:
    """The receiver's server has it; whether its system takes it the AppRec tells."""
    after = {state for state in DeliveryState if DeliveryState.ACKNOWLEDGED.may_become(state)}

    assert after == {DeliveryState.COMPLETED, DeliveryState.REJECTED, DeliveryState.OVERDUE}
    assert not DeliveryState.ACKNOWLEDGED.is_final


@pytest.mark.parametrize(
    "state", [EnvelopeState.QUEUED, EnvelopeState.SENDING, EnvelopeState.SENT, EnvelopeState.ABANDONED]
)
def test_whatever_may_have_arrived_can_be_acknowledged(state: EnvelopeState) -> None:
    """A server that took a mail may say so later than it answers."""
    assert state.may_become(EnvelopeState.ACKNOWLEDGED)
