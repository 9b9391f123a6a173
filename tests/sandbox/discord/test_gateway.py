"""The gateway's handshake, its refusals, resuming and shards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from nanobot.sandbox.discord import DiscordStandIn
from tests.sandbox.discord.conftest import Bot, Raw, Scene

GUILDS, MEMBERS, MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 1, 1 << 9, 1 << 12


class Wire:
    """A gateway connection without a library."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def hear(self) -> dict[str, Any]:
        packet: dict[str, Any] = await self.socket.receive_json(timeout=60)
        return packet

    async def hear_event(self, name: str) -> dict[str, Any]:
        while True:
            packet = await self.hear()
            if packet["t"] == name:
                return packet

    async def close_code(self) -> int | None:
        while True:
            message = await self.socket.receive(timeout=60)
            if message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}:
                return self.socket.close_code

    async def identify(self, token: str, **fields: Any) -> None:
        await self.send(2, {"token": token, "intents": GUILDS | MESSAGES, "properties": {}, **fields})

    async def send(self, opcode: int, data: object) -> None:
        await self.socket.send_str(json.dumps({"op": opcode, "d": data}))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def wire(stand_in: DiscordStandIn, session: aiohttp.ClientSession) -> AsyncIterator[Wire]:
    async with session.ws_connect(stand_in.gateway_url + "/?v=10&encoding=json") as socket:
        yield Wire(socket)


async def test_hello_heartbeat_and_ready(scene: Scene, wire: Wire) -> None:
    hello = await wire.hear()
    await wire.send(1, None)
    beat = await wire.hear()
    await wire.identify(scene.stand_in.bot_token)
    ready, created = await wire.hear(), await wire.hear()

    assert (hello["op"], hello["d"]["heartbeat_interval"] > 0, beat["op"]) == (10, True, 11)
    assert (ready["t"], ready["s"], ready["d"]["shard"]) == ("READY", 1, [0, 1])
    assert ready["d"]["guilds"] == [{"id": str(scene.guild.id), "unavailable": True}]
    assert (created["t"], [member["user"]["bot"] for member in created["d"]["members"]]) == (
        "GUILD_CREATE",
        [True],
    )


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 0}}, 4004),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1 << 15}}, 4014),
        ({"op": 2, "d": {"token": "TOKEN", "intents": MEMBERS}}, 4014),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1 << 40}}, 4013),
        ({"op": 2, "d": {"token": "TOKEN"}}, 4013),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 0, "shard": [2, 2]}}, 4010),
        ({"op": 8, "d": {}}, 4003),
        ({"op": 99, "d": {}}, 4001),
        ({"op": "two", "d": {}}, 4002),
        ({"d": {}}, 4002),
        ("no json", 4002),
        ({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}, 4004),
    ],
    ids=[
        "wrong token",
        "message content not switched on",
        "members not switched on",
        "unknown intent",
        "no intents",
        "shard out of range",
        "not authenticated",
        "unknown opcode",
        "opcode that is no number",
        "no opcode",
        "no json",
        "resume with a wrong token",
    ],
)
async def test_a_wrong_packet_closes_the_connection(
    stand_in: DiscordStandIn, wire: Wire, packet: object, code: int
) -> None:
    text = packet if isinstance(packet, str) else json.dumps(packet).replace("TOKEN", stand_in.bot_token)
    await wire.socket.send_str(text)

    assert await wire.close_code() == code


async def test_identifying_twice_closes_the_connection(stand_in: DiscordStandIn, wire: Wire) -> None:
    await wire.identify(stand_in.bot_token)
    await wire.identify(stand_in.bot_token)

    assert await wire.close_code() == 4005


async def test_more_than_120_packets_a_minute_close_the_connection(wire: Wire) -> None:
    for _ in range(121):
        await wire.send(1, None)

    assert await wire.close_code() == 4008


