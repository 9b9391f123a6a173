"""Several real processes share one PostgreSQL: one limit, one registration of commands, and nobody is left by a dead one."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from nanobot.quotas.audit import audit
from nanobot.sandbox.discord import Message
from nanobot.sandbox.discord.invocations import Invocation
from tests.processes.fleet import Fleet, open_fleet

CAP = 100
ATTEMPTS = 1000
SERVERS = 10
MEMBERS = 5
TOO_MANY_REQUESTS = 429
REFUSED = "for all who use it together"
OF_DIRECT_MESSAGES = "/channels/@me/"
_PATIENCE_SECONDS = 200

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("processes", [2, 4])
async def test_a_thousand_attempts_on_a_cap_of_a_hundred_are_granted_a_hundred_times(
    processes: int, tmp_path: Path, postgres_url: str
) -> None:
    """One process is killed with pictures in the making; the others take over, and everybody is answered."""
    async with open_fleet(
        tmp_path, postgres_url, processes=processes, servers=SERVERS, members=MEMBERS, cap=CAP
    ) as fleet:
        fleet.nanogpt.trouble.hold()
        rounds = range(ATTEMPTS // len(fleet.members))
        calls = [
            await person.types(f"/imagine prompt:{person.name} {number}", channel)
            for number in rounds
            for person, channel in fleet.members
        ]
        await fleet.nanogpt.trouble.held(10, timeout_seconds=_PATIENCE_SECONDS)
        told_first = [(call, await first_word(call)) for call in calls]
        refused = [call for call, told in told_first if REFUSED in told]
        assert sum((await fleet.statuses()).values()) == CAP
        assert len(refused) == ATTEMPTS - CAP, Counter(
            told for call, told in told_first if call not in refused
        )

        await fleet.bots[0].kill()
        fleet.nanogpt.trouble.let_go()
        fleet.let_leases_run_out()
        accepted = [call for call in calls if call not in refused]
        told = [(await call.settled(is_last_word, _PATIENCE_SECONDS)).content for call in accepted]
        for bot in fleet.bots[1:]:
            assert await bot.stop() == 0
            assert "Traceback" not in bot.log
        statuses = await fleet.statuses()
        async with fleet.database.read() as session:
            audited = await audit(session)

        assert statuses["posted"] + statuses["unknown"] + statuses["interrupted"] == CAP
        assert (audited.sentences if not audited.balances else [], audited.totals.open_holds) == ([], 0)
        assert fleet.discord.commands.sync_count == 1
        assert max(orders(fleet).values()) == 1
        # Whoever takes over knows nothing of the servers of others.
        assert sum(OF_DIRECT_MESSAGES in each for each in told) == 0


async def first_word(call: Invocation) -> str:
    """Wait for the first that is told of a request."""
    return (await call.settled(lambda message: not message.is_thinking, _PATIENCE_SECONDS)).content


def is_last_word(message: Message) -> bool:
    return message.content.startswith(("Done", "The bot was restarted"))


def orders(fleet: Fleet) -> Counter[object]:
    """Return how many times each prompt was ordered, save for what NanoGPT did not look at."""
    return Counter(
        request.fields["prompt"] for request in fleet.nanogpt.requests if request.status != TOO_MANY_REQUESTS
    )


async def test_every_process_answers_for_its_own_servers(tmp_path: Path, postgres_url: str) -> None:
    """Two processes, and direct messages belong to the first shard."""
    async with open_fleet(tmp_path, postgres_url, processes=2, servers=8, members=1, cap=100) as fleet:
        answers = await asyncio.gather(
            *(person.types("/usage", channel) for person, channel in fleet.members)
        )
        for call in answers:
            await call.response(_PATIENCE_SECONDS)
        shards = {(channel.guild.id >> 22) % 4 for _, channel in fleet.members if channel.guild}
        person = fleet.members[0][0]
        direct = await person.types("/usage", person.dm)
        await direct.response(_PATIENCE_SECONDS)

        assert shards == {0, 1, 2, 3}
