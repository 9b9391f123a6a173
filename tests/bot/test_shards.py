"""Which shards a process serves, and whose turn it is to make one known."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from nanobot.bot.shards import IDENTIFY_EVERY, IdentifyTurns, Shards, shards_of
from nanobot.clock import TurnableClock
from nanobot.settings import Settings, SettingsError
from nanobot.store.database import Database
from tests.store.databases import *  # noqa: F403

POSTGRES = "postgresql+asyncpg://postgres@127.0.0.1/nanobot"
NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, **changes)


@pytest.mark.parametrize(
    ("count", "written", "database_url", "shards"),
    [
        pytest.param(None, None, None, Shards(count=None, ids=None), id="as Discord recommends"),
        pytest.param(3, None, None, Shards(count=3, ids=None), id="all in one process"),
        pytest.param(3, "0-2", None, Shards(count=3, ids=(0, 1, 2)), id="all named, on a file"),
        pytest.param(8, "0, 3-4,7", POSTGRES, Shards(count=8, ids=(0, 3, 4, 7)), id="numbers and ranges"),
        pytest.param(2, "1,1", POSTGRES, Shards(count=2, ids=(1,)), id="named twice"),
    ],
)
def test_shards_are_read(
    count: int | None, written: str | None, database_url: str | None, shards: Shards
) -> None:
    where = {} if database_url is None else {"database_url": database_url}

    assert shards_of(settings(shard_count=count, shard_ids=written, **where)) == shards


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"shard_ids": "0"}, "SHARD_IDS is set without SHARD_COUNT"),
        ({"shard_count": 2, "shard_ids": "2"}, "they are numbered from 0 to 1"),
        ({"shard_count": 2, "shard_ids": "one"}, "write numbers and ranges"),
        ({"shard_count": 2, "shard_ids": "1-0"}, "from the lower number to the higher"),
        ({"shard_count": 2, "shard_ids": "0"}, "an SQLite file belongs to one"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        shards_of(settings(**changes))


async def test_one_shard_of_a_bucket_makes_itself_known_at_a_time(database: Database) -> None:
    """Discord takes one shard of each bucket in five seconds, of all processes together."""
    clock = TurnableClock(NOON)
    one, other = IdentifyTurns(database, clock), IdentifyTurns(database, clock)
    await one.wait(0)
    await other.wait(1)
    waiting = asyncio.create_task(other.wait(0))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await asyncio.shield(waiting)
    clock.turn(IDENTIFY_EVERY)

    await waiting


async def test_a_database_that_is_away_does_not_end_a_bot_that_connects_anew() -> None:
    """It waits as long as a process does that is alone, and then makes its shard known."""
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    away = Database.open("postgresql+asyncpg://postgres@127.0.0.1:1/bot")
    await IdentifyTurns(away, TurnableClock(NOON), pause=pause).wait(0)
    await away.close()

    assert paused == [IDENTIFY_EVERY.total_seconds()]