async def test_a_session_is_resumed_with_all_that_it_missed(
    scene: Scene, session: aiohttp.ClientSession, wire: Wire
) -> None:
    await wire.identify(scene.stand_in.bot_token)
    ready = await wire.hear_event("READY")
    await wire.hear_event("GUILD_CREATE")
    await wire.socket.close()
    for word in ("one", "two"):
        await scene.alice.says(word, scene.general, mentions=[scene.stand_in.bot])
    async with session.ws_connect(ready["d"]["resume_gateway_url"]) as socket:
        again = Wire(socket)
        await again.hear()
        await again.send(
            6, {"token": scene.stand_in.bot_token, "session_id": ready["d"]["session_id"], "seq": 2}
        )
        packets = [await again.hear() for _ in range(3)]

    assert [packet["t"] for packet in packets] == ["MESSAGE_CREATE", "MESSAGE_CREATE", "RESUMED"]
    assert [packet["s"] for packet in packets] == [3, 4, 5]


async def test_a_sequence_of_the_future_cannot_be_resumed(
    scene: Scene, session: aiohttp.ClientSession, wire: Wire
) -> None:
    await wire.identify(scene.stand_in.bot_token)
    ready = await wire.hear_event("READY")
    async with session.ws_connect(scene.stand_in.gateway_url) as socket:
        again = Wire(socket)
        resume = {"token": scene.stand_in.bot_token, "session_id": ready["d"]["session_id"], "seq": 99}
        await again.send(6, resume)

        assert await again.close_code() == 4007


async def test_an_unknown_session_is_invalid(stand_in: DiscordStandIn, wire: Wire) -> None:
    await wire.hear()
    await wire.send(6, {"token": stand_in.bot_token, "session_id": "gone", "seq": 1})

    assert await wire.hear() == {"op": 9, "d": False, "s": None, "t": None}


async def test_events_go_to_the_sessions_that_asked(
    scene: Scene, session: aiohttp.ClientSession, wire: Wire
) -> None:
    """Interactions reach every session of the shard, messages only those with the intent."""
    await wire.identify(scene.stand_in.bot_token, intents=DIRECT_MESSAGES)
    await wire.hear_event("READY")
    scene.stand_in.commands.sync(None, [{"name": "ping", "description": "w"}])
    await scene.alice.says("in the guild", scene.general)
    await scene.alice.says("in private", scene.alice.dm)
    await scene.alice.types("/ping", scene.general)

    assert (await wire.hear())["d"]["content"] == "in private"
    assert (await wire.hear())["t"] == "INTERACTION_CREATE"


async def test_messages_tell_the_type_of_their_channel(scene: Scene, wire: Wire) -> None:
    await wire.identify(scene.stand_in.bot_token, intents=MESSAGES | DIRECT_MESSAGES)
    await wire.hear_event("READY")
    for channel in (scene.general, scene.general.add_thread("foxes"), scene.alice.dm):
        await scene.alice.says("hello", channel)

    assert [(await wire.hear())["d"]["channel_type"] for _ in range(3)] == [0, 11, 1]


async def test_a_channel_closed_to_the_bot_is_silent(scene: Scene, wire: Wire) -> None:
    await wire.identify(scene.stand_in.bot_token)
    await wire.hear_event("GUILD_CREATE")
    scene.general.deny_bot("VIEW_CHANNEL")
    other = scene.guild.add_channel("open")
    await scene.alice.says("unheard", scene.general)
    said = await scene.alice.says("heard", other)

    assert (await wire.hear_event("MESSAGE_CREATE"))["d"]["id"] == str(said.id)


async def test_discord_py_resumes_after_a_cut_and_hears_what_it_missed(scene: Scene) -> None:
    await scene.go_online(scene.bot)
    await scene.stand_in.gateway.disconnect(4000)
    await scene.alice.says("while you were away", scene.general, mentions=[scene.stand_in.bot])
    heard = await scene.bot.hears()

    assert "while you were away" in heard.content
    assert (scene.stand_in.gateway.ready_count, scene.stand_in.gateway.resumed_count) == (1, 1)


