"""Pages of what a person asked for, to turn in both directions. Imports only the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store import generations
from nanobot.store.tables import Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Generations, newest first. `older` and `newer` are the ids to go on from, `None` where nothing follows."""

    generations: Sequence[Generation]
    older: str | None
    newer: str | None


async def first_page(
    session: AsyncSession, *, user_id: int, guild_id: int, limit: int, before: str | None = None
) -> HistoryPage:
    """Return the newest generations of a person in a server, or those older than the one with the id `before`."""
    found = await generations.history(
        session, user_id=user_id, guild_id=guild_id, limit=limit + 1, before=before
    )
    shown = found[:limit]
    return HistoryPage(
        generations=shown,
        older=shown[-1].id if len(found) > limit else None,
        newer=shown[0].id if shown and before is not None else None,
    )


async def page_after(
    session: AsyncSession, *, user_id: int, guild_id: int, limit: int, after: str
) -> HistoryPage:
    """Return the generations right above the one with the id `after`; the first page where they do not fill one."""
    start = select(Generation.created_at, Generation.id).where(Generation.id == after)
    query = (
        select(Generation)
        .where(
            Generation.user_id == user_id,
            Generation.guild_id == guild_id,
            tuple_(Generation.created_at, Generation.id) > start.scalar_subquery(),
        )
        .order_by(Generation.created_at, Generation.id)
        .limit(limit + 1)
    )
    found = (await session.scalars(query)).all()
    if len(found) <= limit:
        return await first_page(session, user_id=user_id, guild_id=guild_id, limit=limit)
    shown = found[:limit][::-1]
    return HistoryPage(generations=shown, older=shown[-1].id, newer=shown[0].id)
