"""All processes together keep NanoGPT's limit, however many calls wait to leave."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from nanobot.nanogpt.pace import MARGIN_SECONDS, REQUESTS_PER_SECOND
from nanobot.sandbox.discord import Channel, Person
from tests.processes.fleet import SHARDS, Fleet, open_fleet

PROCESSES = 2
CALLS_EACH = 4
TOO_MANY_REQUESTS = 429
# Until then everybody has asked, and all that they asked for waits.
_LEFT_ALONE_SECONDS = 10
_PATIENCE_SECONDS = 120

pytestmark = pytest.mark.timeout(300)


async def test_what_waits_in_several_processes_leaves_no_faster_than_nanogpt_allows(
    tmp_path: Path, postgres_url: str
) -> None:
    """NanoGPT asks each of them to wait, so that both let out at the same moment what has come meanwhile."""
    async with open_fleet(
        tmp_path, postgres_url, processes=PROCESSES, servers=8, members=3, cap=1000
    ) as fleet:
        trouble, nanogpt = fleet.nanogpt.trouble, fleet.nanogpt
        asking = [member_of_process(number, fleet) for number in range(PROCESSES)]
        # Whoever starts beside others sends nothing for a while, until they know of it.
        for person, channel in asking:
            call = await person.types("/imagine prompt:first", channel)
            await call.settled(lambda message: message.content.startswith("Done"), _PATIENCE_SECONDS)
        trouble.fail_next(
            TOO_MANY_REQUESTS, "rate_limit_exceeded", PROCESSES, retry_after=_LEFT_ALONE_SECONDS
        )
        for person, channel in asking:
            await person.types("/imagine prompt:turned away", channel)
        await nanogpt.answered(2 * PROCESSES, _PATIENCE_SECONDS)

        trouble.hold()
        for person, channel in fleet.members:
            await person.types(f"/imagine prompt:{person.name} count:{CALLS_EACH}", channel)
        await trouble.held(PROCESSES + CALLS_EACH * len(fleet.members), timeout_seconds=_PATIENCE_SECONDS)
        for bot in fleet.bots:
            await bot.kill()

        # A second apart with a margin; where a busy machine notes them late, they seem closer by so much.
        window = min(1.0, 1.0 + MARGIN_SECONDS - fleet.lateness.seconds)
        assert most_within(window, fleet) <= REQUESTS_PER_SECOND


def member_of_process(number: int, fleet: Fleet) -> tuple[Person, Channel]:
    """Return somebody whose server's shard is of the process that was started as the `number`-th, from 0."""
    for person, channel in fleet.members:
        assert channel.guild is not None
        if (channel.guild.id >> 22) % SHARDS * PROCESSES // SHARDS == number:
            return person, channel
    raise AssertionError(f"no server is of process {number}")


def most_within(seconds: float, fleet: Fleet) -> int:
    """Return how many orders at most all processes together sent within so many seconds."""
    recent: deque[float] = deque()
    most = 0
    for received_at in sorted(request.received_at for request in fleet.nanogpt.requests):
        recent.append(received_at)
        while recent[0] <= received_at - seconds:
            recent.popleft()
        most = max(most, len(recent))
    return most
