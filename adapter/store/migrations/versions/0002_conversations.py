"""Keep what conversations need: what a message is about, whose a deadline is, and what it ends with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns only: tables that others refer to cannot be made anew inside a transaction."""
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
