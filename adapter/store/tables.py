"""The tables. Moments are UTC text of fixed width, JSON is compact text, states are those of `adapter.message.state`.

Rows of messages, deliveries and envelopes are never deleted: the event log, which nobody can shorten, refers to them.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import (
    event as sqlalchemy_event,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

#: The bytes, by content: what came twice is stored once.
body = Table(
    "body",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("direction", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("sha256", Text, ForeignKey("body.sha256"), nullable=False),
    Column("size", Integer, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", Text),
    Column("kind", Text),
    Column("version", Text),
    Column("type", Text),
    Column("msg_id", Text),
    Column("document_id", Text),
    Column("generated_at", Text),
    Column("service_type", Text),
    Column("sender_her", Text),
    Column("receiver_her", Text),
    Column("sender_party", Text),
    Column("receiver_party", Text),
    Column("thread", Integer),
    Column("verdict", Text),
    Column("findings", Text, nullable=False),
    Column("decided_at", Text),
    Column("topic", Text),
    Column("patient", Text),
    CheckConstraint("direction IN ('in', 'out')", name="direction"),
    Index(None, "state"),
    Index(None, "thread", sqlite_where=text("thread IS NOT NULL"), postgresql_where=text("thread IS NOT NULL")),
)

#: The ids a message carries or refers to, in lower case.
reference = Table(
    "reference",
    metadata,
    Column("key", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("message_id", Integer, ForeignKey("message.id"), nullable=False),
    PrimaryKeyConstraint("key", "role", "message_id"),
    Index(None, "message_id"),
    # Two workers may read the same message at once; only one of them may call it new.
    Index(
        "uq_reference_dedupe",
        "key",
        unique=True,
        sqlite_where=text("role = 'dedupe'"),
        postgresql_where=text("role = 'dedupe'"),
    ),
    sqlite_with_rowid=False,
)

#: The receipts we issued.
receipt = Table(
    "receipt",
    metadata,
    Column("message_id", Integer, ForeignKey("message.id"), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("receipt_message_id", Integer, ForeignKey("message.id"), nullable=False),
    UniqueConstraint("message_id", "recipient"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_id", Integer, ForeignKey("message.id"), nullable=False),
    Column("for_message_id", Integer, ForeignKey("message.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("after_delivery", Integer, ForeignKey("delivery.id")),
    Column("staged", Boolean, nullable=False),
    Column("last_error", Text),
    Column("sent_at", Text),
    Column("receipt_due_at", Text),
    Column("is_reliable", Boolean, nullable=False, server_default=text("0")),
    Index(None, "message_id"),
    Index(None, "for_message_id"),
    Index(None, "state", "due_at"),
    Index(
        None,
        "after_delivery",
        sqlite_where=text("after_delivery IS NOT NULL"),
        postgresql_where=text("after_delivery IS NOT NULL"),
    ),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery_id", Integer, ForeignKey("delivery.id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("error", Text),
    Index(None, "delivery_id"),
)

#: The inbound envelopes that an id belongs to: what comes under it later is a duplicate of that one, or false.
FIRST_ENVELOPE = "direction = 'in' AND state IN ('opened', 'held', 'refused')"

#: The ebXML messages, as mails: around a message of ours, or signals about another envelope.
envelope = Table(
    "envelope",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("direction", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("sha256", Text, ForeignKey("body.sha256"), nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", Text),
    Column("message_id", Text),
    Column("conversation_id", Text),
    Column("cpa_id", Text),
    Column("service", Text),
    Column("service_type", Text),
    Column("action", Text),
    Column("sender_her", Text),
    Column("receiver_her", Text),
    Column("sender_role", Text),
    Column("receiver_role", Text),
    Column("refers_to", Text),
    Column("digest", Text),
    # The MessageId in lower case, by which it is searched.
    Column("key", Text),
    Column("carries", Integer, ForeignKey("message.id")),
    Column("delivery_id", Integer, ForeignKey("delivery.id")),
    Column("answers", Integer, ForeignKey("envelope.id")),
    Column("address", Text),
    Column("due_at", Text),
    Column("ends_at", Text),
    Column("retries", Integer, nullable=False),
    # In seconds.
    Column("retry_interval", Float),
    Column("is_paused", Boolean, nullable=False),
    Column("is_released", Boolean, nullable=False),
    Column("sent_at", Text),
    Column("acknowledged_at", Text),
    Column("last_error", Text),
    CheckConstraint("direction IN ('in', 'out')", name="direction"),
    Index(None, "state", "due_at"),
    # Two workers may open the same mail at once; only one of them may call it the first.
    Index(
        "uq_envelope_first",
        "key",
        unique=True,
        sqlite_where=text(FIRST_ENVELOPE),
        postgresql_where=text(FIRST_ENVELOPE),
    ),
    *(
        Index(
            f"ix_envelope_{column}",
            column,
            sqlite_where=text(f"{column} IS NOT NULL"),
            postgresql_where=text(f"{column} IS NOT NULL"),
        )
        for column in ("key", "carries", "delivery_id", "answers")
    ),
)

timer = Table(
    "timer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("message_id", Integer, ForeignKey("message.id"), nullable=False),
    Column("delivery_id", Integer, ForeignKey("delivery.id")),
    Column("due_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("fired_at", Text),
    Column("party", Text, nullable=False, server_default=text("''")),
    Column("ends_with", Integer, ForeignKey("message.id")),
    Index(None, "message_id"),
    Index(None, "delivery_id"),
    Index(None, "state", "due_at"),
    Index(
        None,
        "ends_with",
        sqlite_where=text("ends_with IS NOT NULL"),
        postgresql_where=text("ends_with IS NOT NULL"),
    ),
)

task = Table(
    "task",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("party", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("message_id", Integer, ForeignKey("message.id")),
    Column("due_at", Text),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("closed_at", Text),
    Column("closed_by", Text),
    Column("note", Text),
    Column("draft_message_id", Integer, ForeignKey("message.id")),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    Column("assignee", Text),
    Column("ends_with", Integer, ForeignKey("message.id")),
    Column("envelope_id", Integer, ForeignKey("envelope.id")),
    Index(None, "state", "party"),
    Index(None, "message_id"),
    Index(
        None,
        "ends_with",
        sqlite_where=text("ends_with IS NOT NULL"),
        postgresql_where=text("ends_with IS NOT NULL"),
    ),
    Index(
        None,
        "envelope_id",
        sqlite_where=text("envelope_id IS NOT NULL"),
        postgresql_where=text("envelope_id IS NOT NULL"),
    ),
)

#: Messages that a person has sent again, as one act.
batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("ids", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("pause", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_at", Text),
)

#: One of them: what is sent again, and as what. The digest names bytes that no message has yet.
batch_item = Table(
    "batch_item",
    metadata,
    Column("batch_id", Integer, ForeignKey("batch.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("message_id", Integer, ForeignKey("message.id"), nullable=False),
    Column("delivery_id", Integer, ForeignKey("delivery.id")),
    Column("sha256", Text, ForeignKey("body.sha256")),
    Column("state", Text, nullable=False),
    Column("ended_at", Text),
    Column("new_message_id", Integer, ForeignKey("message.id")),
    Column("new_delivery_id", Integer, ForeignKey("delivery.id")),
    Column("note", Text),
    PrimaryKeyConstraint("batch_id", "position"),
    Index(None, "message_id"),
    Index(
        None,
        "new_message_id",
        sqlite_where=text("new_message_id IS NOT NULL"),
        postgresql_where=text("new_message_id IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

#: Append-only; each row holds the hash of the one before it (see `chain`).
event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("message_id", Integer, ForeignKey("message.id")),
    Column("delivery_id", Integer, ForeignKey("delivery.id")),
    Column("name", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "message_id"),
)

for _action in ("UPDATE", "DELETE"):
    sqlalchemy_event.listen(
        event,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy has not typed it yet
            f"CREATE TRIGGER event_no_{_action.lower()} BEFORE {_action} ON event "
            "BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )
