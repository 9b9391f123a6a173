"""INSERT … ON CONFLICT, which both databases know and SQLAlchemy spells once for each. Imports only the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.mapping import Base


async def insert_or_ignore(session: AsyncSession, table: type[Base], **values: Any) -> None:
    """Insert the row unless one with its primary key is there."""
    await session.execute(_insert(session, table, values).on_conflict_do_nothing())


async def insert_or_update(
    session: AsyncSession, table: type[Base], *, key: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """Insert the row, or give the one with the primary key `key` these `values`."""
    statement = _insert(session, table, {**key, **values})
    primary_key = [column.name for column in inspect(table).primary_key]
    await session.execute(statement.on_conflict_do_update(index_elements=primary_key, set_=dict(values)))


async def insert_or_add(
    session: AsyncSession, table: type[Base], *, key: Mapping[str, Any], amounts: Mapping[str, Any]
) -> None:
    """Insert the row, or add these `amounts` to those of the one with the primary key `key`."""
    statement = _insert(session, table, {**key, **amounts})
    columns = inspect(table).columns
    primary_key = [column.name for column in inspect(table).primary_key]
    sums = {name: columns[name] + statement.excluded[name] for name in amounts}
    await session.execute(statement.on_conflict_do_update(index_elements=primary_key, set_=sums))


def _insert(
    session: AsyncSession, table: type[Base], values: Mapping[str, Any]
) -> sqlite.Insert | postgresql.Insert:
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).values(**values)
    return postgresql.insert(table).values(**values)
