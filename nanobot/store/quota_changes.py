"""Who changed what about quotas, and when. Imports only the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import QuotaChange, RuleScope

Subject: TypeAlias = tuple[RuleScope, int]


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
