"""`python bot.py sandbox` as a person runs it to get the page."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.settings import Settings
from tests.sandbox.page.browser import Browser

BOT = Path(__file__).parents[3] / "bot.py"
REAL_KEY = "sk-nano-real-0123456789abcdef"
_SECONDS = 60
_LINE = re.compile(r"The sandbox is open at (?P<address>http://127\.0\.0\.1:\d+/) \(Ctrl-C closes it\)\.\n")


class Command:
    """Runs the command in an empty folder, with an environment that has no setting but the given ones."""

    def __init__(self, folder: Path, session: aiohttp.ClientSession) -> None:
        self._folder = folder
        self._session = session
        self.running: list[asyncio.subprocess.Process] = []

    async def starts(self, *arguments: str, **environment: str) -> asyncio.subprocess.Process:
        settings = {name.upper() for name in Settings.model_fields} | {
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "BROWSER",
        }
        own = {name: value for name, value in os.environ.items() if name not in settings}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(BOT),
            "sandbox",
            *arguments,
            cwd=self._folder,
            env={**own, "TMPDIR": str(self._folder), **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.running.append(process)
        return process

    async def opens(self, *arguments: str, **environment: str) -> Browser:
        """Start it, and return a browser at the address that it prints."""
        process = await self.starts(*arguments, **environment)
        assert process.stdout is not None
        async with asyncio.timeout(_SECONDS):
            line = (await process.stdout.readline()).decode()
        match = _LINE.fullmatch(line)
        assert match is not None, line + (await output_of(process))[1]
        return Browser(self._session, match["address"])

    async def ends(self, number: signal.Signals = signal.SIGTERM) -> tuple[int | None, str, str]:
        """End the last one and return its exit code and what else it printed."""
        process = self.running[-1]
        process.send_signal(number)
        out, err = await output_of(process)
        return process.returncode, out, err


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def output_of(process: asyncio.subprocess.Process) -> tuple[str, str]:
    """Wait for the end and return what was printed that nobody has read yet."""
    async with asyncio.timeout(_SECONDS):
        out, err = await process.communicate()
    return out.decode(), err.decode()


@pytest.fixture
async def command(session: aiohttp.ClientSession, tmp_path: Path) -> AsyncIterator[Command]:
    opened = Command(tmp_path, session)
    yield opened
    for process in opened.running:
        if process.returncode is None:
            process.terminate()
            await output_of(process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
async def test_the_page_is_open_until_a_signal_comes(
    command: Command, tmp_path: Path, number: signal.Signals
) -> None:
    """One line is printed, the page works once the bot is online, and nothing is left behind."""
    browser = await command.opens("--no-browser")
    async with browser.window("alice") as window:
        await window.online()
        await browser.types("alice", "/imagine prompt:a red fox")
        made = await window.picture("a red fox")
        ended = await command.ends(number)

    assert made["attachments"]
    assert ended == (0, "", "")
    assert files_in(tmp_path) == []


async def test_a_signal_before_the_bot_is_online_ends_it_too(command: Command, tmp_path: Path) -> None:
    await command.opens("--no-browser")

    assert await command.ends() == (0, "", "")
    assert files_in(tmp_path) == []


async def test_a_kept_database_knows_the_same_people_again(command: Command) -> None:
    """What an admin allowed in the first run holds in the second, for the same channel and the same people."""
    first = await command.opens("--no-browser", "--database", "kept.db")
    async with first.window("ada") as window:
        await window.online()
        await first.types("ada", "/quota set member:@alice images:3")
        await window.says("3 pictures per day")
        hello = window.newest["hello"]
    assert (await command.ends())[0] == 0
    second = await command.opens("--no-browser", "--database", "kept.db")
    async with second.window("alice") as window:
        panel = await window.panel(lambda frame: frame["standing"])
        again = window.newest["hello"]

    assert panel["standing"]["limit"] == 3
    assert [again[name] for name in ("people", "roles")] == [hello[name] for name in ("people", "roles")]
    assert again["channels"][0] == hello["channels"][0]


async def test_the_port_can_be_chosen(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await command.starts("--no-browser", "--port", str(port))
        out, err = await output_of(process)
    browser = await command.opens("--no-browser", "--port", str(port))

    assert (process.returncode, out) == (2, "")
    assert re.fullmatch(
        rf"Port {port} cannot be used \(.+\): name another with --port, or none for a free one\.\n", err
    )
    assert browser.address == f"http://127.0.0.1:{port}/"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the browser here is a shell script")
async def test_a_browser_is_opened_unless_it_is_not_wanted(command: Command, tmp_path: Path) -> None:
    """The browser here is a program that writes down which address it was given."""
    opened, told = tmp_path / "opened", tmp_path / "told"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> {opened}\necho done > {told}\n')
    program.chmod(0o755)
    os.mkfifo(told)
    browser = await command.opens(BROWSER=f"{program} %s")
    async with asyncio.timeout(_SECONDS):
        await asyncio.to_thread(told.read_text)  # returns once somebody has written
    assert (await command.ends())[0] == 0
    quiet = await command.opens("--no-browser", BROWSER=f"{program} %s")
    async with quiet.window() as window:
        await window.online()
    assert (await command.ends())[0] == 0

    assert (await asyncio.to_thread(opened.read_text)).splitlines() == [browser.address]


async def test_real_pictures_come_from_the_configured_service(command: Command) -> None:
    """The page says so, and NanoGPT's troubles cannot be switched on."""
    service = NanoGPTStandIn(api_key=REAL_KEY)
    await service.start()
    try:
        browser = await command.opens(
            "--no-browser", "--real-images", NANOGPT_API_KEY=REAL_KEY, NANOGPT_BASE_URL=service.base_url
        )
        async with browser.window("alice") as window:
            await window.online()
            await browser.types("alice", "/imagine prompt:a real fox")
            await window.picture("a real fox")
            panel = await window.panel(
                lambda frame: frame["ledger"][:1] and frame["ledger"][0]["kind"] == "settle"
            )
            switched = await browser.turns({"type": "trouble", "name": "slow", "on": True})
            uploads = await browser.turns({"type": "trouble", "name": "discord_upload", "on": True})
            hello = window.newest["hello"]
    finally:
        await service.stop()

    assert hello["real_images"]
    assert service.paid_pictures == 1
    assert panel["nanogpt"] == {"balance": None, "charged": None, "requests": []}
    assert panel["ledger"][0]["cost"] == "0.014"
    assert switched.sentence == "NanoGPT makes trouble on demand only where the sandbox stands in for it."
    assert uploads.body == {"ok": True}


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        pytest.param(
            ["--real-images", "--no-browser"],
            {},
            "NANOGPT_API_KEY is not set: copy .env.example to .env and put a key from https://nano-gpt.com/api into it.",
            id="no key",
        ),
        pytest.param(
            ["--real-images", "/usage"],
            {"NANOGPT_API_KEY": REAL_KEY},
            "Real pictures are for the page alone: leave out --real-images, or else --terminal and the lines.",
            id="real pictures in the terminal",
        ),
    ],
)
async def test_what_cannot_be_had_is_one_sentence(
    command: Command, arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    process = await command.starts(*arguments, **environment)
    out, err = await output_of(process)

    assert (process.returncode, out, err) == (2, "", f"{sentence}\n")


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
async def test_a_port_is_a_number_that_ports_have(command: Command, port: str) -> None:
    process = await command.starts("--port", port)
    _, err = await output_of(process)

    assert process.returncode == 2
    assert "argument --port" in err


async def test_a_bot_that_does_not_start_ends_the_sandbox(command: Command) -> None:
    process = await command.starts("--no-browser", "--database", "missing/folder/kept.db")
    out, err = await output_of(process)

    assert process.returncode == 2
    assert _LINE.fullmatch(out)
    assert err.startswith("The bot ended with exit code 2. Its log, ")
    assert "The database file kept.db cannot be used (No such file or directory)" in err
    assert "Traceback" not in err
