"""Bring the database to the tables that this code knows, through Alembic. Imports `nanobot.errors` and the store.

The scripts are in `migrations/` beside the package. Everything here is synchronous, as Alembic is; call it through
`asyncio.to_thread` where an event loop runs.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from nanobot.errors import OperatorError
from nanobot.store.database import reaching
from nanobot.store.engines import PATIENT_SECONDS, is_sqlite, parse_url, sqlite_engine

_ALEMBIC_INI = Path(__file__).resolve().parents[2] / "alembic.ini"

# Any number that is ours: two processes that start at once take turns to migrate. It spells "nanobot".
_ADVISORY_LOCK = 0x6E616E6F626F74

# `alembic.context`, through which the scripts run, is one for the whole process.
_ALEMBIC_LOCK = threading.Lock()


class DatabaseNewerThanCode(OperatorError):
    """The database was migrated by a later nanobot; `revisions` are those that this one has no script for."""

    def __init__(self, *, revisions: frozenset[str]) -> None:
        super().__init__(
            f"The database is at revision {', '.join(sorted(revisions))}, which this version of nanobot does "
            "not know: update nanobot, or restore the backup that belongs to this version."
        )
        self.revisions = revisions


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest tables; a database that has them is left alone.

    All steps are one transaction: they happen whole or not at all, and two callers at once take turns.

    Raises:
        DatabaseUrlError: `url` is no file of SQLite and no PostgreSQL.
        DatabaseUnreachable: it gives no connection.
        DatabaseNewerThanCode: it belongs to a later version.
    """
    parsed = parse_url(url)
    if is_sqlite(parsed):
        # aiosqlite's thread may outlive a failed connection's event loop and then print a traceback.
        with reaching(parsed):
            Path(parsed.database or "").open("ab").close()
    with _ALEMBIC_LOCK:
        asyncio.run(_migrate(parsed, Config(_ALEMBIC_INI)))


def is_current(url: str) -> bool:
    """Tell whether the database has the newest tables, without changing it.

    Raises:
        DatabaseUrlError: `url` is no file of SQLite and no PostgreSQL.
        DatabaseUnreachable: it gives no connection.
        DatabaseNewerThanCode: it belongs to a later version.
    """
    parsed = parse_url(url)
    if is_sqlite(parsed) and not Path(parsed.database or "").exists():
        return False  # connecting would create the file
    return asyncio.run(_is_current(parsed, ScriptDirectory.from_config(Config(_ALEMBIC_INI))))


async def _migrate(url: URL, config: Config) -> None:
    async with _transaction(url) as connection:
        if not is_sqlite(url):
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK}
            )
        await connection.run_sync(_upgrade, config)


async def _is_current(url: URL, scripts: ScriptDirectory) -> bool:
    async with _transaction(url) as connection:
        return await connection.run_sync(_known_revisions, scripts) == set(scripts.get_heads())


def _upgrade(connection: Connection, config: Config) -> None:
    _known_revisions(connection, ScriptDirectory.from_config(config))
    config.attributes["connection"] = connection  # read by migrations/env.py
    command.upgrade(config, "head")


def _known_revisions(connection: Connection, scripts: ScriptDirectory) -> set[str]:
    at = set(MigrationContext.configure(connection).get_current_heads())
    unknown = at - {script.revision for script in scripts.walk_revisions()}
    if unknown:
        raise DatabaseNewerThanCode(revisions=frozenset(unknown))
    return at


@asynccontextmanager
async def _transaction(url: URL) -> AsyncIterator[AsyncConnection]:
    engine = _engine(url)
    try:
        async with AsyncExitStack() as stack:
            with reaching(url):
                connection = await stack.enter_async_context(engine.begin())
            yield connection
    finally:
        await engine.dispose()


def _engine(url: URL) -> AsyncEngine:
    if is_sqlite(url):
        # Without foreign keys: Alembic alters an SQLite table by copying and dropping it.
        return sqlite_engine(
            url,
            begin="BEGIN IMMEDIATE",
            connections=1,
            busy_seconds=PATIENT_SECONDS,
            foreign_keys=False,
        )
    return create_async_engine(url, poolclass=NullPool, hide_parameters=True)
