"""A cap that is set while others hold: it counts those whose hold was begun without it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from sqlalchemy import text

from nanobot.quotas.desk import Hold
from nanobot.quotas.policy import LimitReached, Rule
from nanobot.quotas.standing import Member
from nanobot.settings import Period
from nanobot.store.database import Database
from nanobot.store.tables import RuleScope, Unit
from tests.quotas.visits import MEMBER, Visits

IN_TIME_SECONDS = 60
FIVE = Rule(unit=Unit.IMAGES, amount=5, period=Period.DAY)
OTHER = Member(user_id=3, guild_id=MEMBER.guild_id)

_WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE datname = current_database() AND NOT granted"
)
T = TypeVar("T")


async def started(work: Coroutine[Any, Any, T], watching: Database, *, waiters: int) -> asyncio.Task[T]:
    """Start `work` and return once it is done, or once so many wait for a lock."""
    task = asyncio.create_task(work)
    async with asyncio.timeout(IN_TIME_SECONDS):
        while not task.done():
            async with watching.read() as session:
                waiting = await session.scalar(_WAITING)
            if (waiting or 0) >= waiters:
                break
    return task


async def test_a_cap_counts_a_hold_that_was_under_way_when_it_was_set(postgres_url: str) -> None:
    """On PostgreSQL, where they run side by side: five are being held, and then no more than five may be."""
    database, watching = Database.open(postgres_url), Database.open(postgres_url)
    visits = Visits.at(database)
    try:
        async with database.begin() as session:
            first = await visits.desk.hold(session, MEMBER, generation_id="a" * 32, images=5)
            setting = await started(visits.set_rule(RuleScope.CAP, 0, FIVE), watching, waiters=1)
            holding = await started(visits.of(OTHER).hold(1), watching, waiters=2)
        async with asyncio.timeout(IN_TIME_SECONDS):
            await setting
            second = await holding
    finally:
        await watching.close()
        await database.close()

    assert isinstance(first, Hold)
    assert isinstance(second, LimitReached)
