"""Opens the sandbox: both stand-ins, the bot as a process of its own, and the chat. Imports the rest of the sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from nanobot.errors import OperatorError, PersonError
from nanobot.sandbox.bot_process import START_SECONDS, BotProcess
from nanobot.sandbox.discord import DidNotRespond, DiscordStandIn
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.sandbox.terminal.answers import Answers, NoAnswer
from nanobot.sandbox.terminal.chat import chat
from nanobot.sandbox.terminal.den import found_den
from nanobot.sandbox.terminal.feed import Feed
from nanobot.sandbox.terminal.keyboard import GivenLines, LineSource, PipedLines, TypedLines, terminal_kept
from nanobot.sandbox.terminal.screen import Screen
from nanobot.sandbox.terminal.session import Session

API_KEY = "sk-nano-sandbox"
# A person would have given up by then; the stand-in paints within a second.
PATIENCE_SECONDS = 60.0
_SHUTDOWN_GRACE_SECONDS = 1
_GREETING = """\
The bot is online, and nothing leaves this machine. Try:
  /imagine prompt:a red fox in snow
  reply make it night
“help” lists what else can be typed; Ctrl-D leaves."""


class BotNotOnline(OperatorError):
    """The bot runs but does not come online."""

    def __init__(self, log_path: Path) -> None:
        super().__init__(
            f"The bot did not come online within {START_SECONDS:g} seconds. Its log is {log_path}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What runs while the sandbox is open."""

    discord: DiscordStandIn
    bot: BotProcess


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
    with _working_folder() as folder:
        async with _open(folder, database) as sandbox:
            den = found_den(sandbox.discord)
            await _come_online(sandbox)
            feed = Feed(den.world, screen, pictures)
            answers = Answers(world=den.world, is_progress=is_progress, patience_seconds=PATIENCE_SECONDS)
            session = Session(den, feed, screen, answers)
            with terminal_kept() if is_chat else contextlib.nullcontext():
                talk = _talk(_source(lines, screen, is_chat=is_chat), session, feed, screen)
                failures = await sandbox.bot.alongside(talk)
        if any(isinstance(failure, NoAnswer | DidNotRespond) for failure in failures):
            screen.complain(f"The end of the bot's log:\n{sandbox.bot.log_tail}")
    return is_chat or not failures


@asynccontextmanager
async def _open(folder: Path, database: Path | None) -> AsyncIterator[Sandbox]:
    """Start everything, and end it in the opposite order."""
    async with AsyncExitStack() as stack:
        nanogpt = NanoGPTStandIn(api_key=API_KEY)
        await nanogpt.start()
        stack.push_async_callback(nanogpt.stop)
        discord = DiscordStandIn()
        await discord.start()
        stack.push_async_callback(discord.stop)
        environment = {
            "DISCORD_TOKEN": discord.bot_token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "NANOGPT_API_KEY": API_KEY,
            "NANOGPT_BASE_URL": nanogpt.base_url,
            "SHUTDOWN_GRACE_SECONDS": str(_SHUTDOWN_GRACE_SECONDS),
        }
        if database is not None:
            environment["DATABASE_URL"] = sqlite_url(database)
        bot = BotProcess(folder, environment)
        stack.push_async_callback(bot.stop)
        await bot.start("run")
        yield Sandbox(discord=discord, bot=bot)


def sqlite_url(file: Path) -> str:
    """Return the address of a database that the bot finds from any working directory."""
    return f"sqlite+aiosqlite:///{file.expanduser().absolute()}"


async def _come_online(sandbox: Sandbox) -> None:
    try:
        await sandbox.bot.alongside(sandbox.discord.bot_online(START_SECONDS))
    except TimeoutError as error:
        raise BotNotOnline(sandbox.bot.log_path) from error


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


@contextmanager
def _working_folder() -> Iterator[Path]:
    """Give the bot a folder of its own, which stays where somebody will want to read its log."""
    folder = Path(tempfile.mkdtemp(prefix="nanobot-"))
    try:
        yield folder
    except OperatorError:
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
