"""What must survive: tables, queries, transitions, migrations.

store    Store: open, transactions, backup        lock     DaemonLock, WorkerLock
query    Query: messages and deliveries, read     ledger   Ledger: the same, written
todo     timers and tasks, read                   agenda   the same, written
batches  what was sent again, read                batching the same, written
envelopes the mails around messages, read         enveloping the same, written
past     Past: the store as it was                moment   how a moment is written
facts    what is known of a message, an envelope  entries  what goes in
rows     what comes out, and how it is asked for  journal  the event log and new ids, in a transaction
tables   the tables                               chain    the hash chain of the event log
schema   creating and migrating them

Use it as::

    store = Store.open("sqlite:///var/budstikke.db")
    with store.writing() as ledger:
        ids = ledger.receive([NewMessage(channel="gp-in", source="a.xml", data=data)], at=now, worker="w1")
    with store.reading() as query:
        rows = query.messages(MessageFilter(state=MessageState.HELD))

SQLAlchemy is loaded with `Store`, so this door opens the heavy part only when someone asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.store.entries import (
    DecidedMessage,
    DeliveryMove,
    EnvelopeMove,
    MessageMove,
    NewAttempt,
    NewBatch,
    NewDelivery,
    NewEnvelope,
    NewEvent,
    NewItem,
    NewMessage,
    NewReceipt,
    NewReference,
    NewTask,
    NewTimer,
)
from adapter.store.facts import EnvelopeFacts, Facts
from adapter.store.lock import DaemonLock, WorkerLock
from adapter.store.rows import (
    AttemptRow,
    BatchRow,
    ChainVerdict,
    Counts,
    DeliveryRow,
    EnvelopeFilter,
    EnvelopeRow,
    EventRow,
    ItemRow,
    Known,
    MessageFilter,
    MessageRow,
    Oldest,
    ReceiptRow,
    ReferenceRow,
    TaskRow,
    TimerRow,
)

if TYPE_CHECKING:
    from adapter.store.ledger import Ledger
    from adapter.store.query import Query
    from adapter.store.store import Store

__all__ = [
    "AttemptRow",
    "BatchRow",
    "ChainVerdict",
    "Counts",
    "DaemonLock",
    "DecidedMessage",
    "DeliveryMove",
    "DeliveryRow",
    "EnvelopeFacts",
    "EnvelopeFilter",
    "EnvelopeMove",
    "EnvelopeRow",
    "EventRow",
    "Facts",
    "ItemRow",
    "Known",
    "Ledger",
    "MessageFilter",
    "MessageMove",
    "MessageRow",
    "NewAttempt",
    "NewBatch",
    "NewDelivery",
    "NewEnvelope",
    "NewEvent",
    "NewItem",
    "NewMessage",
    "NewReceipt",
    "NewReference",
    "NewTask",
    "NewTimer",
    "Oldest",
    "Query",
    "ReceiptRow",
    "ReferenceRow",
    "Store",
    "TaskRow",
    "TimerRow",
    "WorkerLock",
]


def __getattr__(name: str) -> object:
    """Load what needs SQLAlchemy when it is first asked for."""
    from importlib import import_module  # noqa: PLC0415 - as late as the modules it loads

    homes = {"Store": "store", "Ledger": "ledger", "Query": "query"}
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{homes[name]}"), name)
