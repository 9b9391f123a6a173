"""Which process is at work on a generation, and who goes on with what a silent one left. Imports only the store.

A lease stays beyond a generation's end, until the person knows how it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store.tables import Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Which process is at work on a generation, and until when that is believed without a sign of life.

    `owner` is new at each start of a process: what its predecessor left behind is not its own to go on with
    before it has taken it over.
    """

    owner: str
    until: datetime


Silent: TypeAlias = Callable[[], Collection[tuple[str, datetime]]]
"""Names the generations whose leases are known to be renewed by nobody, each with the moment that its lease names."""


async def renew(session: AsyncSession, lease: Lease, generation_ids: Collection[str]) -> int:
    """Give a process's sign of life for those generations that it is at work on; return how many it still holds."""
    renewed = await session.scalars(
        update(Generation)
        .where(
            Generation.id.in_(generation_ids),
            Generation.lease_owner == lease.owner,
            Generation.lease_until.is_not(None),
        )
        .values(lease_until=lease.until)
        .returning(Generation.id)
        .execution_options(synchronize_session=False)
    )
    return len(renewed.all())


async def of_others(session: AsyncSession, owner: str) -> Sequence[tuple[str, datetime]]:
    """Return the generations that other processes than `owner` hold, each with the moment that its lease names."""
    held = await session.execute(
        select(Generation.id, Generation.lease_until).where(
            Generation.lease_until.is_not(None), Generation.lease_owner != owner
        )
    )
    return [(generation_id, until) for generation_id, until in held if until is not None]


async def release(session: AsyncSession, owner: str, *, now: datetime) -> int:
    """Let others take over at once what a process leaves behind that ends; return how many those are.

    It is nobody's from then on.
    """
    left = await session.scalars(
        update(Generation)
        .where(Generation.lease_owner == owner, Generation.lease_until.is_not(None))
        .values(lease_owner=None, lease_until=now)
        .returning(Generation.id)
        .execution_options(synchronize_session=False)
    )
    return len(left.all())


async def take_expired(
    session: AsyncSession,
    *,
    now: datetime,
    lease: Lease,
    limit: int,
    at_work: Collection[str] = (),
    silent: Collection[tuple[str, datetime]] | None = None,
) -> Sequence[Generation]:
    """Take over generations that got no sign of life, those that wait longest first.

    Their status says what is left to do: run it (`held`), give up on it (`running`), post it (`made`), or tell the
    person how it ended. Processes that call this at once get different ones. A process also takes its own, such as
    those it could not post, but never those that it names as `at_work`, however late their lease is renewed.
    With `silent`, what another process holds is taken only if it is among these, its lease as it is given there.
    """
    is_due = (
        Generation.lease_until.is_not(None) & (Generation.lease_until <= now) & Generation.id.not_in(at_work)
    )
    if silent is not None:
        is_due &= or_(
            Generation.lease_owner.is_(None),
            Generation.lease_owner == lease.owner,
            tuple_(Generation.id, Generation.lease_until).in_(silent),
        )
    query = (
        select(Generation)
        .where(is_due)
        .order_by(Generation.lease_until, Generation.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (await session.scalars(query)).all()
    for generation in taken:
        generation.lease_owner = lease.owner
        generation.lease_until = lease.until
        generation.updated_at = now
    await session.flush()
    return taken
