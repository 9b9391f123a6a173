"""A small community with its bot: the stand-ins, the bot's process, a server, and the people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nanobot.sandbox.discord import Channel, DiscordStandIn, Guild, Person, Role
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.journeys.bot_process import START_SECONDS, BotProcess
from tests.openapi_discord import check_requests
from tests.openapi_nanogpt import check_request

API_KEY = "sk-nano-journey-0123456789abcdef"


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Everything a journey needs; `alice` and `bob` are members, `ada` manages the server."""

    discord: DiscordStandIn
    nanogpt: NanoGPTStandIn
    bot: BotProcess
    guild: Guild
    channel: Channel
    artists: Role
    ada: Person
    alice: Person
    bob: Person


@pytest.fixture
async def nanogpt() -> AsyncIterator[NanoGPTStandIn]:
    stand_in = NanoGPTStandIn(api_key=API_KEY)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    stand_in = DiscordStandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def bot(discord: DiscordStandIn, nanogpt: NanoGPTStandIn, tmp_path: Path) -> AsyncIterator[BotProcess]:
    """The bot, not yet started."""
    environment = {
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "NANOGPT_API_KEY": API_KEY,
        "NANOGPT_BASE_URL": nanogpt.base_url,
        "DEFAULT_QUOTA_IMAGES": "20",
    }
    process = BotProcess(tmp_path, environment)
    yield process
    await process.stop()


@pytest.fixture
async def community(
    discord: DiscordStandIn, nanogpt: NanoGPTStandIn, bot: BotProcess
) -> AsyncIterator[Community]:
    """The bot online in a server; afterwards, all that it sent must be what the vendors' schemas allow."""
    guild = discord.add_guild("Fox Den")
    artists = guild.add_role("Artist")
    members = Community(
        discord=discord,
        nanogpt=nanogpt,
        bot=bot,
        guild=guild,
        channel=guild.add_channel("general"),
        artists=artists,
        ada=guild.add_member("ada", permissions=["MANAGE_GUILD"]),
        alice=guild.add_member("alice"),
        bob=guild.add_member("bob"),
    )
    await bot.start()
    await discord.bot_online(START_SECONDS)
    yield members
    assert await bot.stop() == 0, bot.log
    assert "Traceback" not in bot.log, bot.log
    assert check_requests(discord.requests) == []
    assert [
        problem
        for request in nanogpt.requests
        if request.method == "POST" and "images" in request.path
        for problem in check_request("POST", request.path, request.body)
    ] == []
