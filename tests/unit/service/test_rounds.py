"""Mail channels take turns, and each is in one worker's hand at a time."""

from __future__ import annotations

import pytest

from adapter.service.rounds import Rounds
from adapter.service.troubles import Troubles
from adapter.service.worker import Collect, Done, Failed

FAILED = Failed("INT-02", "ValueError", "", can_retry=False)


@pytest.fixture
def troubles() -> Troubles:
    return Troubles()


@pytest.fixture
def rounds(troubles: Troubles) -> Rounds:
    return Rounds(("edi", "other"), troubles)


def test_every_mailbox_is_looked_into_at_first_and_then_when_it_is_time(rounds: Rounds) -> None:
    assert [rounds.next(), rounds.next(), rounds.next()] == [Collect("edi"), Collect("other"), None]
    assert rounds.is_done

    rounds.ended(Collect("edi"), Done())
    assert rounds.next() is None

    rounds.poll("edi")
    assert rounds.next() == Collect("edi")


def test_nobody_looks_into_a_mailbox_that_somebody_looks_into(rounds: Rounds) -> None:
    rounds.next()
    rounds.poll("edi")

    assert [rounds.next(), rounds.next()] == [Collect("other"), None]
    assert not rounds.is_done

    rounds.ended(Collect("edi"), Done())
    assert rounds.next() == Collect("edi")


@pytest.mark.parametrize("outcome", [Done(has_more=True), FAILED, None])
def test_a_mailbox_with_more_in_it_is_looked_into_at_once(rounds: Rounds, outcome: Done | Failed | None) -> None:
    rounds.next()
    rounds.next()

    rounds.ended(Collect("edi"), outcome)

    assert rounds.next() == Collect("edi")


def test_a_mailbox_in_trouble_is_told_and_waits_for_its_time(rounds: Rounds, troubles: Troubles) -> None:
    rounds.next()
    rounds.next()
    rounds.ended(Collect("edi"), Done(trouble="the server says no"))
    assert troubles
    assert rounds.next() is None

    rounds.poll("edi")
    rounds.next()
    rounds.ended(Collect("edi"), Done())
    assert not troubles


def test_a_mailbox_is_unread_until_it_was_read_to_its_end_or_cannot_be_read(rounds: Rounds) -> None:
    rounds.next()
    rounds.ended(Collect("edi"), Done(trouble="the server says no"))
    rounds.next()
    rounds.ended(Collect("other"), Done(has_more=True))
    assert rounds.has_unread

    rounds.ended(Collect("other"), FAILED)
    assert rounds.has_unread

    rounds.ended(Collect("other"), Done())
    assert not rounds.has_unread
    rounds.poll("edi")
    assert not rounds.has_unread


def test_one_worker_at_a_time_sends(rounds: Rounds) -> None:
    rounds.sends("edi")
    assert [rounds.is_sent_from(name) for name in rounds.channels] == [True, False]

    rounds.has_sent("edi")
    assert not rounds.is_sent_from("edi")
