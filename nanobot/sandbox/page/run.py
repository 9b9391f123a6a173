"""Opens the sandbox with a page in the browser. Imports the opening and the rest of this package."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from nanobot.clock import ShiftedClock
from nanobot.sandbox.opening import PictureService, Sandbox, open_sandbox, working_folder
from nanobot.sandbox.page.acting import Acting
from nanobot.sandbox.page.bells import Bells
from nanobot.sandbox.page.bot_log import BotLog
from nanobot.sandbox.page.insight import BotInsight, OpenInsight
from nanobot.sandbox.page.keeper import BotKeeper
from nanobot.sandbox.page.knobs import Knobs
from nanobot.sandbox.page.panel import Panel
from nanobot.sandbox.page.pushing import Pushing
from nanobot.sandbox.page.screens import Screens
from nanobot.sandbox.page.server import PageServer
from nanobot.sandbox.page.uploads import Uploads

# The stand-in paints well within it, so that a clean restart loses no picture.
_SHUTDOWN_GRACE_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """`port` 0 takes a free one; `database` is kept between runs; `real` paints instead of the stand-in."""

    port: int = 0
    database: Path | None = None
    real: PictureService | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPage:
    """A page that is served, with a bot that is yet to be started."""

    sandbox: Sandbox
    keeper: BotKeeper
    server: PageServer


async def run_page(
    options: PageOptions, *, open_insight: OpenInsight, announce: Callable[[str], None], stop: asyncio.Event
) -> None:
    """Serve the page until `stop` is set; `announce` is told its address.

    Raises:
        OperatorError: the port is taken, or the bot did not start.
    """
    with working_folder() as folder:
        async with open_page(folder, options, open_insight) as page:
            announce(page.server.address)
            starting = asyncio.create_task(page.keeper.start())
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
                if not stop.is_set():
                    await starting
                    await stopping
            finally:
                await _cancel(starting, stopping)


@asynccontextmanager
async def open_page(folder: Path, options: PageOptions, open_insight: OpenInsight) -> AsyncIterator[OpenPage]:
    """Put everything together and serve the page; end all of it, the bot too, at the end.

    Raises:
        PortNotFree: somebody else listens there.
    """
    bells = Bells()
    clock = ShiftedClock(folder / "clock")
    opening = open_sandbox(
        folder,
        database=options.database,
        shutdown_grace_seconds=_SHUTDOWN_GRACE_SECONDS,
        real=options.real,
        day_clock=clock.now,
        on_request=bells.ring,
    )
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(opening)
        if sandbox.nanogpt is not None:
            stack.callback(sandbox.nanogpt.trouble.let_go)
        insight = await stack.enter_async_context(open_insight(sandbox.database_url, clock))
        keeper = BotKeeper(sandbox, ("run", "--clock", str(clock.file)), bells.ring)
        stack.push_async_callback(keeper.close)
        server = await _serve(
            sandbox, stack, keeper=keeper, clock=clock, bells=bells, insight=insight, port=options.port
        )
        yield OpenPage(sandbox=sandbox, keeper=keeper, server=server)


async def _serve(
    sandbox: Sandbox,
    stack: AsyncExitStack,
    *,
    keeper: BotKeeper,
    clock: ShiftedClock,
    bells: Bells,
    insight: BotInsight,
    port: int,
) -> PageServer:
    bot_log = BotLog(sandbox.bot.log_path, bells.ring)
    following = [asyncio.create_task(bot_log.follow()), asyncio.create_task(_relay(sandbox, bells))]
    stack.push_async_callback(_cancel, *following)
    uploads, screens = Uploads(), Screens(bells.ring)
    acting = Acting(uploads, screens)
    stack.push_async_callback(acting.close)
    knobs = Knobs(sandbox, clock, keeper, bells.ring)
    panel = Panel(
        keeper=keeper, clock=clock, nanogpt=sandbox.nanogpt, insight=insight, bot_log=bot_log, knobs=knobs
    )
    pushing = Pushing(sandbox, screens, panel, bells)
    server = PageServer(sandbox, port=port, uploads=uploads, acting=acting, knobs=knobs, pushing=pushing)
    stack.push_async_callback(server.stop)
    await server.start()
    return server


async def _relay(sandbox: Sandbox, bells: Bells) -> None:
    """Ring for whatever changes in the stand-in for Discord."""
    while True:
        await sandbox.den.world.changes.next()
        bells.ring()


async def _cancel(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
