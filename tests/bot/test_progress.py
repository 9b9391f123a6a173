"""Progress is a courtesy: the latest text wins, at a pace that Discord allows, and the work never waits for it."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from nanobot.bot import progress
from nanobot.bot.progress import Progress, Update


class Shown:
    """Takes updates as a surface does, each as slow as it is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.arrived = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.trouble: Exception | None = None

    async def show(self, update: Update) -> None:
        self.arrived.set()
        await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        self.texts.append(update.text)

    async def next(self) -> None:
        """Wait until an update arrives that was not there before."""
        async with asyncio.timeout(60):
            await self.arrived.wait()
        self.arrived.clear()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass between two edits."""
    monkeypatch.setattr(progress, "EDIT_EVERY_SECONDS", 0)


async def test_the_first_update_is_shown_at_once() -> None:
    shown = Shown()
    async with Progress(shown.show) as steps:
        steps.show(Update(text="Starting…"))
        await shown.next()

    assert shown.texts == ["Starting…"]


async def test_updates_within_the_pace_are_skipped_for_the_latest(quick: None) -> None:
    shown = Shown()
    shown.gate.clear()
    async with Progress(shown.show) as steps:
        steps.show(Update(text="1"))
        await shown.next()
        steps.show(Update(text="2"))
        steps.show(Update(text="3"))
        shown.gate.set()
        await shown.next()

    assert shown.texts == ["1", "3"]


async def test_a_second_edit_waits_for_its_time() -> None:
    """Discord limits edits of one message: https://docs.discord.com/developers/topics/rate-limits."""
    shown = Shown()
    async with Progress(shown.show) as steps:
        steps.show(Update(text="1"))
        await shown.next()
        steps.show(Update(text="2"))
        for _ in range(20):
            await asyncio.sleep(0)

    assert shown.texts == ["1"]
    assert progress.EDIT_EVERY_SECONDS >= 1


async def test_the_work_does_not_wait_for_an_edit() -> None:
    shown = Shown()
    shown.gate.clear()
    async with Progress(shown.show) as steps:
        steps.show(Update(text="1"))
        await shown.next()
        steps.show(Update(text="2"))
        shown.gate.set()


async def test_an_edit_under_way_is_let_through_before_the_last_word() -> None:
    """Otherwise it could arrive after the last word and stay there for ever."""
    shown = Shown()
    shown.gate.clear()
    steps = Progress(shown.show)
    await steps.__aenter__()
    steps.show(Update(text="painting"))
    await shown.next()
    leaving = asyncio.create_task(steps.__aexit__(None, None, None))
    await asyncio.sleep(0)
    assert not leaving.done()
    shown.gate.set()
    await leaving

    assert shown.texts == ["painting"]


async def test_nothing_is_shown_after_leaving(quick: None) -> None:
    shown = Shown()
    async with Progress(shown.show) as steps:
        steps.show(Update(text="1"))
        await shown.next()
    steps.show(Update(text="2"))
    for _ in range(10):
        await asyncio.sleep(0)

    assert shown.texts == ["1"]


async def test_progress_that_cannot_be_shown_disturbs_nobody(quick: None) -> None:
    """The token may be dead or the message gone; the picture is made all the same."""
    shown = Shown()
    shown.trouble = aiohttp.ClientConnectionError()
    async with Progress(shown.show) as steps:
        steps.show(Update(text="1"))
        await shown.next()
        await asyncio.sleep(0)
        shown.trouble = None
        steps.show(Update(text="2"))
        await shown.next()

    assert shown.texts == ["2"]


async def test_an_error_of_the_work_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        async with Progress(Shown().show):
            raise ZeroDivisionError
