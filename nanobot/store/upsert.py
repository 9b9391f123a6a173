"""INSERT … ON CONFLICT, which both databases know and SQLAlchemy spells once for each. Imports only the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from nanobot.store.mapping import Base, table_of


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
    session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]], *, amounts: tuple[str, ...]
) -> None:
    """Insert each row in turn, or add its `amounts` to those of the one with the same primary key."""
    connection = await session.connection()
    await connection.execute(_adding(table, amounts, connection.dialect.name), [dict(row) for row in rows])


async def insert_unless_there(
    session: AsyncSession, table: type[Base], row: Mapping[str, Any], *, unique: tuple[str, ...]
) -> int | None:
    """Insert the row and return its id, or `None` where there is one with the same `unique` values already."""
    connection = await session.connection()
    statement = _unless_there(table, unique, connection.dialect.name)
    new_id: int | None = (await connection.execute(statement, dict(row))).scalar()
    return new_id


@cache  # what every request needs is built once
def _adding(table: type[Base], amounts: tuple[str, ...], dialect: str) -> sqlite.Insert | postgresql.Insert:
    statement = _insert_into(table_of(table), dialect)
    columns = statement.table.columns
    primary_key = [column.name for column in inspect(table).primary_key]
    sums = {name: columns[name] + statement.excluded[name] for name in amounts}
    return statement.on_conflict_do_update(index_elements=primary_key, set_=sums)


@cache
def _unless_there(table: type[Base], unique: tuple[str, ...], dialect: str) -> ReturningInsert[int]:
    statement = _insert_into(table_of(table), dialect).on_conflict_do_nothing(index_elements=unique)
    return statement.returning(statement.table.columns.id)


def _insert(
    session: AsyncSession, table: type[Base], values: Mapping[str, Any]
) -> sqlite.Insert | postgresql.Insert:
    return _insert_into(table, session.get_bind().dialect.name).values(**values)


def _insert_into(table: type[Base] | Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
