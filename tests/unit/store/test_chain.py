from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import pytest

from adapter.message.state import MessageState
from adapter.store import NewEvent, Store
from adapter.store.chain import GENESIS, Chain, digest, encode


@pytest.fixture
def log(store: Store, receive: Callable[..., int]) -> sqlite3.Connection:
    """A log of four events, and a way around its triggers."""
    receive(MessageState.HELD)
    receive(MessageState.ACCEPTED)
    return sqlite3.connect(store.path)


def _without_triggers(connection: sqlite3.Connection, sql: str) -> None:
    connection.execute("DROP TRIGGER event_no_update")
    connection.execute("DROP TRIGGER event_no_delete")
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_the_hash_covers_the_previous_hash_and_the_event_as_canonical_json() -> None:
    chain = Chain()
    row = chain.add("2026-11-21T12:00:00.000000Z", 7, None, "held", {"b": 1, "a": "æ"})

    event = ["2026-11-21T12:00:00.000000Z", 7, None, "held", {"a": "æ", "b": 1}]
    canonical = json.dumps([1, *event], separators=(",", ":"), ensure_ascii=False)
    assert row[-1] == sha256((GENESIS + canonical).encode()).hexdigest()
    assert row[-2] == GENESIS
    assert row[5] == '{"a":"æ","b":1}'


def test_each_event_names_the_one_before_it() -> None:
    chain = Chain()
    first = chain.add("t", 1, None, "received", {})
    second = chain.add("t", 1, 2, "sent", {})

    assert second[-2] == first[-1]
    assert second[-1] == digest(first[-1], second[:6])
    assert (chain.seq, chain.head) == (2, second[-1])


def test_json_is_compact_with_sorted_keys_and_refuses_what_json_cannot_say() -> None:
    assert encode({"b": [1, None], "a": "ø"}) == '{"a":"ø","b":[1,null]}'
    with pytest.raises(ValueError, match="JSON"):
        encode({"a": float("nan")})


def test_an_untouched_log_verifies(store: Store, log: sqlite3.Connection) -> None:
    log.close()
    with store.reading() as query:
        verdict = query.verify_chain()
        last = query.events()[-1]

    assert verdict.ok
    assert (verdict.length, verdict.broken_seq, verdict.head) == (4, None, last.hash)


def test_an_empty_log_verifies(store: Store) -> None:
    with store.reading() as query:
        verdict = query.verify_chain()

    assert (verdict.ok, verdict.length, verdict.head) == (True, 0, GENESIS)


@pytest.mark.parametrize("sql", ["UPDATE event SET name = 'accepted' WHERE seq = 2", "DELETE FROM event WHERE seq = 2"])
def test_the_log_refuses_changes(log: sqlite3.Connection, sql: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        log.execute(sql)
    log.close()


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE event SET name = 'accepted' WHERE seq = 2", 2),
        ("UPDATE event SET data = '{ }' WHERE seq = 3", 3),
        ("UPDATE event SET at = '2026-11-21T11:00:00.000000Z' WHERE seq = 1", 1),
        ("UPDATE event SET message_id = 1 WHERE seq = 4", 4),
        ("UPDATE event SET message_id = NULL WHERE seq = 4", 4),
        ("UPDATE event SET hash = previous WHERE seq = 4", 4),
        ("DELETE FROM event WHERE seq = 1", 2),
        ("DELETE FROM event WHERE seq = 3", 4),
        ("UPDATE event SET seq = 9 WHERE seq = 4", 9),
        ("INSERT INTO event SELECT 5, at, message_id, NULL, name, data, previous, hash FROM event WHERE seq = 4", 5),
    ],
)
def test_tampering_is_found_where_it_was_done(store: Store, log: sqlite3.Connection, sql: str, broken: int) -> None:
    _without_triggers(log, sql)

    with store.reading() as query:
        verdict = query.verify_chain()

    assert not verdict.ok
    assert verdict.broken_seq == broken


def test_a_log_that_was_cut_short_shows_by_its_head(store: Store, log: sqlite3.Connection) -> None:
    with store.reading() as query:
        before = query.verify_chain()
    _without_triggers(log, "DELETE FROM event WHERE seq = 4")

    with store.reading() as query:
        after = query.verify_chain()

    assert (after.length, before.length) == (3, 4)
    assert after.head != before.head


def test_a_ledger_reads_its_own_events_and_verifies_them(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        ledger.log([NewEvent(name="daemon_started"), NewEvent(name="paused", data={"channel": "gp-in"})], at=now)

        assert [event.name for event in ledger.events()] == ["daemon_started", "paused"]
        assert ledger.verify_chain().ok
    with store.reading() as query:
        assert query.verify_chain().length == 2


def test_the_chain_goes_on_after_a_transaction_that_was_undone(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        ledger.log([NewEvent(name="first")], at=now)
    with pytest.raises(RuntimeError), store.writing() as ledger:  # noqa: PT012 - the block must raise at its end
        ledger.log([NewEvent(name="lost")], at=now)
        raise RuntimeError
    with store.writing() as ledger:
        ledger.log([NewEvent(name="second")], at=now)

    with store.reading() as query:
        assert [event.name for event in query.events()] == ["first", "second"]
        assert query.verify_chain().ok


@pytest.mark.parametrize("name", ["", 'a"', "to do", "é"])
def test_an_event_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        NewEvent(name=name)
