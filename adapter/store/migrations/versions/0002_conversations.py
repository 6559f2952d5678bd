"""Keep what conversations need, what a message is about and what a deadline ends with; and what was sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns, and tables: one that others refer to cannot be made anew inside a transaction."""
    op.add_column("message", sa.Column("topic", sa.Text()))
    op.add_column("message", sa.Column("patient", sa.Text()))

    op.add_column("timer", sa.Column("party", sa.Text(), nullable=False, server_default=sa.text("''")))
    # Until now every deadline was for the people of the message's sender.
    op.execute(
        "UPDATE timer SET party = coalesce((SELECT sender_party FROM message WHERE message.id = timer.message_id), '')"
    )
    op.add_column("task", sa.Column("priority", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("task", sa.Column("assignee", sa.Text()))

    for table in ("timer", "task"):
        op.add_column(table, sa.Column("ends_with", sa.Integer(), sa.ForeignKey("message.id")), inline_references=True)
        op.create_index(
            f"ix_{table}_ends_with",
            table,
            ["ends_with"],
            sqlite_where=sa.text("ends_with IS NOT NULL"),
            postgresql_where=sa.text("ends_with IS NOT NULL"),
        )

    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("pause", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.Integer(), sa.ForeignKey("batch.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), nullable=False),
        sa.Column("delivery_id", sa.Integer(), sa.ForeignKey("delivery.id")),
        sa.Column("sha256", sa.Text(), sa.ForeignKey("body.sha256")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text()),
        sa.Column("new_message_id", sa.Integer(), sa.ForeignKey("message.id")),
        sa.Column("new_delivery_id", sa.Integer(), sa.ForeignKey("delivery.id")),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("batch_id", "position", name="pk_batch_item"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_batch_item_message_id", "batch_item", ["message_id"])
    op.create_index(
        "ix_batch_item_new_message_id",
        "batch_item",
        ["new_message_id"],
        sqlite_where=sa.text("new_message_id IS NOT NULL"),
        postgresql_where=sa.text("new_message_id IS NOT NULL"),
    )
