"""Discord's ids: 64 bits of which the upper 42 are milliseconds since 2015. Imports only `nanobot.clock`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from nanobot.clock import Clock

# https://discord.com/developers/docs/reference#snowflakes
DISCORD_EPOCH_MILLISECONDS = 1_420_070_400_000
TIMESTAMP_SHIFT = 22


class Snowflakes:
    """Hands out ids that only grow, each in a millisecond of its own so that guilds spread over shards."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_milliseconds = 0
        self._is_backdating = False

    def next(self) -> int:
        now = 0 if self._is_backdating else _milliseconds(self._clock.now())
        self._last_milliseconds = max(now, self._last_milliseconds + 1)
        return self._last_milliseconds << TIMESTAMP_SHIFT

    @contextmanager
    def backdated(self, moment: datetime) -> Iterator[None]:
        """Hand out ids from `moment` on: what is made inside, in the same order, has the same ids in every run."""
        kept, self._last_milliseconds = self._last_milliseconds, _milliseconds(moment)
        self._is_backdating = True
        try:
            yield
        finally:
            self._last_milliseconds, self._is_backdating = kept, False


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000) - DISCORD_EPOCH_MILLISECONDS


def shard_of(guild_id: int, shard_count: int) -> int:
    """Answer which shard a guild belongs to: https://discord.com/developers/docs/events/gateway#sharding."""
    return (guild_id >> TIMESTAMP_SHIFT) % shard_count


def to_timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
