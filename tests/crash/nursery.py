"""Starting many bots quickly, and ending them as a power cut does: the near side of `nursery_process`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

_CODE = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 60.0


@dataclass(slots=True, kw_only=True, eq=False)
class Bot:
    """A bot's process."""

    pid: int
    ended: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def kill(self) -> None:
        """End it as a power cut does; it may have ended before."""
        if not self.ended.done():
            os.kill(self.pid, signal.SIGKILL)
        await self.ended

    async def stop(self) -> int:
        """Ask it to end, as a supervisor does, and return its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await asyncio.shield(self.ended)


class Nursery:
    """Bears bots; `on_step` is called whenever one of them is done with a step."""

    def __init__(self, process: asyncio.subprocess.Process, on_step: Callable[[], None]) -> None:
        self._process = process
        self._on_step = on_step
        self._expected: asyncio.Queue[asyncio.Future[Bot]] = asyncio.Queue()
        self._alive: dict[int, Bot] = {}

    async def bear(self, folder: Path, environment: Mapping[str, str], *, die: str | None = None) -> Bot:
        """Start a bot in `folder`; `die` as in `nursery_process`."""
        born: asyncio.Future[Bot] = asyncio.get_running_loop().create_future()
        self._expected.put_nowait(born)
        order = {"folder": str(folder), "environment": dict(environment), "die": die}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await born

    async def listen(self) -> None:
        """Take in what the nursery tells, until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            happened = json.loads(line)
            if "born" in happened:
                bot = self._alive[happened["born"]] = Bot(pid=happened["born"])
                self._expected.get_nowait().set_result(bot)
            elif "ended" in happened:
                self._alive.pop(happened["ended"]).ended.set_result(happened["code"])
            self._on_step()


@asynccontextmanager
async def open_nursery(on_step: Callable[[], None]) -> AsyncIterator[Nursery]:
    """Bear bots while inside; what lives at the end is ended."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.crash.nursery_process",
        cwd=_CODE,
        env={**kept, "PYTHONPATH": str(_CODE)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    nursery = Nursery(process, on_step)
    listening = asyncio.create_task(nursery.listen())
    try:
        yield nursery
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening
