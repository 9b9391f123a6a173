"""The page with its bot online, and the page alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from nanobot.cli.insight import open_insight
from nanobot.sandbox import opening
from nanobot.sandbox.page.run import OpenPage, PageOptions, open_page
from tests.journeys.preloaded import PreloadedBot
from tests.sandbox.page.browser import Browser


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenPage]:
    """Open the page with its bot online; it must come to its end without an error that nobody foresaw."""
    monkeypatch.setattr(opening, "BotProcess", PreloadedBot)
    async with open_page(tmp_path, PageOptions(), open_insight) as opened:
        await opened.keeper.start()
        yield opened
    assert "Traceback" not in opened.sandbox.bot.log


@pytest.fixture
def browser(started: OpenPage, session: aiohttp.ClientSession) -> Browser:
    return Browser(session, started.server.address)


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[OpenPage]:
    """Open the page with a bot that was never started."""
    async with open_page(tmp_path, PageOptions(), open_insight) as opened:
        yield opened


@pytest.fixture
def lonely(page: OpenPage, session: aiohttp.ClientSession) -> Browser:
    return Browser(session, page.server.address)
