"""Who says that a stay has ended starts the clock of its epikrise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapter.flow.schedule import OSLO
from adapter.flow.span import Span
from adapter.message.state import MessageState
from adapter.service import timers
from adapter.service.acts import NotPossible
from adapter.service.parts import Parts
from adapter.service.stays import end_stay
from adapter.store.rows import TimerRow
from adapter.store.store import Store

MONDAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
REFERRAL = {"kind": "henvisning", "sender_party": "gp", "receiver_party": "clinic"}

Receive = Callable[..., int]


@pytest.fixture
def parts(bench: Any, store: Store) -> Parts:
    """The parts of a bench, on the store of these tests."""
    made: Parts = replace(bench.parts, store=store)
    return made


def _epikrise(store: Store) -> list[TimerRow]:
    with store.reading() as query:
        return query.timers()


def test_the_epikrise_is_due_some_whole_days_after_the_stay(parts: Parts, store: Store, receive: Receive) -> None:
    referral = receive(MessageState.DELIVERED, **REFERRAL)

    due = end_stay(parts, referral, MONDAY, "kari", NOW)

    # the stay ended some time on Monday; the seventh day is the Monday after, and it ends at midnight
    assert due == datetime(2026, 3, 17, tzinfo=OSLO)
    assert [(row.rule, row.party, row.message_id, row.due_at) for row in _epikrise(store)] == [
        ("epikrise-notice", "clinic", referral, datetime(2026, 3, 15, tzinfo=OSLO)),
        ("epikrise", "clinic", referral, due),
    ]
    with store.reading() as query:
        event = query.events(referral)[-1]
    assert (event.name, event.data) == ("stay_ended", {"on": "2026-03-09", "by": "kari"})


def test_another_day_replaces_the_first(parts: Parts, store: Store, receive: Receive) -> None:
    referral = receive(MessageState.DELIVERED, **REFERRAL)
    end_stay(parts, referral, date(2026, 3, 2), "kari", NOW)
    timers.fire_due(store, NOW)

    due = end_stay(parts, referral, MONDAY, "kari", NOW)

    assert [row.state for row in _epikrise(store)] == ["fired", "fired", "running", "running"]
    assert _epikrise(store)[-1].due_at == due
    with store.reading() as query:
        assert query.tasks() == []


def test_the_configured_days_count(parts: Parts, store: Store, receive: Receive) -> None:
    spans = replace(parts.context.timers, epikrise=Span(1, "working days"), epikrise_notice=Span(1, "h"))
    changed = replace(parts, context=replace(parts.context, timers=spans))

    due = end_stay(changed, receive(MessageState.DELIVERED, **REFERRAL), MONDAY, "kari", NOW)

    assert due == Span(1, "working days").after(datetime(2026, 3, 10, tzinfo=OSLO))
    assert _epikrise(store)[0].due_at == datetime(2026, 3, 10, 1, tzinfo=OSLO)


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        (MessageState.DELIVERED, {**REFERRAL, "kind": "dialogmelding"}),
        (MessageState.DELIVERED, {**REFERRAL, "receiver_party": None}),
        (MessageState.REJECTED, REFERRAL),
    ],
)
def test_only_a_referral_that_somebody_took_leads_to_a_stay(
    parts: Parts, receive: Receive, state: MessageState, facts: dict[str, Any]
) -> None:
    with pytest.raises(NotPossible, match="no referral"):
        end_stay(parts, receive(state, **facts), MONDAY, "kari", NOW)


def test_a_stay_of_a_message_that_is_not_there(parts: Parts) -> None:
    with pytest.raises(NotPossible, match="no referral"):
        end_stay(parts, 7, MONDAY, "kari", NOW)


def test_a_stay_cannot_have_ended_tomorrow(parts: Parts, receive: Receive) -> None:
    referral = receive(MessageState.DELIVERED, **REFERRAL)

    with pytest.raises(NotPossible, match="still to come"):
        end_stay(parts, referral, (NOW + timedelta(days=1)).date(), "kari", NOW)


@pytest.mark.parametrize(
    ("epikrise", "is_owed"),
    [
        ({"sender_party": "clinic"}, False),
        ({"sender_party": "other"}, True),
        ({"sender_party": "clinic", "state": MessageState.REJECTED}, True),
    ],
)
def test_an_epikrise_that_was_sent_is_not_owed(
    parts: Parts, receive: Receive, epikrise: dict[str, Any], *, is_owed: bool
) -> None:
    referral = receive(MessageState.DELIVERED, **REFERRAL, thread=1)
    receive(**{"state": MessageState.DELIVERED, "kind": "epikrise", "thread": 1, **epikrise})

    if is_owed:
        end_stay(parts, referral, MONDAY, "kari", NOW)
    else:
        with pytest.raises(NotPossible, match="has been sent"):
            end_stay(parts, referral, MONDAY, "kari", NOW)
