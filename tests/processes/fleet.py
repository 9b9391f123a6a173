"""Several bots on one PostgreSQL, each with its share of Discord's shards, and people in many servers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from nanobot.clock import ShiftedClock
from nanobot.sandbox.bot_process import BotProcess
from nanobot.sandbox.discord import Channel, DiscordStandIn, Person
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.nanogpt.models import Model
from nanobot.store.database import Database
from nanobot.store.tables import Generation
from tests.journeys.preloaded import PreloadedBot

API_KEY = "sk-nano-fleet-0123456789abcdef"
SHARDS = 4
_START_SECONDS = 120.0
# More than a lease lasts.
_A_LEASE = timedelta(seconds=61)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    discord: DiscordStandIn
    nanogpt: NanoGPTStandIn
    database: Database
    bots: tuple[BotProcess, ...]
    members: tuple[tuple[Person, Channel], ...]
    clock: ShiftedClock

    async def generations(self) -> list[Generation]:
        async with self.database.read() as session:
            return list((await session.scalars(select(Generation))).all())

    async def statuses(self) -> Counter[str]:
        return Counter(generation.status.value for generation in await self.generations())

    def let_leases_run_out(self) -> None:
        """Turn every bot's clock."""
        self.clock.turn(_A_LEASE)


@asynccontextmanager
async def open_fleet(
    folder: Path,
    database_url: str,
    *,
    processes: int,
    servers: int,
    members: int,
    cap: int,
    through: Sequence[str] = (),
) -> AsyncIterator[Fleet]:
    """Bring `processes` bots online at once; all members of all servers together may have `cap` pictures.

    Each finds the database where `through` says, if it says anything.
    """
    async with AsyncExitStack() as stack:
        discord = DiscordStandIn(shard_count=SHARDS, max_concurrency=16, response_deadline_seconds=300)
        nanogpt = NanoGPTStandIn(api_key=API_KEY, balance=Decimal(1000))
        nanogpt.catalogue.add(
            Model(id="tiny", name="Tiny", price=Decimal("1.0"), resolutions=("64x64",), max_images=1)
        )
        await discord.start()
        stack.push_async_callback(discord.stop)
        await nanogpt.start()
        stack.push_async_callback(nanogpt.stop)
        people = []
        for number in range(servers):
            guild = discord.add_guild(f"Den {number}")
            channel = guild.add_channel("general")
            people += [(guild.add_member(f"m{number}x{each}"), channel) for each in range(members)]
        database = Database.open(database_url)
        stack.push_async_callback(database.close)
        clock = ShiftedClock(folder / "clock")
        environment = _environment(discord, nanogpt, database_url, cap)
        share = SHARDS // processes
        bots = [
            await _start(
                folder / str(first),
                {**environment, "DATABASE_URL": url, "SHARD_IDS": f"{first}-{first + share - 1}"},
                clock,
                stack,
            )
            for first, url in zip(range(0, SHARDS, share), through or [database_url] * processes, strict=True)
        ]
        await discord.world.changes.wait_until(
            lambda: True if discord.gateway.ready_count == SHARDS else None,
            timeout=_START_SECONDS,
            waiting_for="every shard to be ready",
        )
        yield Fleet(
            discord=discord,
            nanogpt=nanogpt,
            database=database,
            bots=tuple(bots),
            members=tuple(people),
            clock=clock,
        )


async def _start(
    folder: Path, environment: Mapping[str, str], clock: ShiftedClock, stack: AsyncExitStack
) -> BotProcess:
    await asyncio.to_thread(folder.mkdir)
    bot = PreloadedBot(folder, environment)
    stack.push_async_callback(bot.stop)
    await bot.start("run", "--clock", str(clock.file))
    return bot


def _environment(
    discord: DiscordStandIn, nanogpt: NanoGPTStandIn, database_url: str, cap: int
) -> Mapping[str, str]:
    return {
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "NANOGPT_API_KEY": API_KEY,
        "NANOGPT_BASE_URL": nanogpt.base_url,
        "DATABASE_URL": database_url,
        "DEFAULT_MODEL": "tiny",
        "DEFAULT_QUOTA_IMAGES": "",
        "OWNER_CAP_IMAGES": str(cap),
        "CONCURRENT_GENERATIONS": "100",
        "CONCURRENT_GENERATIONS_PER_MEMBER": "100",
        "WAITING_GENERATIONS_PER_MEMBER": "100",
        "SHARD_COUNT": str(SHARDS),
    }
