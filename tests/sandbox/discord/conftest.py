"""A stand-in on a free port and real discord.py clients that believe it is Discord."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import skimage
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from nanobot.sandbox.discord import Channel, DiscordStandIn, File, Guild, Invocation, Person

PHOTOGRAPHS = Path(skimage.__file__).parent / "data"


class Bot(discord.Client):
    """A client with a command tree, which tests fill before it goes online."""

    def __init__(self, *, intents: discord.Intents | None = None, syncs: bool = True) -> None:
        super().__init__(intents=intents or discord.Intents.default(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self._syncs = syncs
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()

    async def setup_hook(self) -> None:
        if self._syncs:
            await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Spare tests the five seconds that discord.py sleeps before it identifies anew."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.put_nowait(message)

    async def hears(self) -> discord.Message:
        return await asyncio.wait_for(self.heard.get(), timeout=60)


GoOnline = Callable[[discord.Client], Awaitable[None]]


@pytest.fixture
def privileged_intents() -> list[str]:
    """Override by parametrization to switch privileged intents on."""
    return []


@pytest.fixture
async def stand_in(privileged_intents: list[str]) -> AsyncIterator[DiscordStandIn]:
    stand_in = DiscordStandIn(privileged_intents=privileged_intents)
    await stand_in.start()
    try:
        yield stand_in
    finally:
        await stand_in.stop()


@pytest.fixture(autouse=True)
def _pointed_at_stand_in(stand_in: DiscordStandIn) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Route, "BASE", stand_in.api_url)
        patch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(stand_in.gateway_url))
        yield


@pytest.fixture
async def go_online(stand_in: DiscordStandIn) -> AsyncIterator[GoOnline]:
    """Connect clients for the length of a test."""
    async with AsyncExitStack() as stack:

        async def go(client: discord.Client) -> None:
            ready_before = stand_in.gateway.ready_count
            await stack.enter_async_context(client)
            running = asyncio.create_task(client.start(stand_in.bot_token))

            async def end() -> None:
                await client.close()
                await asyncio.gather(running, return_exceptions=True)

            stack.push_async_callback(end)
            await stand_in.world.changes.wait_until(
                lambda: True if stand_in.gateway.ready_count > ready_before else None, waiting_for="READY"
            )

        yield go


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def guild(stand_in: DiscordStandIn) -> Guild:
    return stand_in.add_guild("Fox Den", locale="en-GB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A guild with a channel and a member, a bot that is not yet online, and a photograph."""

    stand_in: DiscordStandIn
    guild: Guild
    general: Channel
    alice: Person
    bot: Bot
    go_online: GoOnline
    fox: File


@pytest.fixture
def scene(stand_in: DiscordStandIn, guild: Guild, bot: Bot, go_online: GoOnline, fox: File) -> Scene:
    return Scene(
        stand_in=stand_in,
        guild=guild,
        general=guild.add_channel("general"),
        alice=guild.add_member("alice"),
        bot=bot,
        go_online=go_online,
        fox=fox,
    )


@pytest.fixture
def fox() -> File:
    return File("fox.png", (PHOTOGRAPHS / "chelsea.png").read_bytes(), "a cat that is no fox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> int:
        """Discord's own error code."""
        return int(self.body["code"])

    @property
    def told(self) -> str:
        """Every code and text of a refused body, with its place."""
        return json.dumps(self.body.get("errors"))


class Raw:
    """Requests that no library checks before they leave."""

    def __init__(self, stand_in: DiscordStandIn, session: aiohttp.ClientSession) -> None:
        self.stand_in = stand_in
        self.session = session

    async def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        files: Sequence[File] = (),
    ) -> Reply:
        headers = {"Authorization": f"Bot {self.stand_in.bot_token if token is None else token}"}
        data: aiohttp.FormData | str | None = None if body is None else json.dumps(body)
        if files:
            data = aiohttp.FormData(quote_fields=False)
            data.add_field("payload_json", json.dumps({} if body is None else body))
            for index, file in enumerate(files):
                data.add_field(f"files[{index}]", file.data, filename=file.filename)
        elif body is not None:
            headers["Content-Type"] = "application/json"
        url = self.stand_in.api_url + path
        async with self.session.request(method, url, data=data, headers=headers) as response:
            is_json = response.content_type == "application/json"
            answered = json.loads(await response.text()) if is_json else None
            return Reply(status=response.status, body=answered, headers=dict(response.headers))

    async def sync(self, *commands: dict[str, Any]) -> Reply:
        path = f"/applications/{self.stand_in.application_id}/commands"
        return await self(
            "PUT", path, [{"type": 1, "description": "words", **command} for command in commands]
        )

    async def post(self, channel: Channel, body: object, *, files: Sequence[File] = ()) -> Reply:
        return await self("POST", f"/channels/{channel.id}/messages", body, files=files)

    async def answer(self, call: Invocation, body: object, *, files: Sequence[File] = ()) -> Reply:
        return await self("POST", f"/interactions/{call.id}/{call.token}/callback", body, files=files)

    def webhook(self, call: Invocation, rest: str = "") -> str:
        return f"/webhooks/{self.stand_in.application_id}/{call.token}{rest}"


@pytest.fixture
async def raw(stand_in: DiscordStandIn) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession() as session:
        yield Raw(stand_in, session)
