"""Which processes of the bot are alive: those that share one key of NanoGPT. Imports only the store."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import Process

_FORGET_AFTER = timedelta(hours=1)


async def beat(session: AsyncSession, owner: str, *, now: datetime, until: datetime) -> None:
    """Count the process `owner` as alive until `until`; those that are long dead are removed."""
    known = await session.scalar(
        update(Process)
        .where(Process.owner == owner)
        .values(seen_until=until)
        .returning(Process.owner)
        .execution_options(synchronize_session=False)
    )
    if known is None:
        session.add(Process(owner=owner, seen_until=until, started_at=now))
        await session.flush()
    await session.execute(
        delete(Process)
        .where(Process.seen_until < now - _FORGET_AFTER)
        .execution_options(synchronize_session=False)
    )


async def count_alive(session: AsyncSession, now: datetime) -> int:
    """Return how many processes are believed to be alive at `now`."""
    alive = select(func.count()).select_from(Process).where(Process.seen_until > now)
    return await session.scalar(alive) or 0


async def starts_of_alive(session: AsyncSession, now: datetime) -> list[datetime]:
    """Return since when each process is at work that is believed to be alive at `now`, the oldest first."""
    query = select(Process.started_at).where(Process.seen_until > now).order_by(Process.started_at)
    return list((await session.scalars(query)).all())


async def leave(session: AsyncSession, owner: str) -> None:
    """Count the process no more."""
    await session.execute(
        delete(Process).where(Process.owner == owner).execution_options(synchronize_session=False)
    )
