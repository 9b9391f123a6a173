"""Discord's ids: 64 bits of which the upper 42 are milliseconds since 2015. Imports only `nanobot.clock`."""

from __future__ import annotations

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

    def next(self) -> int:
        now = int(self._clock.now().timestamp() * 1000) - DISCORD_EPOCH_MILLISECONDS
        self._last_milliseconds = max(now, self._last_milliseconds + 1)
        return self._last_milliseconds << TIMESTAMP_SHIFT


def shard_of(guild_id: int, shard_count: int) -> int:
    """Answer which shard a guild belongs to: https://discord.com/developers/docs/events/gateway#sharding."""
    return (guild_id >> TIMESTAMP_SHIFT) % shard_count


def to_timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