async def test_discord_py_reconnects_when_asked(scene: Scene) -> None:
    await scene.go_online(scene.bot)
    scene.stand_in.gateway.ask_to_reconnect()
    await scene.stand_in.world.changes.wait_until(
        lambda: scene.stand_in.gateway.resumed_count or None, waiting_for="RESUMED"
    )
    await scene.alice.says("still there?", scene.general)

    assert (await scene.bot.hears()).channel.id == scene.general.id


async def test_discord_py_identifies_anew_after_its_session_was_invalidated(scene: Scene) -> None:
    await scene.go_online(scene.bot)
    scene.stand_in.gateway.invalidate_sessions()
    await scene.stand_in.world.changes.wait_until(
        lambda: True if scene.stand_in.gateway.ready_count == 2 else None, waiting_for="a second READY"
    )
    await scene.alice.says("hello again", scene.general)

    assert (await scene.bot.hears()).channel.id == scene.general.id


async def test_discord_py_is_told_that_an_intent_is_not_switched_on(scene: Scene) -> None:
    intents = discord.Intents.default()
    intents.message_content = True
    bot = Bot(intents=intents)
    async with bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await asyncio.wait_for(bot.start(scene.stand_in.bot_token), 60)


async def test_guilds_spread_over_shards_and_direct_messages_go_to_the_first(scene: Scene, raw: Raw) -> None:
    guilds = [scene.guild, scene.stand_in.add_guild("Second"), scene.stand_in.add_guild("Third")]
    sockets = [await raw.session.ws_connect(scene.stand_in.gateway_url) for _ in range(2)]
    wires = [Wire(socket) for socket in sockets]
    held: list[set[str]] = []
    for shard_id, wire in enumerate(wires):
        await wire.identify(
            scene.stand_in.bot_token, shard=[shard_id, 2], intents=GUILDS | MESSAGES | DIRECT_MESSAGES
        )
        held.append({guild["id"] for guild in (await wire.hear_event("READY"))["d"]["guilds"]})
    said = await scene.alice.says("private", scene.alice.dm)
    private = await wires[0].hear_event("MESSAGE_CREATE")
    for socket in sockets:
        await socket.close()

    assert held == [{str(guild.id) for guild in guilds if (guild.id >> 22) % 2 == shard} for shard in (0, 1)]
    assert private["d"]["id"] == str(said.id)


@pytest.mark.parametrize("privileged_intents", [["GUILD_MEMBERS"]], ids=["switched on"])
async def test_members_are_chunked_and_their_coming_is_told(scene: Scene) -> None:
    intents = discord.Intents.default()
    intents.members = True
    bot = Bot(intents=intents)
    joined: asyncio.Queue[discord.Member] = asyncio.Queue()

    @bot.event
    async def on_member_join(member: discord.Member) -> None:
        joined.put_nowait(member)

    await scene.go_online(bot)
    await asyncio.wait_for(bot.wait_until_ready(), 60)
    known = bot.get_guild(scene.guild.id)
    assert known is not None
    names = {member.name for member in known.members}
    scene.guild.add_member("bob")
    newcomer = await asyncio.wait_for(joined.get(), 60)

    assert names == {"alice", "nanobot", scene.guild.owner.name}
    assert newcomer.name == "bob"


async def test_being_removed_from_a_guild_is_told_and_closes_it(scene: Scene, raw: Raw) -> None:
    left: asyncio.Queue[discord.Guild] = asyncio.Queue()

    @scene.bot.event
    async def on_guild_remove(guild: discord.Guild) -> None:
        left.put_nowait(guild)

    await scene.go_online(scene.bot)
    await asyncio.wait_for(scene.bot.wait_until_ready(), 60)
    scene.guild.remove_bot()

    assert (await asyncio.wait_for(left.get(), 60)).id == scene.guild.id
    assert (await raw.post(scene.general, {"content": "x"})).code == 50001


async def test_the_recommended_shards_and_starts_are_told(scene: Scene, raw: Raw) -> None:
    told = (await raw("GET", "/gateway/bot")).body

    assert (told["url"], told["shards"]) == (scene.stand_in.gateway_url, 1)
    assert told["session_start_limit"]["remaining"] == 1000
