"""Opens a sandbox: the stand-ins, the little server, and the bot's process. Imports these, not who shows them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nanobot.errors import OperatorError
from nanobot.sandbox.bot_process import START_SECONDS, BotProcess
from nanobot.sandbox.den import Den, found_den
from nanobot.sandbox.discord import DiscordStandIn
from nanobot.sandbox.nanogpt import NanoGPTStandIn

API_KEY = "sk-nano-sandbox"
_DATABASE = "nanobot.db"


class BotNotOnline(OperatorError):
    """The bot runs but does not come online."""

    def __init__(self, seconds: float, log_path: Path) -> None:
        super().__init__(f"The bot did not come online within {seconds:g} seconds. Its log is {log_path}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureService:
    """The real NanoGPT, which is paid."""

    base_url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What there is while the sandbox is open; `nanogpt` is None where the pictures are real."""

    discord: DiscordStandIn
    nanogpt: NanoGPTStandIn | None
    den: Den
    bot: BotProcess
    database_url: str

    @property
    def is_online(self) -> bool:
        """Whether the bot is connected and has told Discord its commands."""
        return self.discord.gateway.is_connected and self.discord.commands.sync_count > 0

    async def come_online(self, within_seconds: float | None = None) -> None:
        """Wait for the bot, which was started; by default as long as any machine should take.

        Raises:
            OperatorError: it ended, or does not come online.
        """
        seconds = START_SECONDS if within_seconds is None else within_seconds
        try:
            await self.bot.alongside(self.discord.bot_online(seconds))
        except TimeoutError as error:
            raise BotNotOnline(seconds, self.bot.log_path) from error


@asynccontextmanager
async def open_sandbox(
    folder: Path,
    *,
    database: Path | None,
    shutdown_grace_seconds: int,
    real: PictureService | None = None,
    day_clock: Callable[[], datetime] | None = None,
    on_request: Callable[[], None] = lambda: None,
) -> AsyncIterator[Sandbox]:
    """Start the stand-ins and make the bot ready to be started in `folder`; end all of it at the end.

    `database` is kept; without it, one is made in `folder`. `day_clock` and `on_request` are the stand-in's.
    """
    async with AsyncExitStack() as stack:
        nanogpt = None
        if real is None:
            nanogpt = NanoGPTStandIn(api_key=API_KEY, day_clock=day_clock, on_request=on_request)
            await nanogpt.start()
            stack.push_async_callback(nanogpt.stop)
            real = PictureService(base_url=nanogpt.base_url, api_key=API_KEY)
        discord = DiscordStandIn()
        await discord.start()
        stack.push_async_callback(discord.stop)
        database_url = _sqlite_url(folder / _DATABASE if database is None else database)
        environment = {
            "DISCORD_TOKEN": discord.bot_token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "NANOGPT_API_KEY": real.api_key,
            "NANOGPT_BASE_URL": real.base_url,
            "DATABASE_URL": database_url,
            "SHUTDOWN_GRACE_SECONDS": str(shutdown_grace_seconds),
        }
        bot = BotProcess(folder, environment)
        stack.push_async_callback(bot.stop)
        yield Sandbox(
            discord=discord, nanogpt=nanogpt, den=found_den(discord), bot=bot, database_url=database_url
        )


@contextmanager
def working_folder() -> Iterator[Path]:
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


def _sqlite_url(file: Path) -> str:
    """Return the address of a database that the bot finds from any working directory."""
    return f"sqlite+aiosqlite:///{file.expanduser().absolute()}"
