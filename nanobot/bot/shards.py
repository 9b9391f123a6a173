"""Which of Discord's shards this process serves, and when it may say so to Discord.

Imports discord, settings and the store.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from nanobot.clock import Clock
from nanobot.settings import Settings, SettingsError
from nanobot.store import bot_state
from nanobot.store.database import DATABASE_TROUBLE, Database
from nanobot.store.engines import is_sqlite, parse_url

log = logging.getLogger(__name__)

# https://docs.discord.com/developers/events/gateway#sharding-max-concurrency
IDENTIFY_EVERY: Final = timedelta(seconds=5)
_LOOK_SECONDS: Final = 0.5

_RANGE = re.compile(r"(?P<first>\d{1,6})(?:-(?P<last>\d{1,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """`count` shards there are in all, as many as Discord recommends where it is `None`; `ids` are this process's."""

    count: int | None
    ids: tuple[int, ...] | None


def shards_of(settings: Settings) -> Shards:
    """Read SHARD_COUNT and SHARD_IDS, such as `0,1` or `0-3`.

    Raises:
        SettingsError: they do not go together, or the database cannot serve several processes.
    """
    count, written = settings.shard_count, settings.shard_ids
    if written is None:
        return Shards(count=count, ids=None)
    if count is None:
        raise SettingsError(
            "SHARD_IDS is set without SHARD_COUNT: set SHARD_COUNT to the number of all shards, the same for every process."
        )
    ids = _read_ids(written)
    if ids[-1] >= count:
        raise SettingsError(
            f"SHARD_IDS names the shard {ids[-1]}, but with SHARD_COUNT={count} they are numbered from 0 to {count - 1}."
        )
    if len(ids) < count and is_sqlite(parse_url(settings.database_url)):
        raise SettingsError(
            "SHARD_IDS leaves shards to other processes, but an SQLite file belongs to one: set DATABASE_URL to a PostgreSQL "
            "that all of them share, or leave SHARD_IDS empty."
        )
    return Shards(count=count, ids=ids)


def _read_ids(written: str) -> tuple[int, ...]:
    ids: set[int] = set()
    for part in written.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            raise SettingsError("SHARD_IDS is wrong: write numbers and ranges, such as 0,1 or 0-3.")
        first = int(found["first"])
        ids.update(range(first, int(found["last"] or first) + 1))
    if not ids:
        raise SettingsError(
            "SHARD_IDS is wrong: a range goes from the lower number to the higher, such as 0-3."
        )
    return tuple(sorted(ids))


class IdentifyTurns:
    """Spreads out over all processes the moments at which a shard makes itself known to Discord."""

    def __init__(
        self, database: Database, clock: Clock, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._database = database
        self._clock = clock
        self._pause = pause

    async def wait(self, bucket: int) -> None:
        """Return when it is this process's turn: Discord takes one shard of each bucket every five seconds.

        Without a database, where nobody can tell whose turn it is, each process keeps to that by itself: an error here
        would end the bot.
        """
        try:
            while not await self._try(bucket):  # noqa: ASYNC110 - other processes ring no bell here
                await asyncio.sleep(_LOOK_SECONDS)
        except DATABASE_TROUBLE as error:
            log.warning("shard turns are taken without the database: %s", error)
            await self._pause(IDENTIFY_EVERY.total_seconds())

    async def _try(self, bucket: int) -> bool:
        async with self._database.begin() as session:
            return await bot_state.claim(
                session, f"identify:{bucket}", now=self._clock.now(), lasting=IDENTIFY_EVERY
            )
