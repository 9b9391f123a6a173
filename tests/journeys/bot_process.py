"""The bot as an operator runs it: a process of its own, told by its environment where things are."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 30
_KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


class BotProcess:
    """Starts, ends and kills `python bot.py` in `folder`, where its database and its log are."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        """What it logged so far, all runs together."""
        path = self._folder / "log.txt"
        return path.read_text() if path.exists() else ""

    async def start(self, *arguments: str, **environment: str) -> None:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with (self._folder / "log.txt").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(ROOT / "bot.py"),
                *arguments,
                cwd=self._folder,
                env={**kept, **self._environment, **environment},
                stdout=log,
                stderr=log,
            )

    async def ended(self) -> int:
        """Wait for its end and return the exit code."""
        assert self._process is not None
        async with asyncio.timeout(START_SECONDS):
            return await self._process.wait()

    async def stop(self) -> int:
        """Ask it to end, as a supervisor does."""
        if self._process is None or self._process.returncode is not None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """End it as a power cut does."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()
