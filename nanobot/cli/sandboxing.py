"""`sandbox`: the real bot against the stand-ins on this machine. Brings together a sandbox that knows no bot and the bot."""

from __future__ import annotations

import os
import signal
import sys
import threading
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from nanobot.bot.replies.generation import is_progress
from nanobot.cli.insight import open_insight
from nanobot.errors import OperatorError
from nanobot.sandbox.opening import PictureService
from nanobot.sandbox.page.run import PageOptions, run_page
from nanobot.sandbox.terminal.run import run_terminal
from nanobot.settings import load_settings
from nanobot.wiring import stop_requested

_PICTURES = Path("pictures")
# Without one of these, the only browsers that Python finds on Linux would take the terminal for themselves.
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


class OnlyInPage(OperatorError):
    """The chat in the terminal has no real pictures: it does not wait as long as they may take."""

    def __init__(self) -> None:
        super().__init__(
            "Real pictures are for the page alone: leave out --real-images, or else --terminal and the lines."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """What was typed on the command line; `port` 0 takes a free one."""

    lines: tuple[str, ...]
    in_terminal: bool
    database: Path | None
    port: int
    opens_browser: bool
    real_images: bool


async def run_sandbox(options: SandboxOptions) -> bool:
    """Open the page, or say the lines, or chat; tell whether all that was said was answered.

    Raises:
        OperatorError: the bot did not start, or ended, or an option cannot be had.
    """
    if options.in_terminal:
        return await _run_terminal(options)
    await run_page(
        PageOptions(
            port=options.port,
            database=options.database,
            real=_real_service() if options.real_images else None,
        ),
        open_insight=open_insight,
        announce=lambda address: _announce(address, opens_browser=options.opens_browser),
        stop=stop_requested(),
    )
    return True


async def _run_terminal(options: SandboxOptions) -> bool:
    if options.real_images:
        raise OnlyInPage
    signal.signal(signal.SIGTERM, _interrupt)
    return await run_terminal(
        options.lines, is_progress=is_progress, database=options.database, pictures=_PICTURES
    )


def _interrupt(*_: object) -> None:
    """Do as Ctrl-C does, so that the bot's process is ended too; a job in a shell's background ignores Ctrl-C itself."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def _real_service() -> PictureService:
    settings = load_settings()
    return PictureService(base_url=settings.nanogpt_base_url, api_key=settings.required_nanogpt_api_key())


def _announce(address: str, *, opens_browser: bool) -> None:
    print(f"The sandbox is open at {address} (Ctrl-C closes it).", flush=True)
    if opens_browser and (sys.platform in {"darwin", "win32"} or any(map(os.environ.get, _SCREENS))):
        # In a thread that is left behind, since some browsers keep whoever starts them waiting.
        threading.Thread(target=webbrowser.open, args=(address,), name="browser", daemon=True).start()
