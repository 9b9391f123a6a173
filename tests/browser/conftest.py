"""One browser and one sandbox for a module, and a fresh window for each journey."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.installation import require_browser
from tests.browser.running import RunningSandbox

if (
    TYPE_CHECKING
):  # what needs Playwright is imported by the fixtures, since without it they are never asked for
    from tests.browser.driver import Browser
    from tests.browser.screen import OpenScreen, Screen

_PATIENCE_MILLISECONDS = 30_000
# A container has no sandbox for the browser, a headless machine no graphics; and nothing is to leave this machine.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """Run the command once for the module: its journeys must not get in each other's way."""
    require_browser()
    running = RunningSandbox(tmp_path_factory.mktemp("sandbox"))
    running.start()
    yield running
    log = running.bot_log()

    assert running.stop() == 0
    assert "Traceback" not in log


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from tests.browser.driver import expect, sync_playwright

    path = require_browser()
    expect.set_options(timeout=_PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def opens(browser: Browser, sandbox: RunningSandbox) -> Iterator[OpenScreen]:
    """Open windows, each of a browser that knows nothing; none of them may complain or look elsewhere."""
    from tests.browser.screen import Screen

    opened: list[Screen] = []

    def open_screen(
        query: str = "", *, width: int = 1280, height: int = 800, scheme: str = "light"
    ) -> Screen:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(_PATIENCE_MILLISECONDS)
        screen = Screen(context.new_page(), sandbox.address)
        opened.append(screen)
        screen.open(query)
        return screen

    yield open_screen
    for screen in opened:
        screen.page.context.close()

        assert screen.complaints == []
        assert [
            url for url in screen.fetched if not url.startswith((sandbox.address, "blob:", "data:"))
        ] == []


@pytest.fixture
def screen(opens: OpenScreen) -> Screen:
    """Sit down as alice."""
    return opens()
