"""What servers, and all of them together, used in each quarter of an hour: the ledger's sums, kept for caps.

Imports only the store. Whoever appends to the ledger adds here in the same transaction, and last of all: every
transaction then waits for buckets in the same order, and holds the one of all servers no longer than it must.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.accounts import Account
from nanobot.store.mapping import table_of
from nanobot.store.tables import ALL_GUILDS, UsageBucket
from nanobot.store.upsert import insert_or_add

_BUCKET_MINUTES = 15
_SLOTS = 8
_BUCKETS = table_of(UsageBucket).columns
_TOTAL = select(cast(func.coalesce(func.sum(_BUCKETS.images), 0), BigInteger), func.sum(_BUCKETS.usd)).where(
    _BUCKETS.guild_id == bindparam("guild_id"),
    _BUCKETS.starts_at >= bindparam("start"),
    _BUCKETS.starts_at < bindparam("end"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Pictures, and US dollars."""

    images: int
    usd: Decimal


async def add(session: AsyncSession, account: Account, at: datetime, *, images: int, usd: Decimal) -> None:
    """Count what a member used at the moment `at`, or given back where it is negative."""
    if not images and not usd:
        return
    key = {"starts_at": bucket_start(at), "slot": _slot(account.user_id)}
    rows = [
        {"guild_id": guild_id, **key, "images": images, "usd": usd}
        for guild_id in (account.guild_id, ALL_GUILDS)
    ]
    await insert_or_add(session, UsageBucket, rows, amounts=("images", "usd"))


async def total(session: AsyncSession, guild_id: int, *, start: datetime, end: datetime) -> Used:
    """Sum the buckets of a server, or of `ALL_GUILDS`, from `start` up to but not including `end`."""
    connection = await session.connection()
    row = (await connection.execute(_TOTAL, {"guild_id": guild_id, "start": start, "end": end})).one()
    return Used(images=row[0], usd=row[1] or Decimal(0))


def bucket_start(at: datetime) -> datetime:
    """Return the quarter of an hour that `at`, in UTC, lies in."""
    return at.replace(minute=at.minute - at.minute % _BUCKET_MINUTES, second=0, microsecond=0)


def _slot(user_id: int) -> int:
    # Discord's ids have their time in the upper bits, and nearly always zeros in the lowest.
    return (user_id ^ user_id >> 22) % _SLOTS
