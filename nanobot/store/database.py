"""Open transactions on SQLite or PostgreSQL. Imports the engines and `nanobot.errors`.

A check and the write that rests on it are only safe in a transaction that holds the write lock from its start.
SQLAlchemy's defaults on SQLite take that lock at the first write, which is too late: measured, 40 members at
once then got 23 pictures of a limit of 10. So `Database.begin` says BEGIN IMMEDIATE on SQLite; on PostgreSQL,
where writers run side by side, what must not change is locked by row (`nanobot.store.accounts`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from nanobot.errors import OperatorError
from nanobot.store.engines import BUSY_SECONDS, is_sqlite, parse_url, postgres_engine, sqlite_engine

_SQLITE_READERS = 4
POSTGRES_CONNECTIONS: Final = 10
# Of their own, so that a process in a burst is not taken for dead: one for its leases, one for those of others, one for its beat.
_CONNECTIONS_FOR_SIGNS = 3


class DatabaseUnreachable(OperatorError):
    """The database gives no connection; `place` names it without the password."""

    def __init__(self, *, place: str, reason: str) -> None:
        super().__init__(
            f"The database {place} cannot be used ({reason}): check DATABASE_URL and that the database is up."
        )
        self.place = place
        self.reason = reason


DATABASE_TROUBLE: Final = (DatabaseUnreachable, DBAPIError, OSError)
"""What a transaction raises where the database goes away; its work may succeed later."""

# https://www.sqlite.org/rescode.html: no access, busy, locked, no memory, read-only, I/O error, disk full, cannot open
_SQLITE_TROUBLE: Final = frozenset({3, 5, 6, 7, 8, 10, 13, 14})
# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, resources, locked, operator, system; and
# 25P03, a transaction that was idle for too long
_POSTGRES_TROUBLE: Final = ("08", "25P03", "53", "55P03", "57", "58")


class Database:
    """A pool of connections; whoever opens it closes it.

    It belongs to the event loop that first uses it.
    """

    def __init__(
        self, *, url: URL, writing: AsyncEngine, reading: AsyncEngine, giving_signs: AsyncEngine
    ) -> None:
        self._url = url
        self._writing = writing
        self._reading = reading
        self._giving_signs = giving_signs

    @classmethod
    def open(cls, url: str, *, busy_seconds: float = BUSY_SECONDS) -> Database:
        """Prepare the pools; nothing is connected before the first transaction.

        On SQLite a transaction waits for `busy_seconds` for its turn.

        Raises:
            DatabaseUrlError: `url` is no file of SQLite and no PostgreSQL.
        """
        parsed = parse_url(url)
        if not is_sqlite(parsed):
            engine = postgres_engine(parsed, connections=POSTGRES_CONNECTIONS)
            giving_signs = postgres_engine(parsed, connections=_CONNECTIONS_FOR_SIGNS)
            return cls(url=parsed, writing=engine, reading=engine, giving_signs=giving_signs)
        # One connection to write: members of this process queue up for it in order of arrival, instead of
        # racing for SQLite's lock, whose waiters sleep and try again without any order.
        writing = sqlite_engine(parsed, begin="BEGIN IMMEDIATE", connections=1, busy_seconds=busy_seconds)
        return cls(
            url=parsed,
            writing=writing,
            giving_signs=writing,
            reading=sqlite_engine(
                parsed,
                begin="BEGIN",
                connections=_SQLITE_READERS,
                busy_seconds=busy_seconds,
                query_only=True,
            ),
        )

    @property
    def is_shared(self) -> bool:
        """Tell whether several processes may work on it; an SQLite file has one."""
        return not is_sqlite(self._url)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that may write: committed at the end, rolled back by any exception.

        Keep it short and never open another one inside it: on SQLite everyone else waits.

        Raises:
            DatabaseUnreachable: no connection, or on SQLite no turn to write in time.
        """
        async with self._begin_on(self._writing) as session:
            yield session

    @asynccontextmanager
    async def begin_sign(self, seconds: float) -> AsyncIterator[AsyncSession]:
        """Open a transaction as `begin` does, for a sign of life: it is tried anew soon, and must not come late.

        On PostgreSQL it waits for no other work of this process, nor outlasts a network that is silent: it is given up
        after `seconds`, and then ends within `LETTING_GO_SECONDS`, where else it could wait for an answer long after
        the server is back. An SQLite file has no network and no other process, and waits for its turn alone.

        Raises:
            DatabaseUnreachable: whatever the database, the driver or the network said, or that they said nothing.
        """
        with reaching(self._url):
            async with (
                asyncio.timeout(seconds if self.is_shared else None),
                self._begin_on(self._giving_signs) as session,
            ):
                yield session

    @asynccontextmanager
    async def _begin_on(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            with reaching(self._url):
                await session.connection()
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees the database as of its first query and is refused any write.

        Raises:
            DatabaseUnreachable: no connection.
        """
        async with AsyncSession(self._reading, expire_on_commit=False) as session, session.begin():
            with reaching(self._url):
                await session.connection(execution_options=self._snapshot_options())
            yield session

    async def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            DatabaseUnreachable: there is none.
        """
        async with self.read() as session:
            with reaching(self._url):
                await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection; transactions must have ended."""
        for engine in {self._writing, self._reading, self._giving_signs}:
            await engine.dispose()

    def _snapshot_options(self) -> dict[str, object]:
        if is_sqlite(self._url):
            return {}  # a deferred SQLite transaction is a snapshot by itself
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def is_in_trouble(error: BaseException) -> bool:
    """Tell whether the database itself fails (it is away or locked, or its disk is full), and not what it was asked."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, DatabaseUnreachable)
    # An extended code of SQLite has the plain one in its lowest byte.
    sqlite_code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    return (
        error.connection_invalidated
        or sqlite_code in _SQLITE_TROUBLE
        or sqlstate.startswith(_POSTGRES_TROUBLE)
    )


@contextmanager
def reaching(url: URL) -> Iterator[None]:
    """Turn a failure to get a connection into one sentence.

    Raises:
        DatabaseUnreachable: whatever the driver or the network said.
    """
    try:
        yield
    except PoolTimeoutError as error:
        reason = "it was busy for too long"
        raise DatabaseUnreachable(place=_place(url), reason=reason) from error
    except (DBAPIError, OSError) as error:
        raise DatabaseUnreachable(place=_place(url), reason=_reason(error)) from error


def _place(url: URL) -> str:
    if is_sqlite(url):
        return f"file {Path(url.database or '').name}"
    return f"{url.database} at {url.host}:{url.port or 5432}"


def _reason(error: DBAPIError | OSError) -> str:
    """Return the driver's first line, which names the cause and, by both drivers' texts, no password."""
    if isinstance(error, ConnectionRefusedError):
        return "it refuses the connection"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    cause = error.orig if isinstance(error, DBAPIError) else error
    first_line = str(cause).strip().partition("\n")[0]
    return first_line.rstrip(".") or type(cause).__name__
