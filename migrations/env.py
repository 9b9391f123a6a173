"""Alembic's way in: runs the scripts on the connection of `nanobot.store.migrate`, or on one of its own.

The latter is for a developer at the `alembic` command; the database is then that of DATABASE_URL.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from nanobot.settings import load_settings
from nanobot.store.tables import LedgerEntry
from nanobot.store.types import Dollars, UtcDateTime, Words


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database: a script does not change when nanobot does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Words):
        return "sa.Text()"
    if kind == "type" and isinstance(item, Dollars):
        return 'sa.Numeric(14, 6).with_variant(sa.BigInteger(), "sqlite")'
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=LedgerEntry.metadata,
        render_item=render_item,
        render_as_batch=True,  # SQLite alters a table by copying it
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_at_database_url() -> None:
    engine = create_async_engine(load_settings().database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given_connection: Connection | None = context.config.attributes.get("connection")
if given_connection is None:
    asyncio.run(run_at_database_url())
else:
    run(given_connection)
