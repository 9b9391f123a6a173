"""Who changed what about quotas, and when. Imports only the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store import bot_state
from nanobot.store.tables import QuotaChange, RuleScope

Subject: TypeAlias = tuple[RuleScope, int]

# The ids as JSON in one row, which is locked until a change commits: none is missed, whichever commits first.
_UNTOLD: Final = "untold_changes"


async def record(session: AsyncSession, change: QuotaChange) -> None:
    """Write it down, in the transaction that makes it."""
    session.add(change)
    await session.flush()


async def changes(
    session: AsyncSession,
    guild_id: int,
    *,
    subject: Subject | None = None,
    before_id: int | None = None,
    limit: int,
) -> Sequence[QuotaChange]:
    """Return the newest changes in a server, newest first: all, or those about one subject.

    `before_id` is the last id of the page before.
    """
    wanted = select(QuotaChange).where(QuotaChange.guild_id == guild_id)
    if subject is not None:
        scope, subject_id = subject
        wanted = wanted.where(QuotaChange.scope == scope, QuotaChange.subject_id == subject_id)
    if before_id is not None:
        wanted = wanted.where(QuotaChange.id < before_id)
    return (await session.scalars(wanted.order_by(QuotaChange.id.desc()).limit(limit))).all()


async def leave_untold(session: AsyncSession, change: QuotaChange) -> None:
    """Have a change that was recorded told in its server's log channel, by whichever process of the bot is next to look."""
    ids = await bot_state.get_to_change(session, _UNTOLD, default=[])
    await bot_state.put(session, _UNTOLD, [*ids, change.id])


async def untold(session: AsyncSession, *, limit: int) -> Sequence[QuotaChange]:
    """Return what is still to be told, oldest first."""
    ids = await bot_state.get(session, _UNTOLD) or []
    if not ids:
        return ()
    wanted = select(QuotaChange).where(QuotaChange.id.in_(ids[:limit])).order_by(QuotaChange.id)
    return (await session.scalars(wanted)).all()


async def mark_told(session: AsyncSession, change_id: int) -> None:
    """Take a change from those that are still to be told."""
    ids = await bot_state.get_to_change(session, _UNTOLD, default=[])
    await bot_state.put(session, _UNTOLD, [each for each in ids if each != change_id])
