"""Starting many bots quickly, and ending them as a power cut does: the near side of `nursery_process`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from tests.crash.nursery_process import serve
from tests.journeys.preloaded import fork

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

    def __init__(self, orders: Connection, on_step: Callable[[], None]) -> None:
        self._orders = orders
        self._on_step = on_step
        self._expected: asyncio.Queue[asyncio.Future[Bot]] = asyncio.Queue()
        self._alive: dict[int, Bot] = {}

    async def bear(self, folder: Path, environment: Mapping[str, str], *, die: str | None = None) -> Bot:
        """Start a bot in `folder`; `die` as in `nursery_process`."""
        born: asyncio.Future[Bot] = asyncio.get_running_loop().create_future()
        self._expected.put_nowait(born)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        whole = {**kept, "PYTHONPATH": str(_CODE), **environment}
        order = {"folder": str(folder), "environment": whole, "die": die}
        os.write(self._orders.fileno(), json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await born

    async def listen(self, news: asyncio.StreamReader) -> None:
        """Take in what the nursery tells, until it ends."""
        async for line in news:
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
    their_orders, our_orders = Pipe(duplex=False)
    our_news, their_news = Pipe(duplex=False)
    process = await fork(serve, their_orders, their_news)
    their_orders.close()
    their_news.close()
    nursery = Nursery(our_orders, on_step)
    news = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(news), our_news
    )
    listening = asyncio.create_task(nursery.listen(news))
    try:
        yield nursery
    finally:
        our_orders.close()
        await process.wait()
        await listening
        transport.close()
