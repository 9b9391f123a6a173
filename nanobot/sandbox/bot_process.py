"""The bot as an operator runs it: a process of its own, told by its environment where things are.

Serves the sandbox and the journeys of the tests alike. Imports only `nanobot.errors`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from nanobot.errors import OperatorError

Done = TypeVar("Done")

START_SECONDS = 30.0
_STOP_SECONDS = 30.0
_LOG_TAIL_LINES = 5
_CODE = Path(__file__).resolve().parents[2]
# What an interpreter needs of this machine, and what measures it; never a setting of the bot.
_KEPT = (
    "PATH", "PYTHONPATH", "HOME", "USERPROFILE", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP",
    "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG",
)  # fmt: skip


class BotEnded(OperatorError):
    """The bot's process ended while it was still needed; the sentence is followed by the end of its log."""

    def __init__(self, exit_code: int, log_path: Path, log_tail: str) -> None:
        super().__init__(
            f"The bot ended with exit code {exit_code}. Its log, {log_path}, ends so:\n{log_tail}"
        )
        self.exit_code = exit_code


class Launched(Protocol):
    """A process as asyncio gives it."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...

    def send_signal(self, signal: int) -> None: ...

    def kill(self) -> None: ...


class BotProcess:
    """Starts, ends and kills the bot in `folder`, where its database and its log are."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._process: Launched | None = None

    @property
    def log_path(self) -> Path:
        return self._folder / "bot.log"

    @property
    def log(self) -> str:
        """What it logged so far, all runs together."""
        path = self.log_path
        return path.read_text("utf-8", errors="replace") if path.exists() else ""

    @property
    def log_tail(self) -> str:
        return "\n".join(self.log.splitlines()[-_LOG_TAIL_LINES:]) or "(empty)"

    async def start(self, *arguments: str, **environment: str) -> None:
        """Run it with these arguments, and with these settings on top of its own."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        path = os.pathsep.join(filter(None, (str(_CODE), kept.get("PYTHONPATH"))))
        self._process = await self._launch(
            arguments, {**kept, "PYTHONPATH": path, **self._environment, **environment}
        )

    async def _launch(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Launched:
        with self.log_path.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "nanobot",
                *arguments,
                cwd=self._folder,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def alongside(self, work: Coroutine[Any, Any, Done]) -> Done:
        """Do `work`, which makes sense only while the bot runs.

        Raises:
            BotEnded: it ended first.
        """
        working = asyncio.create_task(work)
        ending = asyncio.create_task(self.exited())
        try:
            await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return await working
            raise BotEnded(await ending, self.log_path, self.log_tail)
        finally:
            working.cancel()
            ending.cancel()
            await asyncio.gather(working, ending, return_exceptions=True)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def exited(self) -> int:
        """Wait for its end, however long that takes, and return the exit code."""
        return await self._started.wait()

    async def ended(self) -> int:
        """Wait for its end and return the exit code.

        Raises:
            TimeoutError: it goes on.
        """
        async with asyncio.timeout(_STOP_SECONDS):
            return await self.exited()

    async def stop(self) -> int:
        """Ask it to end, as a supervisor does, and kill it if it does not; return the exit code, 0 if none runs."""
        if not self.is_running:
            return 0
        self._started.send_signal(signal.SIGTERM)
        try:
            return await self.ended()
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """End it as a power cut does."""
        self._started.kill()
        return await self._started.wait()

    @property
    def _started(self) -> Launched:
        if self._process is None:
            raise ValueError("the bot was never started")
        return self._process
