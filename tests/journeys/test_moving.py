"""A community outgrows its SQLite file: the operator moves all of it to another database, and nobody notices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journeys.asking import answer, online_again, picture
from tests.journeys.conftest import Community
from tests.journeys.terminal import Terminal
from tests.store.databases import postgres_server, postgres_template, postgres_url

__all__ = ["postgres_server", "postgres_template", "postgres_url"]  # fixtures

OLD = "sqlite+aiosqlite:///nanobot.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest) -> str:
    """Name where to move; a test takes it before the community, whose bot is to end first."""
    if request.param == "sqlite":
        return "sqlite+aiosqlite:///moved.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


async def test_quotas_pictures_and_books_go_along_to_another_database(
    new_url: str, community: Community, tmp_path: Path
) -> None:
    """The bot stands still meanwhile; afterwards a reply to an old picture works, and what was used still counts."""
    alice, channel = community.alice, community.channel
    await answer(community.ada, "/quota set member:@alice images:5", channel)
    before = await picture(alice, "/imagine prompt:a red fox", channel)
    assert await community.bot.stop() == 0
    terminal = Terminal(tmp_path, {"DATABASE_URL": new_url})

    moved = await terminal.reads(await terminal.opens("migrate", "--copy-from", OLD))
    await online_again(community.bot, community.discord, DATABASE_URL=new_url)
    reply = await alice.says("make it night", channel, reply_to=before)
    edited = await channel.next_message(after=reply)

    assert (moved.code, moved.err) == (0, "")
    assert "\nledger_entries: 2 rows\n" in moved.out
    assert "\nEverything is copied and compared: " in moved.out
    assert re.search(r"\nThe books balance: 2 entries, 1 hold, 1 picture and \$0\.\d+ used\.\n$", moved.out)
    assert edited.reference is reply
    assert "2 of 5 pictures used today" in await answer(alice, "/usage", channel)
    assert community.discord.commands.sync_count == 1


async def test_a_second_move_to_the_same_place_is_refused(
    new_url: str, community: Community, tmp_path: Path
) -> None:
    await picture(community.alice, "/imagine prompt:a red fox", community.channel)
    terminal = Terminal(tmp_path, {"DATABASE_URL": new_url})

    too_early = await terminal.reads(await terminal.opens("migrate", "--copy-from", OLD))
    assert await community.bot.stop() == 0
    first = await terminal.reads(await terminal.opens("migrate", "--copy-from", OLD))
    second = await terminal.reads(await terminal.opens("migrate", "--copy-from", OLD))

    assert (too_early.code, too_early.out) == (2, "")
    assert too_early.err.startswith(
        "A bot is at work on the database to copy from, or was until a minute ago."
    )
    assert first.code == 0
    assert (second.code, second.out) == (2, "")
    assert second.err.startswith("DATABASE_URL names a database that is not empty: there are rows in ")
