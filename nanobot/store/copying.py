"""Move a whole database, such as from SQLite to PostgreSQL. Imports `nanobot.errors` and the store.

It goes by the tables' own description, so a table or column that is added later is copied too. Synchronous towards
its caller, as migrations are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Row, Select, String, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.errors import OperatorError
from nanobot.store import processes
from nanobot.store.database import Database
from nanobot.store.engines import DatabaseUrlError, is_sqlite, parse_url
from nanobot.store.migrate import is_current, migrate
from nanobot.store.tables import LedgerEntry

_TABLES = LedgerEntry.metadata.sorted_tables  # what a foreign key names comes first
_ROWS_AT_ONCE = 1_000
_ROWS_WITH_FILES_AT_ONCE = 10  # a picture's bytes may be tens of megabytes


class SourceUrlError(OperatorError):
    """What is to be copied is no address of a database."""

    def __init__(self) -> None:
        super().__init__(
            "The database after --copy-from is named by its address, such as sqlite+aiosqlite:///nanobot.db or "
            "postgresql+asyncpg://user@host/name."
        )


class SourceMissing(OperatorError):
    """There is no file of the name."""

    def __init__(self, *, file: str) -> None:
        super().__init__(f"There is no file {file} to copy from: give the path of the old database.")


class SourceOutdated(OperatorError):
    """The database that is to be copied has not the newest tables."""

    def __init__(self) -> None:
        super().__init__(
            "The database to copy from belongs to an older nanobot. Run `python bot.py migrate` with DATABASE_URL "
            "set to it, then copy again."
        )


class SourceInUse(OperatorError):
    """A bot is at work on the database that is to be copied: what it writes from here on would be lost."""

    def __init__(self) -> None:
        super().__init__(
            "A bot is at work on the database to copy from, or was until a minute ago. Stop it, wait a minute, "
            "then copy again."
        )


class TargetFilled(OperatorError):
    """There is something in the database that is to be filled."""

    def __init__(self, *, table: str) -> None:
        super().__init__(
            f"DATABASE_URL names a database that is not empty: there are rows in {table}. Nothing was copied; "
            "give an empty database."
        )
        self.table = table


class CopyDiffers(OperatorError):
    """What was written does not read as what was copied."""

    def __init__(self, *, table: str) -> None:
        super().__init__(
            f"The copy of {table} differs from the original, so nothing was kept of it. Use the old database as "
            "before, and report this."
        )
        self.table = table


class CopyBroken(OperatorError):
    """A database failed on the way."""

    def __init__(self, *, error: DBAPIError | OSError) -> None:
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = str(cause).strip().partition("\n")[0].rstrip(".") or type(cause).__name__
        super().__init__(
            f"Copying broke off ({reason}), and nothing was kept of it. The old database is as it was."
        )


def copy_database(source_url: str, target_url: str, *, now: datetime) -> dict[str, int]:
    """Copy every row to a database that is empty or new, compare the two, and return how many rows each table has.

    All of it is kept or nothing. The source is only read.

    Raises:
        SourceUrlError, SourceMissing, SourceOutdated, SourceInUse: what the source is not.
        TargetFilled: the target is not empty.
        CopyDiffers, CopyBroken: it went wrong on the way.
        DatabaseUrlError, DatabaseUnreachable, DatabaseNewerThanCode: see `migrate`.
    """
    _check_source(source_url)
    migrate(target_url)
    return asyncio.run(_copy(source_url, target_url, now))


def _check_source(url: str) -> None:
    try:
        parsed = parse_url(url)
    except DatabaseUrlError as error:
        raise SourceUrlError from error
    if is_sqlite(parsed) and not Path(parsed.database or "").exists():
        raise SourceMissing(file=Path(parsed.database or "").name)
    if not is_current(url):
        raise SourceOutdated


async def _copy(source_url: str, target_url: str, now: datetime) -> dict[str, int]:
    try:
        async with _opened(source_url) as source, _opened(target_url) as target:
            return await _copy_between(source, target, now)
    except (DBAPIError, OSError) as error:
        raise CopyBroken(error=error) from error


async def _copy_between(source: Database, target: Database, now: datetime) -> dict[str, int]:
    async with source.read() as old, target.begin() as new:
        if await processes.count_alive(old, now):
            raise SourceInUse
        await _refuse_if_filled(new)
        copied = {table.name: await _copy_table(old, new, table) for table in _TABLES}
        for table in _TABLES:
            await _compare_table(old, new, table)
        if target.is_shared:
            await _set_sequences(new)
            # Until it has looked, PostgreSQL takes every table for a small one and plans for that.
            await new.execute(text("ANALYZE"))
    return copied


async def _refuse_if_filled(session: AsyncSession) -> None:
    for table in _TABLES:
        if (await session.execute(select(table).limit(1))).first() is not None:
            raise TargetFilled(table=table.name)


async def _copy_table(old: AsyncSession, new: AsyncSession, table: Table) -> int:
    copied = 0
    async for rows in _rows(old, table):
        await new.execute(insert(table), [dict(row._mapping) for row in rows])
        copied += len(rows)
    return copied


async def _compare_table(old: AsyncSession, new: AsyncSession, table: Table) -> None:
    copies = _rows(new, table)
    async for rows in _rows(old, table):
        if await anext(copies, []) != rows:
            raise CopyDiffers(table=table.name)
    if await anext(copies, []):
        raise CopyDiffers(table=table.name)


async def _rows(session: AsyncSession, table: Table) -> AsyncIterator[Sequence[Row[Any]]]:
    """Yield all rows in the order of their key, a batch at a time."""
    has_files = any(isinstance(column.type, LargeBinary) for column in table.columns)
    batch = _ROWS_WITH_FILES_AT_ONCE if has_files else _ROWS_AT_ONCE
    result = await session.stream(_in_order(session, table), execution_options={"yield_per": batch})
    async for rows in result.partitions():
        yield rows


def _in_order(session: AsyncSession, table: Table) -> Select[Any]:
    """Order by the key's bytes, which both databases sort alike: by PostgreSQL's locale, words sort otherwise."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    key: list[ColumnElement[Any]] = [
        column.collate("C") if is_postgresql and isinstance(column.type, String) else column
        for column in table.primary_key
    ]
    return select(table).order_by(*key)


async def _set_sequences(session: AsyncSession) -> None:
    """Let PostgreSQL number new rows after those that came with their numbers.

    It has none for an empty table or a key that is given: then there is nothing to set.
    https://www.postgresql.org/docs/current/functions-sequence.html
    """
    for table in _TABLES:
        if (column := table.autoincrement_column) is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            await session.execute(select(func.setval(sequence, func.max(column))))


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database.open(url)
    try:
        yield database
    finally:
        await database.close()
