"""Compare buckets with the ledger that they are sums of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from nanobot.store.buckets import bucket_start
from nanobot.store.database import Database
from nanobot.store.tables import ALL_GUILDS, LedgerEntry, LedgerKind, UsageBucket

Sums = dict[datetime, tuple[int, Decimal]]


async def imbalance(database: Database, guild_id: int) -> list[str]:
    """Return where the buckets of a server, or of `ALL_GUILDS`, are not what the ledger's lines add up to."""
    lines = select(LedgerEntry).where(LedgerEntry.kind.not_in([LedgerKind.GRANT, LedgerKind.RESET]))
    if guild_id != ALL_GUILDS:
        lines = lines.where(LedgerEntry.guild_id == guild_id)
    async with database.read() as session:
        entries = (await session.scalars(lines)).all()
        buckets = (await session.scalars(select(UsageBucket).where(UsageBucket.guild_id == guild_id))).all()
    expected = _summed(
        (
            bucket_start(each.counts_at),
            each.allowance_images - each.grant_images,
            each.allowance_usd - each.grant_usd + each.written_off_usd,
        )
        for each in entries
    )
    found = _summed((each.starts_at, each.images, each.usd) for each in buckets)
    return [
        f"{at}: {found.get(at)} instead of {expected.get(at)}"
        for at in sorted(found.keys() | expected.keys())
        if found.get(at, (0, Decimal(0))) != expected.get(at, (0, Decimal(0)))
    ]


def _summed(rows: Iterable[tuple[datetime, int, Decimal]]) -> Sums:
    sums: Sums = defaultdict(lambda: (0, Decimal(0)))
    for at, images, usd in rows:
        sums[at] = (sums[at][0] + images, sums[at][1] + usd)
    return dict(sums)
