"""Drafts in the store: begun by a rule or a person, changed, discarded. How one is sent is `service.approval`."""

from __future__ import annotations

from datetime import datetime

from adapter.flow.decision import OPERATOR
from adapter.flow.drafts.changes import missing_in, signed_by, with_text
from adapter.flow.drafts.frame import CannotBeWritten
from adapter.flow.drafts.kinds import DraftKind
from adapter.flow.rules import DRF_02
from adapter.message.message import Message
from adapter.message.party import HealthcareProfessional
from adapter.message.state import DeliveryState, MessageState
from adapter.service.acts import NotPossible
from adapter.service.commit import facts_of
from adapter.service.composing import Background, Composed, Composer, Options
from adapter.service.parts import Parts
from adapter.store.entries import MessageMove, NewEvent, NewMessage, NewTask
from adapter.store.facts import by_name
from adapter.store.query import Query
from adapter.store.rows import MessageFilter, MessageRow, TaskRow
from adapter.store.store import Store
from adapter.values import value_class
from adapter.wire import read, write

_ALL = 100_000
_NOT_TAKEN = frozenset({MessageState.REJECTED, MessageState.QUARANTINED, MessageState.IGNORED, MessageState.RECEIVED})
_POSITIVE = frozenset({"1", "3"})
_SENT = frozenset({MessageState.ACCEPTED, MessageState.DELIVERED})


@value_class
class Draft:
    """A draft as it stands."""

    row: MessageRow
    #: The open task it belongs to.
    task: TaskRow
    message: Message

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the options of `drafts edit` that it still needs."""
        return missing_in(self.message)


@value_class
class Begun:
    """A new draft."""

    draft: int
    task: int
    missing: tuple[str, ...]
    #: HER-ids of those who should have a copy and have no channel here.
    uncopied: tuple[str, ...]


def drafts(query: Query) -> list[Draft]:
    """Return all drafts that wait for a person, oldest first."""
    held = query.messages(MessageFilter(state=MessageState.HELD, direction="out"), limit=_ALL)
    return _with_tasks(query, held)


def draft(query: Query, number: int) -> Draft:
    """Return one draft; raises NotPossible where the message is none, or is one no more.

    A draft whose task is done, because somebody answered by other means, waits no longer; with the task it comes back.
    """
    row = query.message(number)
    if row is not None and row.direction == "out" and row.state is MessageState.HELD:
        for found in _with_tasks(query, [row]):
            return found
    raise NotPossible(f"Message {number} is not a draft that waits.", hint="`budstikke drafts` lists those that do.")


def new_draft(  # noqa: PLR0913 - what about which message, by whom and when
    parts: Parts, kind: DraftKind, about: int, options: Options, *, by: str, now: datetime
) -> Begun:
    """Write a draft about a stored message, with a task for its people; raises NotPossible and CannotBeWritten."""
    with parts.store.reading() as query:
        row = query.message(about)
        data = query.bodies([about]).get(about, b"")
        if row is None or not data:
            raise NotPossible(f"There is no message {about} to write about.")
        if row.state in _NOT_TAKEN:
            raise NotPossible(f"Message {about} is {row.state}: nobody took it, so nothing is written about it.")
        if kind is DraftKind.DEVIATION and not _was_taken(query, row):
            raise NotPossible(
                f"Message {about} has no positive receipt, and an avvik is for messages that were taken (HIS 1151).",
                hint="The receipt itself says what was wrong with a message that was rejected.",
            )
        background = Background(
            message=read(data),
            data=data,
            received_at=row.received_at,
            previous_status=_previous_status(query, row),
        )
    composed = Composer(parts.context).compose(kind, background, options, now)
    if composed.receiver is None:
        raise CannotBeWritten("The one it would go to is no party of the configuration.")
    return _keep(parts.store, row, composed, by, now)


def edit(  # noqa: PLR0913 - what of a draft can be changed, by whom and when
    store: Store,
    number: int,
    *,
    text: str | None = None,
    author: HealthcareProfessional | None = None,
    by: str,
    now: datetime,
) -> tuple[str, ...]:
    """Change what a draft says or who answers for it; return what it still lacks. Raises NotPossible."""
    with store.writing() as ledger:
        message = draft(ledger, number).message
        if text is not None:
            message = with_text(message, text)
        if author is not None:
            message = signed_by(message, author)
        ledger.replace_body(number, write(message))
        ledger.log([NewEvent(name="draft_edited", message_id=number, data={"by": by})], at=now)
    return missing_in(message)


def discard(store: Store, number: int, *, by: str, now: datetime, note: str | None = None) -> None:
    """Put a draft aside for good, and close its task; raises NotPossible."""
    with store.writing() as ledger:
        found = draft(ledger, number)
        ledger.move_messages([MessageMove(id=number, to=MessageState.REJECTED, data={"by": by})], at=now)
        ledger.close_task(found.task.id, by=by, at=now, note=note or "draft discarded")


def _with_tasks(query: Query, rows: list[MessageRow]) -> list[Draft]:
    tasks = {task.draft_message_id: task for task in query.tasks(limit=_ALL)}
    bodies = query.bodies([row.id for row in rows if row.id in tasks])
    return [Draft(row=row, task=tasks[row.id], message=read(bodies[row.id])) for row in rows if row.id in tasks]


def _keep(store: Store, about: MessageRow, composed: Composed, by: str, now: datetime) -> Begun:
    message, receiver = composed.message, composed.receiver
    thread = about.thread or about.id
    facts = facts_of(message, composed.sender.id, receiver.id if receiver else None, thread)
    with store.writing() as ledger:
        (number,) = ledger.add_messages(
            [
                NewMessage(
                    **by_name(facts),
                    channel=composed.sender.channel,
                    source=f"drafted about {about.id}",
                    data=write(message),
                    direction="out",
                    state=MessageState.HELD,
                )
            ],
            at=now,
        )
        (task,) = ledger.add_tasks(
            [
                NewTask(
                    party=composed.sender.id or OPERATOR,
                    rule=DRF_02.id,
                    title=f"{DRF_02.text} ({message.type.name if message.type else ''})",
                    message_id=about.id,
                    draft_message_id=number,
                )
            ],
            at=now,
        )
        ledger.log([NewEvent(name="drafted", message_id=number, data={"by": by, "about": about.id})], at=now)
    return Begun(draft=number, task=task, missing=missing_in(message), uncopied=composed.uncopied)


def _was_taken(query: Query, row: MessageRow) -> bool:
    """Tell whether a message was answered positively: by the adapter, or by the system of who received it."""
    if any(receipt.status in _POSITIVE for receipt in query.receipts_of(row.id)):
        return True
    return any(delivery.state is DeliveryState.COMPLETED for delivery in query.deliveries_of([row.id]))


def _previous_status(query: Query, about: MessageRow) -> str | None:
    """Return the id of the last status that the receiver of a referral sent about it."""
    statuses = [
        row.msg_id
        for row in query.thread(about.thread or about.id)
        if (row.topic or "").startswith("9148/")
        and row.state in _SENT
        and (row.sender_party, row.receiver_party) == (about.receiver_party, about.sender_party)
    ]
    return statuses[-1] if statuses else None
