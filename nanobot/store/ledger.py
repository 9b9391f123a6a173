"""The books: append, and sum. A balance is never stored. Imports only the store.

Callers hold the account's lock (`nanobot.store.accounts.lock`) from the sum to the entry that rests on it. Every request
comes this way several times: its statements are built once, and entries are written as rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    bindparam,
    cast,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.accounts import Account
from nanobot.store.mapping import table_of
from nanobot.store.tables import LedgerEntry
from nanobot.store.upsert import insert_unless_there

_LEDGER = table_of(LedgerEntry)
_LINE = _LEDGER.columns
_END = _LEDGER.alias("ending")
_WRITTEN = tuple(column.name for column in _LEDGER.columns if column.name != "id")
_APPEND = insert(_LEDGER).returning(_LINE.id)
# Written into the statements: neither database uses a partial index for a parameter that it cannot see.
_IS_HOLD = _LINE.kind == literal_column("'hold'")
_IS_RESET = _LINE.kind == literal_column("'reset'")
_IS_OPEN_HOLD = _IS_HOLD & ~exists().where(_END.columns.hold_id == _LINE.id)
_OF_ACCOUNT = (_LINE.guild_id == bindparam("guild_id")) & (_LINE.user_id == bindparam("user_id"))

_LAST_RESET = select(func.coalesce(func.max(_LINE.id), 0)).where(_OF_ACCOUNT, _IS_RESET).scalar_subquery()


def _within(unit: str) -> ColumnElement[bool]:
    return (_LINE.counts_at >= bindparam(f"{unit}_start")) & (_LINE.counts_at < bindparam(f"{unit}_end"))


def _total(column: Column[int], where: ColumnElement[bool]) -> ColumnElement[int]:
    # PostgreSQL sums integers to a wider type, whose values the driver would hand out as decimals.
    return cast(func.coalesce(func.sum(column).filter(where), 0), BigInteger)


_SUMS = select(
    _total(_LINE.allowance_images, _within("images")),
    _total(_LINE.allowance_images, _within("images") & _IS_OPEN_HOLD),
    func.sum(_LINE.allowance_usd).filter(_within("usd")),
    func.sum(_LINE.allowance_usd).filter(_within("usd") & _IS_OPEN_HOLD),
).where(_OF_ACCOUNT, _within("longest"), func.coalesce(_LINE.hold_id, _LINE.id) > _LAST_RESET)
_FIRST_OF_HOLD = (
    select(_LINE.id)
    .where(_LINE.generation_id == bindparam("generation_id"), _IS_HOLD, _LINE.part_of.is_(None))
    .scalar_subquery()
)
_HOLD = (
    select(
        *(_LINE[name] for name in ("id", "counts_at", "guild_id", "user_id", "grant_id")),
        *(_LINE[name] for name in ("allowance_images", "grant_images", "allowance_usd", "grant_usd")),
    )
    .where(or_(_LINE.id == _FIRST_OF_HOLD, _LINE.part_of == _FIRST_OF_HOLD))
    .order_by(_LINE.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From `start` up to but not including `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What was used of allowances, in pictures and US dollars, and the part of it that is still held."""

    images: int
    held_images: int
    usd: Decimal
    held_usd: Decimal


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What a line of a hold took: see `LedgerEntry`."""

    id: int
    counts_at: datetime
    guild_id: int
    user_id: int
    grant_id: int | None
    allowance_images: int
    grant_images: int
    allowance_usd: Decimal
    grant_usd: Decimal


async def append(session: AsyncSession, entry: LedgerEntry) -> LedgerEntry:
    """Write the entry and return it with its id."""
    connection = await session.connection()
    entry.id = (await connection.execute(_APPEND, _row(entry))).scalar_one()
    return entry


async def append_end(session: AsyncSession, entry: LedgerEntry) -> bool:
    """Write the end of a hold with its id, unless the hold has ended before; this statement alone decides it."""
    new_id = await insert_unless_there(session, LedgerEntry, _row(entry), unique=("hold_id",))
    if new_id is None:
        return False
    entry.id = new_id
    return True


async def append_parts(session: AsyncSession, parts: Sequence[LedgerEntry]) -> None:
    """Write further lines of one that is there, in their order."""
    if parts:
        connection = await session.connection()
        await connection.execute(insert(_LEDGER), [_row(part) for part in parts])


async def sums(session: AsyncSession, account: Account, *, images: Stretch, usd: Stretch) -> Sums:
    """Sum an account's use of its allowances, pictures in one stretch of time and dollars in another.

    What was held before the account's last reset counts no more, and neither does its release: a reset is no
    credit.
    """
    parameters = {
        "guild_id": account.guild_id,
        "user_id": account.user_id,
        "images_start": images.start,
        "images_end": images.end,
        "usd_start": usd.start,
        "usd_end": usd.end,
        "longest_start": min(images.start, usd.start),
        "longest_end": max(images.end, usd.end),
    }
    row = (await (await session.connection()).execute(_SUMS, parameters)).one()
    return Sums(images=row[0], held_images=row[1], usd=row[2] or Decimal(0), held_usd=row[3] or Decimal(0))


async def latest(session: AsyncSession, account: Account, *, limit: int) -> Sequence[LedgerEntry]:
    """Return the newest entries of an account, newest first."""
    newest_first = select(LedgerEntry).where(_of(account)).order_by(LedgerEntry.id.desc()).limit(limit)
    return (await session.scalars(newest_first)).all()


async def hold_of(session: AsyncSession, generation_id: str) -> Sequence[HeldLine]:
    """Return the lines of a generation's hold, open or ended: the first one, then what it takes from grants."""
    rows = await (await session.connection()).execute(_HOLD, {"generation_id": generation_id})
    return [HeldLine(*row) for row in rows]


def _of(account: Account) -> ColumnElement[bool]:
    return (LedgerEntry.guild_id == account.guild_id) & (LedgerEntry.user_id == account.user_id)


def _row(entry: LedgerEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _WRITTEN}
