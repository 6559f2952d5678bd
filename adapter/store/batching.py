"""What is sent again, written: batches, and what came of each of their messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from adapter.errors import StoreError
from adapter.store import chain, statements
from adapter.store.entries import NewBatch
from adapter.store.facts import BatchState, ItemState
from adapter.store.journal import Journal
from adapter.store.moment import to_text
from adapter.store.rows import ItemRow
from adapter.store.tables import batch


class Batching(Journal):
    """Begins and ends batches. Each step of a batch leaves an event with who did it."""

    def add_batch(self, new: NewBatch, *, at: datetime) -> int:
        """Keep what is to be sent again, with the bytes it goes with. Return the batch's id."""
        moment = to_text(at)
        (id_,) = self._new_ids(batch, 1)
        wanted = chain.encode(new.wanted)
        self._driver.run(statements.INSERT_BATCH, [(id_, moment, new.by, new.ids, wanted, new.pause, "open", None)])
        bodies = {sha256(item.data).hexdigest(): item.data for item in new.items if item.data is not None}
        self._driver.run(statements.INSERT_BODY, [(digest, len(data), data) for digest, data in bodies.items()])
        self._driver.run(
            statements.INSERT_ITEM,
            [
                (
                    *(id_, position, item.message_id, item.delivery_id),
                    None if item.data is None else sha256(item.data).hexdigest(),
                    *("pending", None, None, None, None),
                )
                for position, item in enumerate(new.items, start=1)
            ],
        )
        self.log_batch("batch_started", id_, at=at, by=new.by, data={"ids": new.ids, "messages": len(new.items)})
        return id_

    def end_item(  # noqa: PLR0913 - what can come of a message
        self,
        item: ItemRow,
        state: ItemState,
        *,
        at: datetime,
        message: int | None = None,
        delivery: int | None = None,
        note: str | None = None,
    ) -> None:
        """Write down what came of one message; bytes that no message has are forgotten.

        Raises:
            StoreError: It has come to something already.
        """
        if item.state != "pending":
            raise StoreError(f"Message {item.position} of batch {item.batch_id} is {item.state} already.")
        ended = (state, to_text(at), message, delivery, note, item.batch_id, item.position)
        self._driver.run(statements.END_ITEM, [ended])
        if item.sha256 is not None:
            self._driver.run(statements.FORGET_BODY, [(item.sha256,)])

    def end_batch(self, id: int, state: BatchState, *, by: str, at: datetime) -> None:  # noqa: A002 - the column's own name
        """Close a batch; one that is through can still be cancelled.

        Raises:
            StoreError: There is no such batch, or it is closed like that.
        """
        row = self.batch(id)
        if row is None or row.state in {state, "cancelled"}:
            raise StoreError(f"There is no batch {id} that could be {state}.")
        self._driver.run(statements.END_BATCH, [(state, to_text(at), id)])
        self.log_batch(f"batch_{state}", id, at=at, by=by)

    def log_batch(
        self,
        name: str,
        id: int,  # noqa: A002 - the column's own name
        *,
        at: datetime,
        by: str,
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Record what a person did with a batch."""
        self._log(to_text(at), None, None, name, {"batch": id, "by": by, **(data or {})})
