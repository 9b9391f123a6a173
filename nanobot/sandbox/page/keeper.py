"""Starts the bot for a page, starts it again when it is told to, and knows how it is. Imports the opening."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from nanobot.errors import PersonError
from nanobot.sandbox.opening import Sandbox

BotState: TypeAlias = Literal["online", "starting", "stopped"]
HowToEnd: TypeAlias = Literal["kill", "term"]


class BotBusy(PersonError):
    """The bot is being started, so that it cannot be started again yet."""

    def __init__(self) -> None:
        super().__init__("The bot is still being started: wait until it is online.")


class BotKeeper:
    """Runs the bot with `arguments`; `on_change` is called when it ends."""

    def __init__(self, sandbox: Sandbox, arguments: Sequence[str], on_change: Callable[[], None]) -> None:
        self._sandbox = sandbox
        self._bot = sandbox.bot
        self._arguments = arguments
        self._on_change = on_change
        self._is_restarting = False
        self._watch: asyncio.Task[None] | None = None
        self.was_online = False
        """Whether it was online once: from then on its database has its tables."""

    @property
    def state(self) -> BotState:
        if not self._bot.is_running:
            return "starting" if self._is_restarting else "stopped"
        return "online" if self._sandbox.is_online else "starting"

    async def start(self) -> None:
        """Start it and wait until it is online, however slow the machine: the page tells that it is starting.

        Raises:
            OperatorError: it ended.
        """
        await self._start_process()
        await self._sandbox.come_online(math.inf)
        self.was_online = True
        self._on_change()

    async def restart(self, how: HowToEnd) -> None:
        """End it by a signal, as a power cut or as a supervisor does, and start its process again.

        Raises:
            BotBusy: it was never online yet, or is being restarted already.
        """
        if self._is_restarting or not self.was_online:
            raise BotBusy
        self._is_restarting = True
        try:
            await self._end(how)
            await self._start_process()
        finally:
            self._is_restarting = False
            self._on_change()

    async def close(self) -> None:
        """Stop watching; the process is ended by whoever opened the sandbox."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def _end(self, how: HowToEnd) -> None:
        if not self._bot.is_running:
            return
        if how == "kill":
            await self._bot.kill()
        else:
            await self._bot.stop()

    async def _start_process(self) -> None:
        await self.close()
        await self._bot.start(*self._arguments)
        self._watch = asyncio.create_task(self._tell_end())

    async def _tell_end(self) -> None:
        await self._bot.exited()
        self._on_change()
