"""Lay the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first release."""
    op.create_table(
        "body",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_body"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("kind", sa.Text()),
        sa.Column("version", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("msg_id", sa.Text()),
        sa.Column("document_id", sa.Text()),
        sa.Column("generated_at", sa.Text()),
        sa.Column("service_type", sa.Text()),
        sa.Column("sender_her", sa.Text()),
        sa.Column("receiver_her", sa.Text()),
        sa.Column("sender_party", sa.Text()),
        sa.Column("receiver_party", sa.Text()),
        sa.Column("thread", sa.Integer()),
        sa.Column("verdict", sa.Text()),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text()),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_message_direction")),
        sa.ForeignKeyConstraint(["sha256"], ["body.sha256"], name="fk_message_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_state", "message", ["state"])
    op.create_index(
        "ix_message_thread",
        "message",
        ["thread"],
        sqlite_where=sa.text("thread IS NOT NULL"),
        postgresql_where=sa.text("thread IS NOT NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("for_message_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("after_delivery", sa.Integer()),
        sa.Column("staged", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("sent_at", sa.Text()),
        sa.Column("receipt_due_at", sa.Text()),
        sa.ForeignKeyConstraint(["after_delivery"], ["delivery.id"], name="fk_delivery_after_delivery"),
        sa.ForeignKeyConstraint(["for_message_id"], ["message.id"], name="fk_delivery_for_message_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_delivery_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index(
        "ix_delivery_after_delivery",
        "delivery",
        ["after_delivery"],
        sqlite_where=sa.text("after_delivery IS NOT NULL"),
        postgresql_where=sa.text("after_delivery IS NOT NULL"),
    )
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"])
    op.create_index("ix_delivery_for_message_id", "delivery", ["for_message_id"])
    op.create_index("ix_delivery_state", "delivery", ["state", "due_at"])
    op.create_table(
        "receipt",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("receipt_message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_receipt_message_id"),
        sa.ForeignKeyConstraint(["receipt_message_id"], ["message.id"], name="fk_receipt_receipt_message_id"),
        sa.UniqueConstraint("message_id", "recipient", name="uq_receipt_message_id"),
    )
    op.create_table(
        "reference",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_reference_message_id"),
        sa.PrimaryKeyConstraint("key", "role", "message_id", name="pk_reference"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reference_message_id", "reference", ["message_id"])
    op.create_index(
        "uq_reference_dedupe",
        "reference",
        ["key"],
        unique=True,
        sqlite_where=sa.text("role = 'dedupe'"),
        postgresql_where=sa.text("role = 'dedupe'"),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer()),
        sa.Column("due_at", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text()),
        sa.Column("closed_by", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("draft_message_id", sa.Integer()),
        sa.ForeignKeyConstraint(["draft_message_id"], ["message.id"], name="fk_task_draft_message_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_task_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_index("ix_task_message_id", "task", ["message_id"])
    op.create_index("ix_task_state", "task", ["state", "party"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_attempt_delivery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_delivery_id", "attempt", ["delivery_id"])
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer()),
        sa.Column("delivery_id", sa.Integer()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_event_delivery_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_event_message_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
    )
    op.create_index("ix_event_message_id", "event", ["message_id"])
    op.create_table(
        "timer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer()),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fired_at", sa.Text()),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_timer_delivery_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_timer_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_timer"),
    )
    op.create_index("ix_timer_delivery_id", "timer", ["delivery_id"])
    op.create_index("ix_timer_message_id", "timer", ["message_id"])
    op.create_index("ix_timer_state", "timer", ["state", "due_at"])

    if op.get_context().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER event_no_{action.lower()} BEFORE {action} ON event "
                "BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END"
            )
