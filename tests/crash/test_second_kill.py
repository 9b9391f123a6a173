"""The bot is killed, comes back, and is killed once more as it makes up for what the first time left."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.crash.arena import open_arena
from tests.crash.test_kills import reckon

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the nursery watches its children as Linux lets it"
)


@pytest.mark.parametrize(
    "moment",
    [
        "after nanobot.bot.delivery.Delivery.post",
        "after nanobot.generation.books.Books.posted",
        "before nanobot.generation.books.Books.told",
    ],
)
async def test_a_picture_in_the_commands_own_answer_stays_there(tmp_path: Path, moment: str) -> None:
    """The first bot noted a follow-up that it never sent, so that the second edits its answer to the command."""
    async with open_arena(tmp_path) as arena:
        first = await arena.start_online(die="after nanobot.generation.books.Books.posting 1")
        carol = arena.people[2]
        command = await carol.types("/imagine prompt:quiet", arena.quiet)
        arena.commands["quiet"] = command
        await first.ended
        second = await arena.start(die=f"{moment} 1")
        await second.ended
        assert command.original is not None
        posted = [file.id for file in command.original.attachments]
        assert len(posted) == 1

        assert await reckon(arena) == []
        assert [file.id for file in command.original.attachments] == posted


async def test_a_follow_up_is_pointed_at_from_the_commands_own_answer(tmp_path: Path) -> None:
    async with open_arena(tmp_path) as arena:
        bot = await arena.start_online(die="after nanobot.generation.books.Books.posted 1")
        carol = arena.people[2]
        command = arena.commands["quiet"] = await carol.types("/imagine prompt:quiet", arena.quiet)
        await bot.ended

        assert await reckon(arena) == []
        assert command.original is not None
        assert command.original.content.startswith("Done")
