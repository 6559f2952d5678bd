"""What is known from before about a message: what shares an id with it, and the threads it joins.

Both lie in one map: messages by the ids they carry, and by their thread under a key that no id can be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence

from adapter.flow.references import keys_of, needs_thread, threads_of
from adapter.message.message import Message
from adapter.store.query import Query
from adapter.store.rows import Known

#: Earlier messages by id and thread.
Memory = MutableMapping[str, list[Known]]


def earlier_messages(query: Query, message: Message) -> list[Known]:
    """Return what a decision about one message must know."""
    keys = keys_of(message, by_content=True)
    known = query.known(keys)
    add_threads(query, [(message, keys)], known)
    return earlier_of(message, keys, known)


def add_threads(query: Query, asked: Iterable[tuple[Message | None, Collection[str]]], known: Memory) -> None:
    """Add the threads that messages join to what is known by their ids, where threads matter."""
    threads = {
        thread
        for message, keys in asked
        if message is not None and needs_thread(message)
        for thread in threads_of(_sharing(keys, known))
    }
    missing = {thread for thread in threads if _of_thread(thread) not in known}
    for row in query.in_threads(missing):
        known.setdefault(_of_thread(row.thread), []).append(row)


def earlier_of(message: Message | None, keys: Collection[str], known: Mapping[str, Sequence[Known]]) -> list[Known]:
    """Return what a decision must know of what is known. Of rows about the same message the last one counts."""
    sharing = _sharing(keys, known)
    if message is None or not needs_thread(message):
        return sharing
    return [*sharing, *(row for thread in threads_of(sharing) for row in known.get(_of_thread(thread), ()))]


def remember(rows: Iterable[Known], known: Memory) -> None:
    """Add what was decided about another message of the same batch."""
    for row in rows:
        known.setdefault(row.key, []).append(row)
        known.setdefault(_of_thread(row.thread), []).append(row)


def _sharing(keys: Collection[str], known: Mapping[str, Sequence[Known]]) -> list[Known]:
    return [row for key in keys for row in known.get(key, ())]


def _of_thread(thread: int | None) -> str:
    return f"\0thread {thread}"
