"""`python bot.py …` as its operator types it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Ends what hangs: a command that starts from nothing may take half a minute on a machine that does much besides.
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How `python bot.py` ended."""

    code: int | None
    out: str
    err: str


class Terminal:
    """A terminal in `folder` with nothing in its environment but `environment`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = environment

    async def opens(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "bot.py"),
            *arguments,
            cwd=self.folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def reads(self, process: asyncio.subprocess.Process) -> Ended:
        """Wait for the end."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            out, err = await process.communicate()
        return Ended(code=process.returncode, out=out.decode(), err=err.decode())

    async def says(self, *arguments: str) -> str:
        """Run a command that ends by itself and return what it printed; it must succeed."""
        ended = await self.reads(await self.opens(*arguments))
        assert ended.code == 0, ended.err
        return ended.out
