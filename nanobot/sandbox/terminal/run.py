"""Opens the sandbox with a chat in the terminal. Imports the opening and the rest of this package."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from nanobot.errors import PersonError
from nanobot.sandbox.discord import DidNotRespond
from nanobot.sandbox.opening import open_sandbox, working_folder
from nanobot.sandbox.terminal.answers import Answers, NoAnswer
from nanobot.sandbox.terminal.chat import chat
from nanobot.sandbox.terminal.feed import Feed
from nanobot.sandbox.terminal.keyboard import GivenLines, LineSource, PipedLines, TypedLines, terminal_kept
from nanobot.sandbox.terminal.screen import Screen
from nanobot.sandbox.terminal.session import Session

# A person would have given up by then; the stand-in paints within a second.
PATIENCE_SECONDS = 60.0
_SHUTDOWN_GRACE_SECONDS = 1
_GREETING = """\
The bot is online, and nothing leaves this machine. Try:
  /imagine prompt:a red fox in snow
  reply make it night
“help” lists what else can be typed; Ctrl-D leaves."""


async def run_terminal(
    lines: Sequence[str], *, is_progress: Callable[[str], bool], database: Path | None, pictures: Path
) -> bool:
    """Say `lines`, or else what is typed or piped in; tell whether all was said and answered.

    `database` is kept; without it, one is made that goes when the sandbox closes. A person at the keyboard sees what
    went wrong and goes on, so for them all is well in the end.

    Raises:
        OperatorError: the bot did not start, or ended.
    """
    screen = Screen(Console(highlight=False))
    is_chat = not lines and sys.stdin.isatty()
    with working_folder() as folder:
        opening = open_sandbox(folder, database=database, shutdown_grace_seconds=_SHUTDOWN_GRACE_SECONDS)
        async with opening as sandbox:
            den = sandbox.den
            await sandbox.bot.start("run")
            await sandbox.come_online()
            feed = Feed(den.world, screen, pictures)
            answers = Answers(world=den.world, is_progress=is_progress, patience_seconds=PATIENCE_SECONDS)
            session = Session(den, feed, screen, answers)
            with terminal_kept() if is_chat else contextlib.nullcontext():
                talk = _talk(_source(lines, screen, is_chat=is_chat), session, feed, screen)
                failures = await sandbox.bot.alongside(talk)
        if any(isinstance(failure, NoAnswer | DidNotRespond) for failure in failures):
            screen.complain(f"The end of the bot's log:\n{sandbox.bot.log_tail}")
    return is_chat or not failures


def _source(lines: Sequence[str], screen: Screen, *, is_chat: bool) -> LineSource:
    if lines:
        return GivenLines(lines, screen)
    if not is_chat:
        return PipedLines(screen)
    screen.note(_GREETING)
    return TypedLines(screen)


async def _talk(source: LineSource, session: Session, feed: Feed, screen: Screen) -> list[PersonError]:
    following = asyncio.create_task(feed.follow())
    try:
        return await chat(source, session, feed, screen)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
