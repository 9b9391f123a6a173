"""The books: append, and sum. A balance is never stored. Imports only the store.

Callers hold the account's lock (`nanobot.store.accounts.lock`) from the sum to the entry that rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from nanobot.store.accounts import Account
from nanobot.store.tables import LedgerEntry, LedgerKind

_MOVES_OF_IMAGES = (LedgerKind.HOLD, LedgerKind.SETTLE, LedgerKind.RELEASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """`used` of the allowance in a window, the part of it that is `held` still, and the credits `granted` left."""

    used: int
    held: int
    granted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUsage:
    """What one member made in a window, from allowance and credits alike, and what it cost so far."""

    user_id: int
    images: int
    cost: Decimal


async def append(session: AsyncSession, entry: LedgerEntry) -> LedgerEntry:
    """Write the entry and return it with its id."""
    session.add(entry)
    await session.flush()
    return entry


async def sums(session: AsyncSession, account: Account, *, start: datetime, end: datetime) -> Sums:
    """Sum an account's books, the allowance from `start` up to but not including `end`.

    What was held before the account's last reset counts no more, and neither does its release: a reset is no
    credit. Credits know no window and no reset.
    """
    last_reset = (
        select(func.coalesce(func.max(LedgerEntry.id), 0))
        .where(_of(account), LedgerEntry.kind == LedgerKind.RESET)
        .scalar_subquery()
    )
    counting = (
        _of(account)
        & (LedgerEntry.counts_at >= start)
        & (LedgerEntry.counts_at < end)
        & (func.coalesce(LedgerEntry.hold_id, LedgerEntry.id) > last_reset)
    )
    ending = aliased(LedgerEntry)
    is_open_hold = (LedgerEntry.kind == LedgerKind.HOLD) & ~exists().where(ending.hold_id == LedgerEntry.id)
    used = _total(LedgerEntry.allowance_images, counting)
    held = _total(LedgerEntry.allowance_images, counting & is_open_hold)
    granted = _total(LedgerEntry.grant_images, _of(account) & (LedgerEntry.grant_images != 0))
    row = (await session.execute(select(used, held, granted))).one()
    return Sums(used=row[0], held=row[1], granted=row[2])


async def latest(session: AsyncSession, account: Account, *, limit: int) -> Sequence[LedgerEntry]:
    """Return the newest entries of an account, newest first."""
    newest_first = select(LedgerEntry).where(_of(account)).order_by(LedgerEntry.id.desc()).limit(limit)
    return (await session.scalars(newest_first)).all()


async def hold_of(session: AsyncSession, generation_id: str) -> LedgerEntry | None:
    """Return the hold of a generation, open or ended."""
    entry: LedgerEntry | None = await session.scalar(
        select(LedgerEntry).where(
            LedgerEntry.generation_id == generation_id, LedgerEntry.kind == LedgerKind.HOLD
        )
    )
    return entry


async def is_ended(session: AsyncSession, hold: LedgerEntry) -> bool:
    """Tell whether the hold was settled or released."""
    return bool(await session.scalar(select(exists().where(LedgerEntry.hold_id == hold.id))))


async def usage_by_member(
    session: AsyncSession, *, guild_id: int, start: datetime, end: datetime, limit: int
) -> list[MemberUsage]:
    """Return who made most pictures in a server, first the one who made most; resets do not hide any."""
    images = cast(func.sum(LedgerEntry.allowance_images - LedgerEntry.grant_images), BigInteger)
    rows = await session.execute(
        select(LedgerEntry.user_id, images, func.sum(LedgerEntry.cost))
        .where(
            LedgerEntry.guild_id == guild_id,
            LedgerEntry.counts_at >= start,
            LedgerEntry.counts_at < end,
            LedgerEntry.kind.in_(_MOVES_OF_IMAGES),
        )
        .group_by(LedgerEntry.user_id)
        .having(images > 0)
        .order_by(images.desc(), LedgerEntry.user_id)
        .limit(limit)
    )
    return [MemberUsage(user_id=row[0], images=row[1], cost=row[2] or Decimal(0)) for row in rows]


def _of(account: Account) -> ColumnElement[bool]:
    return (LedgerEntry.guild_id == account.guild_id) & (LedgerEntry.user_id == account.user_id)


def _total(column: InstrumentedAttribute[int], where: ColumnElement[bool]) -> ScalarSelect[int]:
    # PostgreSQL sums integers to a wider type, whose values the driver would hand out as decimals.
    return select(cast(func.coalesce(func.sum(column), 0), BigInteger)).where(where).scalar_subquery()
