"""Photograph the sandbox's page for the README: `python docs/pictures/screenshots.py`.

Runs `python bot.py sandbox` and a Chromium without a screen; so the pictures show the page as it is today.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

FOLDER = Path(__file__).parent
BOT = FOLDER.parents[1] / "bot.py"
_WIDTH, _HEIGHT = 1200, 760
_MAX_BYTES = 60_000
_QUALITIES = range(90, 40, -5)
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


def main() -> None:
    """Play alice and ada, and write the files."""
    with running_sandbox() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        alice = open_page(browser, f"{address}?person=alice&channel=general")
        say(alice, "/imagine prompt:a red fox in the snow")
        see_picture(alice, "a red fox in the snow")
        alice.get_by_role("tab", name="Pictures").click()
        photograph(alice, "picture")

        ada = open_page(browser, f"{address}?person=ada&channel=general")
        say(ada, "/quota set member:@alice images:2")
        expect(ada.get_by_text("@alice: 2 pictures per day.")).to_be_visible()
        reply(alice, "a red fox in the snow", "make it night")
        see_picture(alice, "make it night")
        photograph(open_dark(browser, alice.url), "dark")

        say(alice, "/imagine prompt:a boat on a quiet lake")
        expect(alice.get_by_text("Your quota is used up")).to_be_visible()
        alice.get_by_role("tab", name="Controls").click()
        photograph(alice, "refusal")

        alice.get_by_role("button", name="To the next reset").click()
        expect(alice.get_by_text("0 of 2 pictures used, 2 left")).to_be_visible()
        say(alice, "/imagine prompt:a boat on a quiet lake")
        see_picture(alice, "a boat on a quiet lake")
        say(alice, "/usage")
        expect(alice.get_by_text("1 of 2 pictures used today")).to_be_visible()
        alice.get_by_role("tab", name="Ledger").click()
        photograph(alice, "quota")
        browser.close()


@contextmanager
def running_sandbox() -> Iterator[str]:
    """Run the sandbox and yield the page's address."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(BOT), "sandbox", "--no-browser"]
        with subprocess.Popen(  # noqa: S603 - it is this repository's own program
            command, cwd=folder, stdout=subprocess.PIPE, text=True
        ) as process:
            found = _ADDRESS.search(process.stdout.readline() if process.stdout else "")
            if found is None:
                raise ChildProcessError("the sandbox did not start")
            try:
                yield found.group()
            finally:
                process.terminate()


def open_page(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT}, reduced_motion="reduce")
    page.goto(address)
    expect(page.get_by_text("nanobot is online")).to_be_visible(timeout=30_000)
    return page


def open_dark(browser: Browser, address: str) -> Page:
    page = open_page(browser, address)
    page.get_by_role("button", name="Dark theme").click()
    see_picture(page, "make it night")
    page.get_by_role("tab", name="Requests").click()
    return page


def say(page: Page, line: str) -> None:
    composer = page.get_by_role("form", name="Composer").get_by_role("combobox")
    composer.fill(line)
    composer.press("Enter")
    expect(composer).to_have_value("")


def reply(page: Page, prompt: str, text: str) -> None:
    picture = page.get_by_role("img", name=f"prompt: {prompt}")
    message = page.get_by_role("article").filter(has=picture)
    message.hover()
    message.get_by_role("button", name="Reply").click()
    say(page, text)


def see_picture(page: Page, prompt: str) -> None:
    """Wait until the picture is there and everything about it is said."""
    expect(page.get_by_role("img", name=f"prompt: {prompt}")).to_be_visible()
    expect(page.get_by_text("posted")).not_to_have_count(0)


def photograph(page: Page, name: str) -> None:
    """Write the page as it stands, as good as the size allows.

    Raises:
        ValueError: nothing that still looks good is small enough.
    """
    page.mouse.move(0, 0)
    page.locator(":focus").blur()
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for quality in _QUALITIES:
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= _MAX_BYTES:
            (FOLDER / f"page-{name}.webp").write_bytes(out.getvalue())
            return
    raise ValueError(f"page-{name}.webp does not fit into {_MAX_BYTES} bytes")


if __name__ == "__main__":
    main()
