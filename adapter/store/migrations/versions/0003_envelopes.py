"""Keep the mails that messages come and go in, which deliveries are acknowledged, and which tasks are about mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FIRST = "direction = 'in' AND state IN ('opened', 'held', 'refused')"


def upgrade() -> None:
    """Add a table, and columns that know of it. No channel acknowledged anything until now."""
    op.add_column("delivery", sa.Column("is_reliable", sa.Boolean(), nullable=False, server_default=sa.text("0")))
    op.create_table(
        "envelope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), sa.ForeignKey("body.sha256"), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("message_id", sa.Text()),
        sa.Column("conversation_id", sa.Text()),
        sa.Column("cpa_id", sa.Text()),
        sa.Column("service", sa.Text()),
        sa.Column("service_type", sa.Text()),
        sa.Column("action", sa.Text()),
        sa.Column("sender_her", sa.Text()),
        sa.Column("receiver_her", sa.Text()),
        sa.Column("sender_role", sa.Text()),
        sa.Column("receiver_role", sa.Text()),
        sa.Column("refers_to", sa.Text()),
        sa.Column("digest", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.Column("carries", sa.Integer(), sa.ForeignKey("message.id")),
        sa.Column("delivery_id", sa.Integer(), sa.ForeignKey("delivery.id")),
        sa.Column("answers", sa.Integer(), sa.ForeignKey("envelope.id")),
        sa.Column("address", sa.Text()),
        sa.Column("due_at", sa.Text()),
        sa.Column("ends_at", sa.Text()),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("retry_interval", sa.Float()),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("is_released", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.Text()),
        sa.Column("acknowledged_at", sa.Text()),
        sa.Column("last_error", sa.Text()),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_envelope_direction")),
        sa.PrimaryKeyConstraint("id", name="pk_envelope"),
    )
    op.create_index("ix_envelope_state", "envelope", ["state", "due_at"])
    op.create_index(
        "uq_envelope_first",
        "envelope",
        ["key"],
        unique=True,
        sqlite_where=sa.text(_FIRST),
        postgresql_where=sa.text(_FIRST),
    )
    for column in ("key", "carries", "delivery_id", "answers"):
        op.create_index(
            f"ix_envelope_{column}",
            "envelope",
            [column],
            sqlite_where=sa.text(f"{column} IS NOT NULL"),
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )

    op.add_column("task", sa.Column("envelope_id", sa.Integer(), sa.ForeignKey("envelope.id")), inline_references=True)
    op.create_index(
        "ix_task_envelope_id",
        "task",
        ["envelope_id"],
        sqlite_where=sa.text("envelope_id IS NOT NULL"),
        postgresql_where=sa.text("envelope_id IS NOT NULL"),
    )
