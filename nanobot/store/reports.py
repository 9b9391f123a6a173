"""Who made how much, with which model, on which day: sums of the ledger for people to read. Imports only the store.

Resets hide nothing here, and what is still held counts as made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.accounts import Account
from nanobot.store.ledger import Stretch
from nanobot.store.tables import Generation, LedgerEntry

_IS_USE = LedgerEntry.kind.in_(
    [literal_column(f"'{kind}'") for kind in ("hold", "settle", "release", "correction")]
)
_IMAGES = cast(func.sum(LedgerEntry.allowance_images - LedgerEntry.grant_images), BigInteger)
_MODEL = func.coalesce(Generation.request["model"].as_string(), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUsage:
    """What one member made, from allowance and grants alike, and what it cost in US dollars."""

    user_id: int
    images: int
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """What was made with one model; `model` is empty where the person had the request erased."""

    model: str
    images: int
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUsage:
    """What one member made with one model on one of the days that were asked for, by its number from 0.

    `written_off` was paid besides, or may have been, for pictures that did not arrive.
    """

    day: int
    user_id: int
    model: str
    images: int
    cost: Decimal
    written_off: Decimal = Decimal(0)


async def by_member(
    session: AsyncSession, *, guild_id: int, start: datetime, end: datetime, limit: int
) -> list[MemberUsage]:
    """Return who made most pictures in a server, first the one who made most."""
    rows = await session.execute(
        select(LedgerEntry.user_id, _IMAGES, *_USD)
        .where(LedgerEntry.guild_id == guild_id, _within(start, end), _IS_USE)
        .group_by(LedgerEntry.user_id)
        .having(_IMAGES > 0)
        .order_by(_IMAGES.desc(), LedgerEntry.user_id)
        .limit(limit)
    )
    return [MemberUsage(user_id=row[0], images=row[1], cost=row[2] - row[3]) for row in rows]


async def by_model(session: AsyncSession, account: Account, stretch: Stretch) -> list[ModelUsage]:
    """Return with which models a member made pictures, most used first."""
    rows = await session.execute(
        select(_MODEL, _IMAGES, *_USD)
        .outerjoin(Generation, Generation.id == LedgerEntry.generation_id)
        .where(
            LedgerEntry.guild_id == account.guild_id,
            LedgerEntry.user_id == account.user_id,
            _within(stretch.start, stretch.end),
            _IS_USE,
        )
        .group_by(_MODEL)
        .having(_IMAGES > 0)
        .order_by(_IMAGES.desc(), _MODEL)
    )
    return [ModelUsage(model=row[0], images=row[1], cost=row[2] - row[3]) for row in rows]


async def by_day(session: AsyncSession, *, guild_id: int, days: Sequence[Stretch]) -> list[DayUsage]:
    """Return who made what with which model on each of `days`, which follow each other without a gap."""
    per_line = (
        select(
            _number(days, 0, len(days)).label("day"),
            LedgerEntry.user_id.label("user_id"),
            _MODEL.label("model"),
            (LedgerEntry.allowance_images - LedgerEntry.grant_images).label("images"),
            LedgerEntry.allowance_usd.label("allowance_usd"),
            LedgerEntry.grant_usd.label("grant_usd"),
            LedgerEntry.written_off_usd.label("written_off_usd"),
        )
        .outerjoin(Generation, Generation.id == LedgerEntry.generation_id)
        .where(LedgerEntry.guild_id == guild_id, _within(days[0].start, days[-1].end), _IS_USE)
        .subquery()
    )
    images, written_off = cast(func.sum(per_line.c.images), BigInteger), func.sum(per_line.c.written_off_usd)
    key = (per_line.c.day, per_line.c.user_id, per_line.c.model)
    rows = await session.execute(
        select(*key, images, func.sum(per_line.c.allowance_usd), func.sum(per_line.c.grant_usd), written_off)
        .group_by(*key)
        .having(or_(images > 0, written_off > Decimal(0)))
        .order_by(*key)
    )
    return [
        DayUsage(
            day=int(row[0]),
            user_id=row[1],
            model=row[2],
            images=row[3],
            cost=row[4] - row[5],
            written_off=row[6],
        )
        for row in rows
    ]


_USD = (func.sum(LedgerEntry.allowance_usd), func.sum(LedgerEntry.grant_usd))


def _number(days: Sequence[Stretch], first: int, end: int) -> ColumnElement[int]:
    """Return the number of a line's day, from `first` to before `end`, by halves: of ninety it is compared with seven."""
    if end - first == 1:
        return literal_column(str(first))
    middle = (first + end) // 2
    return case(
        (LedgerEntry.counts_at < days[middle].start, _number(days, first, middle)),
        else_=_number(days, middle, end),
    )


def _within(start: datetime, end: datetime) -> ColumnElement[bool]:
    return (LedgerEntry.counts_at >= start) & (LedgerEntry.counts_at < end)
