from __future__ import annotations

from collections.abc import Callable

import pytest

from adapter.replay.select import Overview, TooMany, overview, select
from adapter.service.parts import Parts
from adapter.store import MessageFilter

Carry = Callable[..., None]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (MessageFilter(direction="in"), [1, 3]),
        (MessageFilter(rule="AMO-04"), [3]),
        (MessageFilter(rule="AMO-0_"), []),
        (MessageFilter(sender="referrer", type="HENVISNING"), [1, 3]),
        (MessageFilter(receiver="clinic", direction="in"), [1, 3]),
        (MessageFilter(receiver="referrer", direction="out"), [2, 4, 5]),
        (MessageFilter(ids=(3, 1, 99)), [1, 3]),
        (MessageFilter(thread=3, direction="in"), [3]),
    ],
)
def test_messages_are_selected_by_what_is_known_of_them(
    parts: Parts, carry: Carry, wanted: MessageFilter, found: list[int]
) -> None:
    carry("henvisning-1.1-komplett.xml", "henvisning-1.1-uten-sykmeldingsstatus.xml")

    with parts.store.reading() as query:
        assert [row.id for row in select(query, wanted, 10)] == found


def test_more_than_the_limit_are_refused(parts: Parts, carry: Carry) -> None:
    carry("henvisning-1.1-komplett.xml", "henvisning-1.1-uten-sykmeldingsstatus.xml")

    with parts.store.reading() as query, pytest.raises(TooMany, match="More than 1 "):
        select(query, MessageFilter(direction="in"), 1)


def test_a_selection_is_told_in_numbers(parts: Parts, carry: Carry) -> None:
    carry("henvisning-1.1-komplett.xml", "tom-fil.xml")

    with parts.store.reading() as query:
        told = overview(select(query, MessageFilter(direction="in"), 10))

    assert (told.count, told.types) == (2, {"HENVISNING": 1, "unknown": 1})
    assert told.oldest == told.newest
    assert overview([]) == Overview(count=0)
