"""The books: append, and sum. A balance is never stored. Imports only the store.

Callers hold the account's lock (`nanobot.store.accounts.lock`) from the sum to the entry that rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from nanobot.store.accounts import Account
from nanobot.store.tables import LedgerEntry

# Written into the statements: neither database uses a partial index for a parameter that it cannot see.
_IS_HOLD = LedgerEntry.kind == literal_column("'hold'")
_IS_RESET = LedgerEntry.kind == literal_column("'reset'")
_END = aliased(LedgerEntry)
_IS_OPEN_HOLD = _IS_HOLD & ~exists().where(_END.hold_id == LedgerEntry.id)


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


async def append(session: AsyncSession, entry: LedgerEntry) -> LedgerEntry:
    """Write the entry and return it with its id."""
    session.add(entry)
    await session.flush()
    return entry


async def sums(session: AsyncSession, account: Account, *, images: Stretch, usd: Stretch) -> Sums:
    """Sum an account's use of its allowances, pictures in one stretch of time and dollars in another.

    What was held before the account's last reset counts no more, and neither does its release: a reset is no
    credit.
    """
    last_reset = (
        select(func.coalesce(func.max(LedgerEntry.id), 0)).where(_of(account), _IS_RESET).scalar_subquery()
    )
    in_images, in_usd = _within(images), _within(usd)
    row = (
        await session.execute(
            select(
                _total(LedgerEntry.allowance_images, in_images),
                _total(LedgerEntry.allowance_images, in_images & _IS_OPEN_HOLD),
                func.sum(LedgerEntry.allowance_usd).filter(in_usd),
                func.sum(LedgerEntry.allowance_usd).filter(in_usd & _IS_OPEN_HOLD),
            ).where(
                _of(account),
                LedgerEntry.counts_at >= min(images.start, usd.start),
                LedgerEntry.counts_at < max(images.end, usd.end),
                func.coalesce(LedgerEntry.hold_id, LedgerEntry.id) > last_reset,
            )
        )
    ).one()
    return Sums(images=row[0], held_images=row[1], usd=row[2] or Decimal(0), held_usd=row[3] or Decimal(0))


async def latest(session: AsyncSession, account: Account, *, limit: int) -> Sequence[LedgerEntry]:
    """Return the newest entries of an account, newest first."""
    newest_first = select(LedgerEntry).where(_of(account)).order_by(LedgerEntry.id.desc()).limit(limit)
    return (await session.scalars(newest_first)).all()


async def hold_of(session: AsyncSession, generation_id: str) -> Sequence[LedgerEntry]:
    """Return the lines of a generation's hold, open or ended: the first one, then what it takes from grants."""
    first = (
        select(LedgerEntry.id)
        .where(LedgerEntry.generation_id == generation_id, _IS_HOLD, LedgerEntry.part_of.is_(None))
        .scalar_subquery()
    )
    lines = select(LedgerEntry).where(or_(LedgerEntry.id == first, LedgerEntry.part_of == first))
    return (await session.scalars(lines.order_by(LedgerEntry.id))).all()


async def is_ended(session: AsyncSession, hold: LedgerEntry) -> bool:
    """Tell whether the hold was settled or released."""
    return bool(await session.scalar(select(exists().where(LedgerEntry.hold_id == hold.id))))


def _of(account: Account) -> ColumnElement[bool]:
    return (LedgerEntry.guild_id == account.guild_id) & (LedgerEntry.user_id == account.user_id)


def _within(stretch: Stretch) -> ColumnElement[bool]:
    return (LedgerEntry.counts_at >= stretch.start) & (LedgerEntry.counts_at < stretch.end)


def _total(column: InstrumentedAttribute[int], where: ColumnElement[bool]) -> ColumnElement[int]:
    # PostgreSQL sums integers to a wider type, whose values the driver would hand out as decimals.
    return cast(func.coalesce(func.sum(column).filter(where), 0), BigInteger)
