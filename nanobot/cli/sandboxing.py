"""`sandbox`: the real bot against the stand-ins on this machine. Brings together a sandbox that knows no bot and the bot."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

from nanobot.bot.replies.generation import is_progress
from nanobot.sandbox.terminal.run import run_terminal

_PICTURES = Path("pictures")


async def run_sandbox(lines: Sequence[str], *, database: Path | None) -> bool:
    """Say the lines, or open a chat without any; tell whether the bot answered.

    Raises:
        OperatorError: the bot did not start, or ended.
    """
    # As Ctrl-C does, SIGTERM lets the bot's process be ended too.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    return await run_terminal(lines, is_progress=is_progress, database=database, pictures=_PICTURES)
