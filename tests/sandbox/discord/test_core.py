"""The way of one command from login to the last edit."""

from __future__ import annotations

import asyncio
import io

import discord
import pytest
from discord import app_commands

from nanobot.sandbox.discord import DiscordStandIn
from tests.sandbox.discord.conftest import Bot, GoOnline, Scene


async def test_a_command_is_acknowledged_edited_and_followed_by_a_regular_message(
    scene: Scene,
) -> None:
    """Login, sync, READY, command, defer, edit with a file, message, reply: the whole way in one go."""
    bot, general, alice = scene.bot, scene.general, scene.alice

    @bot.tree.command(name="imagine", description="Make a picture")
    @app_commands.describe(prompt="What to make", count="How many", image="What to start from")
    async def imagine(
        interaction: discord.Interaction,
        prompt: str,
        count: app_commands.Range[int, 1, 4] = 1,
        image: discord.Attachment | None = None,
    ) -> None:
        await interaction.response.defer(thinking=True)
        assert image is not None
        picture = discord.File(io.BytesIO(await image.read()), "result.png", description=prompt)
        await interaction.edit_original_response(content=f"{prompt} ×{count}", attachments=[picture])
        channel = interaction.channel
        assert isinstance(channel, discord.TextChannel)
        await channel.send("done", nonce=7)

    await scene.go_online(bot)
    await scene.stand_in.bot_online()
    call = await alice.types("/imagine prompt:a red fox in snow count:2", general, {"image": scene.fox})
    response = await call.response()
    posted = await general.next_message()
    await alice.says("make it night", general, reply_to=posted)
    heard = await bot.hears()

    assert response.content == "a red fox in snow ×2"
    assert [(file.filename, file.data, file.description) for file in response.attachments] == [
        ("result.png", scene.fox.data, "a red fox in snow")
    ]
    assert (posted.content, posted.nonce) == ("done", "7")
    assert heard.content == "make it night"
    assert isinstance(heard.reference, discord.MessageReference)
    assert heard.reference.message_id == posted.id


async def test_a_wrong_token_is_refused_at_login(stand_in: DiscordStandIn) -> None:
    async with discord.Client(intents=discord.Intents.default()) as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("not-the-token")


async def test_guilds_and_channels_are_told_to_a_connected_bot(
    stand_in: DiscordStandIn, go_online: GoOnline, bot: Bot
) -> None:
    joined: asyncio.Queue[discord.Guild] = asyncio.Queue()

    @bot.event
    async def on_guild_join(guild: discord.Guild) -> None:
        joined.put_nowait(guild)

    await go_online(bot)
    await asyncio.wait_for(bot.wait_until_ready(), 60)
    den = stand_in.add_guild("Den", boost_tier=2)

    heard = await asyncio.wait_for(joined.get(), 60)

    assert (heard.id, heard.name, heard.filesize_limit) == (den.id, "Den", 50 * 1024 * 1024)
    assert heard.me.guild_permissions.attach_files
