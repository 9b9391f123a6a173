from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from nanobot.store import processes
from nanobot.store.database import Database
from nanobot.store.tables import Process
from tests.store.rows import MINUTE, NOON


async def beat(database: Database, owner: str, now: datetime = NOON) -> None:
    async with database.begin() as session:
        await processes.beat(session, owner, now=now, until=now + MINUTE)


async def alive(database: Database, now: datetime = NOON) -> int:
    async with database.read() as session:
        return await processes.count_alive(session, now)


async def test_a_process_counts_until_it_is_silent_for_too_long(database: Database) -> None:
    await beat(database, "one")
    await beat(database, "two")
    await beat(database, "two", NOON + MINUTE / 2)

    assert await alive(database) == 2
    assert await alive(database, NOON + MINUTE) == 1
    assert await alive(database, NOON + 2 * MINUTE) == 0


async def test_a_process_that_left_counts_no_more(database: Database) -> None:
    await beat(database, "one")
    await beat(database, "two")
    async with database.begin() as session:
        await processes.leave(session, "one")
        await processes.leave(session, "nobody")

    assert await alive(database) == 1


async def test_a_sign_of_life_does_not_make_a_process_younger(database: Database) -> None:
    await beat(database, "one")
    await beat(database, "one", NOON + MINUTE / 2)
    async with database.read() as session:
        row = (await session.scalars(select(Process))).one()

    assert (row.started_at, row.seen_until) == (NOON, NOON + 1.5 * MINUTE)


async def test_what_is_long_dead_is_forgotten(database: Database) -> None:
    await beat(database, "dead")
    await beat(database, "alive", NOON + timedelta(minutes=30))
    await beat(database, "alive", NOON + timedelta(hours=2))
    async with database.read() as session:
        owners = (await session.scalars(select(Process.owner))).all()

    assert owners == ["alive"]
