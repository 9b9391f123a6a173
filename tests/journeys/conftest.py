"""A small community with its bot: the stand-ins, the bot's process, a server, and the people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from nanobot.sandbox.bot_process import START_SECONDS, BotProcess
from nanobot.sandbox.discord import Channel, DiscordStandIn, Guild, Message, Person, Role
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.journeys.asking import answer, online_again
from tests.journeys.preloaded import PreloadedBot
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

    async def picture(self, channel: Channel | None = None) -> Message:
        """Wait for the bot's next picture, in the server's channel unless another is named."""
        return await (channel or self.channel).next_message(where=lambda message: bool(message.attachments))

    async def usage(self, person: Person, channel: Channel | None = None) -> str:
        """Ask `/usage` as `person` and return the answer."""
        return await answer(person, "/usage", channel or self.channel)

    async def restart(self) -> None:
        """Restart the bot as a supervisor does, and wait until it is online again."""
        assert await self.bot.stop() == 0, self.bot.log
        await online_again(self.bot, self.discord)


@pytest.fixture
def bot_settings() -> Mapping[str, str]:
    """Override by parametrization to change the bot's environment."""
    return {}


@pytest.fixture
async def nanogpt() -> AsyncIterator[NanoGPTStandIn]:
    stand_in = NanoGPTStandIn(api_key=API_KEY)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    # A machine that runs other tests besides is not judged by Discord's three seconds.
    stand_in = DiscordStandIn(response_deadline_seconds=30)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def bot(
    discord: DiscordStandIn, nanogpt: NanoGPTStandIn, bot_settings: Mapping[str, str], tmp_path: Path
) -> AsyncIterator[BotProcess]:
    """Make the bot ready to be started."""
    environment = {
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "NANOGPT_API_KEY": API_KEY,
        "NANOGPT_BASE_URL": nanogpt.base_url,
        "DEFAULT_QUOTA_IMAGES": "20",
    }
    process = PreloadedBot(tmp_path, {**environment, **bot_settings})
    yield process
    await process.stop()


@pytest.fixture
async def community(
    discord: DiscordStandIn, nanogpt: NanoGPTStandIn, bot: BotProcess
) -> AsyncIterator[Community]:
    """Bring the bot online in a server; afterwards, all that it sent must be what the vendors' schemas allow."""
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
    nanogpt.trouble.let_go()
    assert await bot.stop() == 0, bot.log
    assert "Traceback" not in bot.log, bot.log
    assert check_requests(discord.requests) == []
    assert [
        problem
        for request in nanogpt.requests
        if request.method == "POST" and "images" in request.path
        for problem in check_request("POST", request.path, request.body)
    ] == []
