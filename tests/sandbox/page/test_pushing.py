"""What windows are told and when, with a bot that never speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from nanobot.clock import Clock
from nanobot.errors import OperatorError
from nanobot.sandbox.discord import Message, channels
from nanobot.sandbox.page.bells import Bells
from nanobot.sandbox.page.frames import SHOWN_MESSAGES
from nanobot.sandbox.page.insight import Books, Whose
from nanobot.sandbox.page.pushing import CHAT_SECONDS
from nanobot.sandbox.page.run import OpenPage, PageOptions, open_page
from tests.sandbox.page.browser import Browser, Frame


def contents(frame: Frame) -> list[str]:
    return [message["content"] for message in frame["messages"]]


def post(page: OpenPage, content: str, **fields: Any) -> Message:
    """Put a message of the bot into #general."""
    world, channel = page.sandbox.den.world, page.sandbox.den.channel
    fields = {"author": world.bot, "created_at": world.clock.now(), **fields}
    message = Message(id=world.ids.next(), channel=channel, content=content, **fields)
    channel.publish(message)
    return message


async def test_a_window_starts_with_everything(page: OpenPage, lonely: Browser) -> None:
    async with lonely.window("ada", "dm") as window:
        hello = await window.until("hello")
        for kind in ("commands", "messages", "modal", "typing", "panel"):
            await window.until(kind)

    den = page.sandbox.den
    assert [(person["name"], person["label"], person["roles"]) for person in hello["people"]] == [
        ("alice", "Member", []),
        ("bob", "Artist", ["Artist"]),
        ("ada", "Admin (Manage Server)", ["Admin"]),
    ]
    assert [(each["name"], each["kind"]) for each in hello["channels"]] == [("general", "text"), ("dm", "dm")]
    assert hello["channels"][1]["id"] == str(den.people["ada"].dm.id)
    assert {role["name"] for role in hello["roles"]} >= {"@everyone", "Artist", "Admin"}
    assert (hello["bot"]["name"], hello["file_limit"], hello["real_images"]) == (
        "nanobot",
        10 * 1024 * 1024,
        False,
    )
    assert window.newest["panel"] == window.newest["panel"] | {
        "bot": {"state": "stopped"},
        "ledger": [],
        "standing": None,
        "generations": [],
        "nanogpt": {"balance": "5", "charged": "0", "requests": []},
    }


async def test_a_window_shows_the_newest_messages(page: OpenPage, lonely: Browser) -> None:
    for number in range(SHOWN_MESSAGES + 5):
        post(page, str(number))
    async with lonely.window() as window:
        shown = contents(await window.until("messages"))

    assert shown == [str(number) for number in range(5, SHOWN_MESSAGES + 5)]


async def test_many_changes_are_one_frame(page: OpenPage, lonely: Browser) -> None:
    """However fast the world changes, a window is told of it about twenty times a second."""
    loop = asyncio.get_running_loop()
    async with lonely.window() as window:
        await window.until("messages")
        began = loop.time()
        for number in range(300):
            post(page, str(number))
            await asyncio.sleep(0)
        await window.until("messages", lambda frame: contents(frame)[-1:] == ["299"])
        passed = loop.time() - began
    told = [frame for frame in window.came if frame["type"] == "messages"]

    assert len(told) <= passed / CHAT_SECONDS + 3


async def test_a_browser_that_reads_nothing_holds_up_nobody(page: OpenPage, lonely: Browser) -> None:
    """Nothing queues up for it either: once it reads again, it is soon told of the present."""
    changes = 50
    for _ in range(SHOWN_MESSAGES):
        post(page, "x" * 4000)
    async with lonely.window("alice") as sleeping, lonely.window("bob") as awake:
        for number in range(changes):
            post(page, f"{number}: " + "y" * 4000)
            await awake.says(f"{number}: ")
        await sleeping.says(f"{changes - 1}: ")
    told = [frame for frame in sleeping.came if frame["type"] == "messages"]

    assert len(told) < changes


async def test_typing_is_shown_until_something_is_said(page: OpenPage, lonely: Browser) -> None:
    den = page.sandbox.den
    async with lonely.window("alice") as window:
        den.channel.show_typing(den.world.bot)
        den.channel.show_typing(den.people["alice"].user)
        await window.until("typing", lambda frame: frame["names"] == ["nanobot"])
        post(page, "done")
        await window.until("typing", lambda frame: frame["names"] == [])


async def test_typing_ends_by_itself(
    page: OpenPage, lonely: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TYPING_LASTS", timedelta(seconds=0.3))
    async with lonely.window("alice") as window:
        page.sandbox.den.channel.show_typing(page.sandbox.den.world.bot)
        await window.until("typing", lambda frame: frame["names"] == ["nanobot"])
        await window.until("typing", lambda frame: frame["names"] == [])


async def test_a_command_that_nobody_answers_fails_where_it_was_typed(
    page: OpenPage, lonely: Browser
) -> None:
    """And nowhere else: not on other people's screens, and not in another channel."""
    page.sandbox.discord.commands.sync(None, [{"name": "imagine", "description": "Make a picture"}])
    page.sandbox.discord._desk.deadline_seconds = 0.05
    async with (
        lonely.window("alice") as typed,
        lonely.window("alice", "dm") as elsewhere,
        lonely.window("bob") as other,
    ):
        for window in (typed, elsewhere, other):
            await window.until("typing")
        await lonely.types("alice", "/imagine")
        failed = await typed.until("failed")
        post(page, "later")
        await typed.says("later")
        await other.says("later")

    assert failed == {"type": "failed", "interaction": {"command": "imagine"}}
    assert [frame["type"] for frame in typed.came].count("failed") == 1
    assert "failed" not in {*other.newest, *elsewhere.newest}


async def test_a_choice_in_a_menu_is_checked_and_sent(page: OpenPage, lonely: Browser) -> None:
    page.sandbox.discord._desk.deadline_seconds = 0.05
    options = [{"label": "Small", "value": "512"}, {"label": "Large", "value": "2048"}]
    menu = {"type": 3, "id": 2, "custom_id": "size", "options": options}
    message = post(page, "Which size?", components=[{"type": 1, "id": 1, "components": [menu]}])
    select = {"type": "select", "message": str(message.id), "custom_id": "size"}
    async with lonely.window("alice") as window:
        await window.says("Which size?")
        refused = await lonely.act("alice", select | {"values": ["9"]})
        await lonely.does("alice", select | {"values": ["2048"]})
        failed = await window.until("failed")

    assert refused.sentence == "“9” is not on offer."
    assert failed["interaction"] == {"command": ""}


async def test_a_bell_that_rang_while_nobody_listened_is_heard_once() -> None:
    bells = Bells()
    bells.ring()
    with bells.hang() as bell:
        assert bell.is_set()
        bell.clear()
        bells.ring()
        bells.ring()

        assert bell.is_set()
    bell.clear()
    bells.ring()

    assert not bell.is_set()


class ClosedBooks:
    """Books that cannot be opened."""

    async def books_of(self, whose: Whose) -> Books:
        raise OperatorError(f"The books of {whose.user_id} are closed.")


@asynccontextmanager
async def closed_books(database_url: str, clock: Clock) -> AsyncIterator[ClosedBooks]:
    yield ClosedBooks()


async def test_books_that_cannot_be_read_leave_the_rest_of_the_panel(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with open_page(tmp_path, PageOptions(), closed_books) as page:
        await page.keeper.start()
        async with Browser(session, page.server.address).window() as window:
            panel = await window.online()

    assert (panel["ledger"], panel["standing"], panel["generations"]) == ([], None, [])
