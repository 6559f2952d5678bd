"""What a decision is told of what came before: what shares an id with the message, and the threads it joins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from building import Earlier, known
from telling import refers, says

from adapter.service.earlier import add_threads, earlier_messages, earlier_of, remember


@dataclass
class Shelf:
    """Rows in place of a store."""

    rows: list[Earlier]
    asked: list[set[int]] = field(default_factory=list)

    def known(self, keys: Collection[str]) -> dict[str, list[Earlier]]:
        return {key: [row for row in self.rows if row.key == key] for key in keys}

    def in_threads(self, threads: Collection[int]) -> list[Earlier]:
        self.asked.append(set(threads))
        return [row for row in self.rows if row.thread in threads]


STATUS = says("9148/1", "s1")
REFERRED = [*known(refers(), 3, thread=3), *known(STATUS, 4, thread=3)]


def test_a_cancellation_by_document_id_sees_the_status_that_named_the_message() -> None:
    found = earlier_messages(Shelf(REFERRED), refers("m9", service_type="C"))

    assert {row.message_id for row in found} == {3, 4}


def test_a_new_referral_sees_only_what_shares_an_id_and_asks_for_no_thread() -> None:
    shelf = Shelf(REFERRED)

    found = earlier_messages(shelf, refers("m9"))

    assert {row.message_id for row in found} == {3}
    assert shelf.asked == [set()]


def test_a_thread_is_looked_up_once_for_a_whole_batch() -> None:
    shelf = Shelf(REFERRED)
    asked = [(refers("m9", service_type="C"), ["d1"]), (says("9148/2", "s2"), ["m1"]), (None, ["m1"])]
    found = shelf.known(["d1", "m1"])

    add_threads(shelf, asked, found)
    add_threads(shelf, asked, found)

    assert shelf.asked == [{3}, set()]


def test_what_was_decided_in_the_same_batch_is_seen_last() -> None:
    found = Shelf(REFERRED).known(["d1"])
    add_threads(Shelf(REFERRED), [(refers("m9", service_type="C"), ["d1"])], found)
    remember(known(says("9148/2", "s2"), 5, thread=3), found)

    rows = earlier_of(refers("m9", service_type="C"), ["d1"], found)

    assert [row.message_id for row in rows][-1] == 5


def test_a_wreck_sees_what_shares_its_id() -> None:
    assert [row.message_id for row in earlier_of(None, ["d1"], Shelf(REFERRED).known(["d1"]))] == [3]
