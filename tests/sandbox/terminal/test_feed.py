"""What is printed of messages as they come, change and go."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nanobot.sandbox.den import Den
from nanobot.sandbox.discord import File
from nanobot.sandbox.discord.files import attach
from nanobot.sandbox.discord.messages import MessageFlag
from nanobot.sandbox.terminal.feed import Feed, save_new
from nanobot.sandbox.terminal.lines import LineUnclear
from nanobot.sandbox.terminal.page import size_words
from tests.sandbox.terminal.conftest import Paper, post


@pytest.fixture
def feed(den: Den, paper: Paper, tmp_path: Path) -> Feed:
    return Feed(den.world, paper.screen, tmp_path / "pictures")


def test_a_message_tells_who_whom_and_what(den: Den, paper: Paper, feed: Feed) -> None:
    alice, bot = den.people["alice"], den.world.bot
    asked = post(den.channel, alice.user, f"hello {bot.mention}")
    post(den.channel, bot, f"**Hello** {alice.mention}\n-# in {den.channel.mention}", reply=asked)
    post(den.channel, bot, "psst", ephemeral_for=alice.user)
    post(alice.dm, bot, "here too")
    feed.refresh()

    assert paper.text.splitlines() == [
        "  #1 alice: hello @nanobot",
        "  #2 nanobot ↪ #1: Hello @alice",
        "     in #general",
        "  #3 nanobot (only alice sees this): psst",
        "  #4 nanobot (direct messages of alice): here too",
    ]


def test_roles_and_links_are_named(den: Den, paper: Paper, feed: Feed) -> None:
    guild = den.channel.guild
    assert guild is not None
    artist = next(role for role in guild.roles.values() if role.name == "Artist")
    first = post(den.channel, den.world.bot, f"{artist.mention} <@&5> <@6> <#7>")
    link = f"https://discord.com/channels/{guild.id}/{den.channel.id}"
    post(den.channel, den.world.bot, f"Done: {link}/{first.id}, {link}/1")
    feed.refresh()

    assert paper.text.splitlines() == [
        "  #1 nanobot: @Artist @deleted-role @6 #7",
        "  #2 nanobot: Done: #1, a message that is gone",
    ]


def test_an_edit_is_printed_once_under_the_same_number(den: Den, paper: Paper, feed: Feed) -> None:
    message = post(den.channel, den.world.bot, "Starting…")
    feed.refresh()
    feed.refresh()
    message.content = "Done"
    feed.refresh()

    assert paper.text == "  #1 nanobot: Starting…\n  #1 nanobot: Done\n"


def test_thinking_is_not_printed(den: Den, paper: Paper, feed: Feed) -> None:
    message = post(den.channel, den.world.bot, "")
    message.flags = MessageFlag.LOADING
    feed.refresh()

    assert not paper.text


def test_a_deleted_message_is_gone(den: Den, paper: Paper, feed: Feed) -> None:
    message = post(den.channel, den.world.bot, "hello")
    feed.refresh()

    assert feed.numbered(1) is message
    den.channel.remove(message)
    feed.refresh()
    assert paper.text.splitlines()[1:] == ["  #1 is gone."]
    with pytest.raises(LineUnclear, match="no message #1"):
        feed.numbered(1)


def _with_file(den: Den, filename: str, data: bytes) -> None:
    message = post(den.channel, den.world.bot, "")
    file = attach(
        File(filename, data, "a fox"),
        attachment_id=den.world.ids.next(),
        channel_id=den.channel.id,
        cdn=den.world.cdn,
    )
    message.held_attachments.append(file)


def test_a_file_of_the_bot_is_saved_and_described(den: Den, paper: Paper, feed: Feed, tmp_path: Path) -> None:
    _with_file(den, "fox.txt", b"fox")
    feed.refresh()

    path = tmp_path / "pictures" / "fox.txt"
    assert path.read_bytes() == b"fox"
    assert paper.text.splitlines()[1:] == [
        f"     fox.txt · 3 bytes · saved as {path}",
        "     alt text: a fox",
    ]


def test_a_file_that_cannot_be_saved_is_said(den: Den, paper: Paper, feed: Feed, tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file where the folder should be")
    _with_file(den, "fox.txt", b"fox")
    feed.refresh()

    assert "fox.txt could not be saved: File exists." in paper.text
    assert "saved as" not in paper.text


def test_saving_overwrites_nothing(tmp_path: Path) -> None:
    names = [save_new(tmp_path, "fox-1.png", data).name for data in (b"1", b"2", b"3")]

    assert names == ["fox-1.png", "fox-1-2.png", "fox-1-3.png"]
    assert (tmp_path / "fox-1.png").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("size", "words"), [(999, "999 bytes"), (1000, "1.0 kB"), (164_650, "164.7 kB"), (2_500_000, "2.5 MB")]
)
def test_sizes_are_told_in_a_unit_that_fits(size: int, words: str) -> None:
    assert size_words(size) == words


async def test_following_prints_what_is_posted_later(den: Den, paper: Paper, feed: Feed) -> None:
    following = asyncio.create_task(feed.follow())
    await asyncio.sleep(0)
    message = post(den.channel, den.world.bot, "later")
    await asyncio.sleep(0)
    following.cancel()

    assert feed.newest_first() == [message]
    assert "later" in paper.text
