"""All processes together keep NanoGPT's limit, however many calls wait to leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanobot.nanogpt.pace import REQUESTS_PER_SECOND
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

        turned_away = nanogpt.requests[PROCESSES : 2 * PROCESSES]
        waited_until = min(order.received_at for order in turned_away) + _LEFT_ALONE_SECONDS
        came = sorted(order.received_at - waited_until for order in nanogpt.requests)
        waited = [seconds for seconds in came if seconds > 0]

    # What a busy machine notes late came sooner, never later: no order can be here before its turn.
    assert [order.status for order in turned_away] == [TOO_MANY_REQUESTS] * PROCESSES
    assert len(waited) >= PROCESSES + CALLS_EACH * len(fleet.members)
    for number, seconds in enumerate(waited):
        assert number < REQUESTS_PER_SECOND * (int(seconds) + 1), f"order {number} came after {seconds:.3f} s"


def member_of_process(number: int, fleet: Fleet) -> tuple[Person, Channel]:
    """Return somebody whose server's shard is of the process that was started as the `number`-th, from 0."""
    for person, channel in fleet.members:
        assert channel.guild is not None
        if (channel.guild.id >> 22) % SHARDS * PROCESSES // SHARDS == number:
            return person, channel
    raise AssertionError(f"no server is of process {number}")
