from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from adapter import show
from adapter.message import Message
from adapter.message.state import MessageState
from adapter.show.labels import STATES

REFERRAL = show.Entry(
    at=datetime(2026, 3, 2, 8, 15, tzinfo=UTC),
    what="Henvisning",
    sender="Legekontoret",
    receiver="Klinikken",
    state=MessageState.DELIVERED,
    is_shown=True,
)


def test_a_conversation_stands_below_the_letter() -> None:
    answer = replace(REFERRAL, what="Status på henvisning", is_shown=False, state=MessageState.HELD)
    shown = show.text(Message(msg_id="7"), thread=(REFERRAL, answer))

    assert "Samtalen\n--------\n" in shown
    assert "- Når: 02.03.2026 kl. 09.15\n  Melding: Henvisning (denne meldingen)\n  Fra: Legekontoret\n" in shown
    assert "  Melding: Status på henvisning\n" in shown
    assert shown.index("Samtalen") < shown.index("Om meldingen")


def test_a_message_alone_has_no_conversation() -> None:
    assert "Samtalen" not in show.text(Message(), thread=(REFERRAL,))


def test_every_state_has_its_word() -> None:
    assert STATES.keys() == set(MessageState)
