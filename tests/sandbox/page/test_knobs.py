"""The clock that turns, the troubles, and the restarts, with the real bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from nanobot.clock import ShiftedClock
from nanobot.sandbox import opening
from nanobot.sandbox.page.run import OpenPage
from tests.journeys.preloaded import PreloadedBot
from tests.sandbox.page.browser import Browser, Frame, Reply

HOUR = {"type": "turn_clock", "hours": 1}
DAY = {"type": "turn_clock", "hours": 24}


def shows(name: str, *, on: bool) -> Callable[[Frame], bool]:
    return lambda frame: frame["trouble"][name] is on


def trouble(name: str, on: bool) -> Frame:
    return {"type": "trouble", "name": name, "on": on}


async def test_a_quota_starts_anew_before_ones_eyes(browser: Browser) -> None:
    """Also while a picture is in the making, which comes all the same."""
    async with browser.window("ada") as ada, browser.window("alice") as alice:
        await browser.types("ada", "/quota set member:@alice images:1")
        await ada.says("1 picture per day")
        await browser.turns(trouble("slow", True))
        await browser.types("alice", "/imagine prompt:a red fox")
        held = await alice.panel(lambda frame: frame["nanogpt"]["requests"])
        await browser.types("alice", "/imagine prompt:a boat")
        await alice.says("Your quota is used up (1 of 1 picture used today)")
        before = await alice.panel(lambda frame: frame["standing"]["left"] == 0)
        await browser.turns(DAY)
        after = await alice.panel(lambda frame: frame["standing"]["left"] == 1)
        await browser.turns(trouble("slow", False))
        await alice.picture("a red fox")
        await browser.types("alice", "/imagine prompt:a castle")
        await alice.picture("a castle")
        await browser.types("alice", "/usage")
        await alice.says("**You** · 1 of 1 picture used today")

    assert held["nanogpt"]["requests"][0]["status"] is None
    assert before["trouble"]["slow"]
    assert (before["clock"]["offset_seconds"], after["clock"]["offset_seconds"]) == (0, 86400)
    moments = [datetime.fromisoformat(frame["standing"]["resets_at"]) for frame in (before, after)]
    assert moments[1] - moments[0] == timedelta(days=1)
    turned = datetime.fromisoformat(after["clock"]["now"]) - datetime.fromisoformat(before["clock"]["now"])
    assert timedelta(days=1) < turned < timedelta(days=1, minutes=2)


async def test_each_trouble_is_told_and_ends(browser: Browser) -> None:
    """What each is like for a member, and that nothing of it is taken from their quota."""
    told = {
        "rate_limit": "NanoGPT is busy right now.",
        "server_error": "NanoGPT failed in the middle of the work.",
        "out_of_funds": "its balance at NanoGPT is used up",
        "policy": "NanoGPT's content policy does not allow this",
        "discord_upload": "Your picture was made, but Discord let me post it neither here nor in a direct message.",
    }
    async with browser.window("alice") as window:
        for name, words in told.items():
            await browser.turns(trouble(name, True))
            await browser.types("alice", f"/imagine prompt:a fox in {name}")
            await window.says(words)
            on = await window.panel(shows(name, on=True))
            await browser.turns(trouble(name, False))
            await window.panel(shows(name, on=False))
            if name == "out_of_funds":
                # The bot sends nothing until it looks again, which an hour brings near.
                await browser.turns(HOUR)

            assert [each for each, is_on in on["trouble"].items() if is_on] == [name]
        await browser.types("alice", "/imagine prompt:all is well")
        await window.picture("all is well")
        panel = await window.panel(lambda frame: frame["standing"]["used"] == 1 and not _open(frame))

    failed = {each["prompt"]: each for each in panel["generations"]}
    assert {name: failed[f"a fox in {name}"]["status"] for name in told} == {
        "rate_limit": "failed",
        "server_error": "unknown",
        "out_of_funds": "failed",
        "policy": "refused",
        "discord_upload": "failed",
    }
    assert [request["status"] for request in panel["nanogpt"]["requests"]] == [429, 500, 402, 400, 200, 200]
    assert any("RateLimited" in each["what"] for each in failed["a fox in rate_limit"]["events"])
    assert failed["a fox in discord_upload"]["events"][-1]["what"]


def _open(frame: Frame) -> bool:
    return any(each["status"] in {"held", "running", "made"} for each in frame["generations"])


@pytest.mark.parametrize("how", ["term", "kill"])
async def test_the_bot_is_restarted_and_knows_what_it_did(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The page shows it go and come; what is asked meanwhile fails as on Discord, and old buttons work after it."""
    async with browser.window("bob") as window:
        await browser.types("bob", "/imagine prompt:a castle")
        made = await window.picture("a castle")
        await window.panel(lambda frame: [each["status"] for each in frame["generations"]] == ["posted"])
        start = PreloadedBot.start

        async def start_once_seen(bot: PreloadedBot, *arguments: str) -> None:
            await window.panel(lambda frame: frame["bot"]["state"] == "starting")
            await start(bot, *arguments)

        monkeypatch.setattr(PreloadedBot, "start", start_once_seen)
        reply = await browser.turns({"type": "restart_bot", "how": how})
        await window.online()
        await browser.does("bob", {"type": "say", "text": "make it night", "reply_to": made["id"]})
        await window.picture("make it night")

    assert reply.body == {"ok": True}


async def test_a_bot_that_died_is_shown_and_can_be_started(started: OpenPage, session: ClientSession) -> None:
    browser = Browser(session, started.server.address)
    async with browser.window("bob") as window:
        await window.online()
        await started.sandbox.bot.kill()
        await window.panel(lambda frame: frame["bot"]["state"] == "stopped")
        started.sandbox.discord._desk.deadline_seconds = 0.05
        await browser.types("bob", "/usage")
        failed = await window.until("failed")
        started.sandbox.discord._desk.deadline_seconds = 3
        await browser.turns({"type": "restart_bot", "how": "kill"})
        await window.online()
        await browser.types("bob", "/usage")
        await window.says("0 of 20 pictures used today")

    assert failed["interaction"] == {"command": "usage"}


async def test_the_calendar_has_an_end(lonely: Browser, tmp_path: Path) -> None:
    left = datetime.max.replace(tzinfo=UTC) - datetime.now(UTC) - timedelta(hours=2)
    ShiftedClock(tmp_path / "clock").turn(left)
    hour = {"type": "turn_clock", "hours": 1}

    assert (await lonely.turns(hour)).body == {"ok": True}
    assert "turns forwards only" in (await lonely.turns(hour)).sentence


async def test_two_restarts_at_once_are_one(browser: Browser) -> None:
    async with browser.window("bob") as window:
        await window.online()
        replies = await both(browser, {"type": "restart_bot", "how": "term"})
        await window.online()

    assert sorted(reply.body["ok"] for reply in replies) == [False, True]


async def both(browser: Browser, knob: Frame) -> tuple[Reply, Reply]:
    return await asyncio.gather(browser.turns(knob), browser.turns(knob))


async def test_a_machine_that_is_slow_to_start_the_bot_does_not_end_the_page(
    page: OpenPage, lonely: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "START_SECONDS", 0.0)
    await page.keeper.start()

    async with lonely.window("alice") as window:
        await window.online()
