"""Run migrations inside the transaction of the connection that `adapter.store.schema` hands over."""

from __future__ import annotations

from alembic import context

from adapter.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite's tables change inside a transaction too, once the driver leaves BEGIN to us.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
