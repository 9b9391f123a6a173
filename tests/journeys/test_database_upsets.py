"""A database that fails while the bot is at work: people are refused in a sentence, and work goes on afterwards."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from nanobot.bot.replies.errors import DATABASE_IN_TROUBLE
from nanobot.sandbox.bot_process import START_SECONDS, BotProcess
from nanobot.sandbox.discord import DiscordStandIn
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.journeys.asking import answer, picture
from tests.journeys.conftest import Community
from tests.store.cable import Cable
from tests.store.databases import postgres_server, postgres_template, postgres_url

__all__ = ["postgres_server", "postgres_template", "postgres_url"]  # fixtures


@pytest.fixture
async def cable(postgres_url: str) -> AsyncIterator[Cable]:
    cable = Cable(make_url(postgres_url))
    await cable.plug()
    yield cable
    await cable.cut()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the files of another process")
async def test_a_full_disk_refuses_in_a_sentence_and_work_goes_on_once_there_is_room(
    community: Community,
) -> None:
    """No file may grow; what the member asked for is neither counted nor sent."""
    import resource

    alice, channel = community.alice, community.channel
    pid = community.bot._started.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    told = await answer(alice, "/imagine prompt:a red fox", channel)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))

    assert told == DATABASE_IN_TROUBLE
    assert community.nanogpt.paid_pictures == 0
    await picture(alice, "/imagine prompt:a red fox", channel)
    assert "1 of 20 pictures used today" in await community.usage(alice)


async def test_a_locked_database_refuses_soon_and_loses_nothing(community: Community, tmp_path: Path) -> None:
    """A backup, or somebody with a tool, keeps the file: who asks is refused, and what was paid for is kept and posted."""
    alice, bob, channel = community.alice, community.bob, community.channel
    community.nanogpt.trouble.hold()
    call = await alice.types("/imagine prompt:a red fox", channel)
    await community.nanogpt.trouble.held()

    with closing(sqlite3.connect(tmp_path / "nanobot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        community.nanogpt.trouble.let_go()
        told = await answer(bob, "/imagine prompt:a blue fox", channel)
        other.execute("ROLLBACK")

    assert told == DATABASE_IN_TROUBLE
    await call.settled(lambda message: message.content.startswith("Done"))
    await community.picture()
    assert "1 of 20 pictures used today" in await community.usage(alice)
    assert "0 of 20 pictures used today" in await community.usage(bob)
    await picture(bob, "/imagine prompt:a blue fox", channel)
    assert community.nanogpt.paid_pictures == 2


async def test_a_database_that_is_gone_for_a_while_refuses_some_and_loses_nothing(
    discord: DiscordStandIn,
    nanogpt: NanoGPTStandIn,
    cable: Cable,
    bot: BotProcess,
) -> None:
    """Whoever asks meanwhile is refused; the picture that was being made is posted and counted."""
    guild = discord.add_guild("Fox Den")
    channel, alice, bob = guild.add_channel("general"), guild.add_member("alice"), guild.add_member("bob")
    await bot.start(DATABASE_URL=cable.url)
    await discord.bot_online(START_SECONDS)
    nanogpt.trouble.hold()
    call = await alice.types("/imagine prompt:a red fox", channel)
    await nanogpt.trouble.held()

    await cable.cut()
    nanogpt.trouble.let_go()
    told = await answer(bob, "/imagine prompt:a blue fox", channel)
    await cable.plug()

    assert told == DATABASE_IN_TROUBLE
    await call.settled(lambda message: message.content.startswith("Done"))
    await channel.next_message(where=lambda message: bool(message.attachments))
    assert "1 of 20 pictures used today" in await answer(alice, "/usage", channel)
    assert nanogpt.paid_pictures == 1
    assert await bot.stop() == 0
