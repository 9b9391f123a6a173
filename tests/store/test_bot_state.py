from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from nanobot.store import bot_state
from nanobot.store.database import Database
from tests.store.rows import NOON

HOUR = timedelta(hours=1)


async def claim(database: Database, key: str = "told the owner", *, now: datetime = NOON) -> bool:
    async with database.begin() as session:
        return await bot_state.claim(session, key, now=now, lasting=HOUR)


async def test_a_claim_is_given_once_within_its_time(database: Database) -> None:
    assert await claim(database)
    assert not await claim(database)
    assert not await claim(database, now=NOON + HOUR - timedelta(microseconds=1))
    assert await claim(database, now=NOON + HOUR)
    assert not await claim(database, now=NOON + HOUR)


async def test_claims_of_different_things_do_not_meet(database: Database) -> None:
    await claim(database, "one")

    assert await claim(database, "another")


async def test_what_is_released_can_be_claimed_again(database: Database) -> None:
    await claim(database)
    async with database.begin() as session:
        await bot_state.release(session, "another")
    kept = await claim(database)
    async with database.begin() as session:
        await bot_state.release(session, "told the owner")

    assert not kept
    assert await claim(database)


async def test_of_many_that_claim_at_once_one_is_given_it(
    database: Database, same_database: Database
) -> None:
    async with asyncio.timeout(60):
        first = await asyncio.gather(*(claim(each) for each in [database, same_database] * 8))
        again = await asyncio.gather(
            *(claim(each, now=NOON + 2 * HOUR) for each in [database, same_database] * 8)
        )

    assert sum(first) == 1
    assert sum(again) == 1


async def test_what_is_stored_comes_back_and_gives_way_to_the_next(database: Database) -> None:
    for value in ({"entries": [1, None, "🦊"]}, "a word"):
        async with database.begin() as session:
            await bot_state.put(session, "key", value)
        async with database.read() as session:
            assert await bot_state.get(session, "key") == value
    async with database.read() as session:
        assert await bot_state.get(session, "another key") is None
