"""Which form the tables have: creating them, recognising older and newer ones, migrating forward.

A new store is created straight from the tables, because loading Alembic takes a quarter of a second; a test proves
that the migrations lead to exactly the same place.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select

from adapter.errors import StoreError, StoreTooNew
from adapter.store.tables import metadata

#: The newest migration. Revisions are numbered, so that older and newer can be told apart without reading them.
REVISION = "0003"

MIGRATIONS = Path(__file__).parent / "migrations"
#: Where the numbered migrations lie.
VERSIONS = (MIGRATIONS / "versions",)

#: Alembic's own table, declared here so that the version can be read without loading Alembic.
_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def revision(connection: Connection) -> str | None:
    """Return the store's revision, or None for an empty file.

    Raises:
        StoreTooNew: A later release wrote the store.
        StoreError: It is a database, but no store.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if _version.name not in tables:
        raise StoreError("The file is a database, but not a store of this program.")
    found: str | None = connection.scalar(select(_version.c.version_num))
    if found is None:
        raise StoreError("The store does not say which release wrote it.")
    if found > REVISION:
        raise StoreTooNew(f"The store has revision {found}; this release knows up to {REVISION}.")
    return found


def create(connection: Connection) -> None:
    """Create all tables in an empty database."""
    metadata.create_all(connection, checkfirst=False)
    _version.create(connection)
    connection.execute(insert(_version), {"version_num": REVISION})


def migrate(connection: Connection, target: str | None = None) -> None:
    """Bring an older store to a revision, the newest one by default, inside the connection's transaction."""
    from alembic import command  # noqa: PLC0415 - slow to load, and rarely needed
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(map(str, VERSIONS)))
    config.attributes["connection"] = connection
    command.upgrade(config, target or REVISION)
