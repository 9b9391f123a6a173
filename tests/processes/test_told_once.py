"""What is changed at a terminal is told by one of several processes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from nanobot.quotas.changing import OPERATOR, Actor, set_rule
from nanobot.quotas.policy import Rule
from nanobot.settings import Period
from nanobot.store import guild_settings
from nanobot.store.guild_settings import GuildSettings
from nanobot.store.tables import RuleScope, Unit
from tests.processes.fleet import Fleet, open_fleet

CHANGES = 8


async def test_each_change_at_a_terminal_is_told_once(tmp_path: Path, postgres_url: str) -> None:
    """Several terminals at once, and a process that dies meanwhile."""
    async with open_fleet(tmp_path, postgres_url, processes=2, servers=1, members=1, cap=10) as fleet:
        _, channel = fleet.members[0]
        assert channel.guild is not None
        await choose_log_channel(fleet, channel.guild.id, channel.id)

        await asyncio.gather(*(change(fleet, channel.guild.id, member) for member in range(1, CHANGES + 1)))
        first = await channel.next_message()
        await fleet.bots[0].kill()
        fleet.let_leases_run_out()
        told = [first.content, *[(await channel.next_message()).content for _ in range(CHANGES - 1)]]

        assert sorted(told) == [
            f"Whoever runs the bot · <@{member}>: no rule → 1 picture per day"
            for member in range(1, CHANGES + 1)
        ]
        assert len(channel.messages) == CHANGES


async def choose_log_channel(fleet: Fleet, guild_id: int, channel_id: int) -> None:
    chosen = GuildSettings(log_channel_id=channel_id)
    async with fleet.database.begin() as session:
        await guild_settings.put(session, guild_id, chosen, actor_id=1, now=fleet.clock.now())


async def change(fleet: Fleet, guild_id: int, member: int) -> None:
    rule = Rule(unit=Unit.IMAGES, amount=1, period=Period.DAY)
    async with fleet.database.begin() as session:
        await set_rule(
            session,
            Actor(actor_id=OPERATOR, now=fleet.clock.now()),
            guild_id=guild_id,
            scope=RuleScope.MEMBER,
            subject_id=member,
            unit=rule.unit,
            rule=rule,
        )
