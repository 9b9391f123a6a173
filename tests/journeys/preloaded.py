"""The bot in a process of its own that need not import anything: importing is most of what a start costs.

A server of the standard library has all modules of the bot loaded and forks for each start, once for each process that
runs tests. What is forked then does what `python -m nanobot` does. The tests of commands and of the browser start it from nothing.
Several bots on one database (`tests.processes`) and those that are killed (`tests.crash`) come from the same server.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from nanobot.sandbox.bot_process import BotProcess, Launched

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["nanobot.cli"])


class PreloadedBot(BotProcess):
    """Starts within milliseconds."""

    async def _launch(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Launched:
        return await fork(_become_the_bot, arguments, dict(environment), self.log_path.absolute())


async def fork(target: Callable[..., None], *arguments: object) -> Forked:
    """Call `target` in a process that has imported all of the bot; the arguments are pickled, connections go with them."""
    return await Forked.launched(_CONTEXT.Process(target=target, args=arguments, daemon=True))


class Forked:
    """A process of `multiprocessing`, told as asyncio tells its own."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @classmethod
    async def launched(cls, process: ForkServerProcess) -> Forked:
        await asyncio.to_thread(process.start)
        forked = cls(process)
        asyncio.get_running_loop().add_reader(process.sentinel, forked._take_exit_code)
        return forked

    def _take_exit_code(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        code = self._process.exitcode
        assert code is not None
        self._ended.set_result(code)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def send_signal(self, signal: int) -> None:
        if not self._ended.done():
            os.kill(self.pid, signal)

    def kill(self) -> None:
        self._process.kill()


def _become_the_bot(arguments: Sequence[str], environment: dict[str, str], log_path: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(log_path.parent)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["nanobot", *arguments]
    try:
        runpy.run_module("nanobot", run_name="__main__", alter_sys=True)
    finally:
        # The server leaves without this, an interpreter that comes to its end does not; coverage is written here.
        atexit._run_exitfuncs()
