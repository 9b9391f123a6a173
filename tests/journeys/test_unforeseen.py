"""What nobody foresaw: each door answers with one sentence and an id, and the log has the rest under that id."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from nanobot.sandbox.bot_process import START_SECONDS, BotProcess
from nanobot.sandbox.discord import Channel, DiscordStandIn, Person
from tests.journeys.asking import answer, picture
from tests.journeys.conftest import Community

_SENTENCE = re.compile(
    r"Something went wrong that should not have\. Try again in a minute; if it happens again, "
    r"tell whoever runs the bot this id: `([0-9a-f]{8})`\."
)


@pytest.fixture
async def room(discord: DiscordStandIn, bot: BotProcess) -> AsyncIterator[tuple[Channel, Person]]:
    """Put the bot into a channel with one member, without expecting a log free of tracebacks."""
    guild = discord.add_guild("Fox Den")
    channel, alice = guild.add_channel("general"), guild.add_member("alice")
    await bot.start()
    await discord.bot_online(START_SECONDS)
    yield channel, alice
    assert await bot.stop() == 0


async def test_a_broken_database_is_an_id_for_people_and_a_traceback_for_the_operator(
    room: tuple[Channel, Person], bot: BotProcess, tmp_path: Path
) -> None:
    """Through commands, replies, buttons and confirmations alike, and never with SQL or a path in it."""
    channel, alice = room
    made = await picture(alice, "/imagine prompt:a velvet fox", channel)
    question = await (await alice.types("/privacy delete", channel)).response()
    with closing(sqlite3.connect(tmp_path / "nanobot.db")) as database, database:
        database.execute("ALTER TABLE generations RENAME TO misplaced")

    told = [await answer(alice, "/history", channel), await answer(alice, "/imagine prompt:a fox", channel)]
    told.append((await (await alice.presses(made, "Again")).response()).content)
    told.append((await (await alice.presses(question, "Erase my data")).followup()).content)
    reply = await alice.says("make it night", channel, reply_to=made)
    told.append((await channel.next_message(after=reply)).content)

    ids = [found[1] for found in map(_SENTENCE.fullmatch, told) if found]
    assert len(ids) == len(set(ids)) == 5, told
    for error_id in ids:
        assert f"ERROR   nanobot.bot.doors: error {error_id} while " in bot.log
    assert "no such table: generations" in bot.log
    assert "velvet" not in bot.log


async def test_a_command_of_an_older_version_says_to_reload(community: Community) -> None:
    """Clients keep showing what was registered before until they are reloaded."""
    commands = community.discord.commands
    older = {
        "name": "paint",
        "type": 1,
        "description": "What an older version had",
        "contexts": [0],
        "integration_types": [0],
    }
    commands.sync(None, [*commands.of(None), older])

    told = await answer(community.alice, "/paint", community.channel)

    assert told == "This command has changed. Reload Discord (Ctrl+R) and try again."
