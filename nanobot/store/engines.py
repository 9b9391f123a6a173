"""Engines that speak to SQLite or PostgreSQL as nanobot needs it, and the addresses they take. Imports only `nanobot.errors`."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from nanobot.errors import OperatorError

BUSY_SECONDS: Final = 5.0
"""How long a transaction on SQLite waits for its turn: somebody waits for its answer, and what is paid is tried again."""
PATIENT_SECONDS: Final = 30.0
"""How long it waits at a terminal or at a start, where it is better late than not done."""
_CONNECT_SECONDS = 10
_STATEMENT_SECONDS = 60
# In a burst all processes wait in line for the owner's cap, and on a busy machine that takes its time.
_LOCK_SECONDS = 15
# A connection to PostgreSQL that is not free is at work for somebody, and comes back; nobody holds it against all others.
# In a burst hundreds wait for one, and each has a person who would rather wait than be sent away.
_POOL_SECONDS = 90
# A machine that vanished in a transaction keeps its row locks until PostgreSQL notices, by itself after two hours.
_IDLE_SECONDS = 30
LETTING_GO_SECONDS: Final = 2
"""How long SQLAlchemy waits for the polite end of a connection to PostgreSQL that was given up in a statement."""


class DatabaseUrlError(OperatorError):
    """DATABASE_URL names nothing that nanobot can work on."""


def parse_url(url: str) -> URL:
    """Read DATABASE_URL.

    Raises:
        DatabaseUrlError: it is no file of SQLite and no PostgreSQL. The sentence does not repeat it, as it may
            hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the latter: a port that is no number
        raise DatabaseUrlError("DATABASE_URL is not an address of a database.") from error
    if parsed.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        raise DatabaseUrlError("DATABASE_URL must start with sqlite+aiosqlite:/// or postgresql+asyncpg://.")
    if is_sqlite(parsed) and parsed.database in {None, "", ":memory:"}:
        raise DatabaseUrlError(
            "DATABASE_URL must name a file, such as sqlite+aiosqlite:///nanobot.db: "
            "a database in memory is not shared between two connections."
        )
    return parsed


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def sqlite_engine(
    url: URL,
    *,
    begin: str,
    connections: int,
    busy_seconds: float,
    query_only: bool = False,
    foreign_keys: bool = True,
) -> AsyncEngine:
    """Build an engine whose every transaction starts with the statement `begin`."""
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_seconds,
        hide_parameters=True,  # prompts and tokens stay out of exceptions, and so out of the log
        # isolation_level=None keeps the driver from its own, late BEGIN; timeout is SQLite's busy_timeout.
        connect_args={"isolation_level": None, "timeout": busy_seconds},
    )
    pragmas = (
        # Readers do not wait for the writer, nor the writer for readers. https://www.sqlite.org/wal.html
        "PRAGMA journal_mode=WAL",
        # An fsync for each commit: a power cut must not forget that a paid request was sent, which would send it twice.
        # https://www.sqlite.org/pragma.html#pragma_synchronous
        "PRAGMA synchronous=FULL",
        f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}",
        f"PRAGMA query_only={'ON' if query_only else 'OFF'}",
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def _let_go(connection: DBAPIConnection, _record: object, _error: object) -> None:
        # Whoever is cancelled in a statement leaves its cursor behind, and SQLite keeps a connection that is closed
        # before its cursors open, with its lock: nobody could write any more. Rolled back, it has no lock.
        with suppress(ValueError):  # it is closed already
            connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def postgres_engine(url: URL, *, connections: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        pool_pre_ping=True,  # a connection that died with the server's restart is replaced unseen
        hide_parameters=True,
        # Under READ COMMITTED a statement after a row lock sees what the lock's last holder committed.
        isolation_level="READ COMMITTED",
        connect_args={
            "timeout": _CONNECT_SECONDS,
            "command_timeout": _STATEMENT_SECONDS,
            "server_settings": {
                "application_name": "nanobot",
                "lock_timeout": f"{_LOCK_SECONDS}s",
                "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS}s",
            },
        },
    )
