"""How late the event loop gets while pictures are prepared: `python benchmarks/loop.py`.

While 32 large photographs are prepared, a task on the loop wants to wake every 5 ms, as the bot's heartbeat and acknowledgements
do. Each way is run several times, in turn, and medians are printed: how late the task was at worst and at the 99th percentile,
and how many pictures were done in a second, as a multiple of those of one worker process.
"""

from __future__ import annotations

import asyncio
import functools
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

from picture_files import FILES

from nanobot.images.prepare import PreparedPicture, prepare_picture
from nanobot.images.workers import ImageWorkers

PICTURES = 32
ROUNDS = 3
TICK_SECONDS = 0.005
_MEMBER = 1  # One process is left for others: as many work as there are cores.
_PHONE = [file for file in FILES if file.is_phone]
_MIXED = [file for file in FILES if file.name.endswith("12 MP")]

_Prepare: TypeAlias = Callable[[bytes], Awaitable[PreparedPicture]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one way did: seconds of lateness of each tick, and pictures in a second."""

    worst: float
    p99: float
    throughput: float


async def main() -> None:
    """Print a table for each set of files."""
    one, all_workers = ImageWorkers(count=1), ImageWorkers()
    threads = ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0)))
    ways: dict[str, _Prepare] = {
        "one process": functools.partial(_in_processes, one),
        "all processes": functools.partial(_in_processes, all_workers),
        "as many threads": functools.partial(_in_threads, threads),
    }
    for name, files in (
        ("JPEGs of phones, 12 MP", _PHONE),
        ("JPEG, PNG, WebP, AVIF and HEIC, 12 MP", _MIXED),
    ):
        contents = [file.make() for file in files]
        pictures = [contents[number % len(contents)] for number in range(PICTURES)]
        runs: dict[str, list[Run]] = {way: [] for way in ways}
        for prepare in ways.values():
            await _run(prepare, pictures[: len(contents)])  # processes start, decoders are loaded
        for _ in range(ROUNDS):
            for way, prepare in ways.items():
                runs[way].append(await _run(prepare, pictures))
        _print_table(name, runs)
    one.close()
    all_workers.close()
    threads.shutdown()


async def _in_processes(workers: ImageWorkers, data: bytes) -> PreparedPicture:
    return await workers.run(_MEMBER, prepare_picture, data)


async def _in_threads(threads: ThreadPoolExecutor, data: bytes) -> PreparedPicture:
    return await asyncio.get_running_loop().run_in_executor(threads, prepare_picture, data)


async def _run(prepare: _Prepare, pictures: Sequence[bytes]) -> Run:
    lateness: list[float] = []
    ticker = asyncio.create_task(_tick(lateness))
    began = time.perf_counter()
    await asyncio.gather(*(prepare(data) for data in pictures))
    took = time.perf_counter() - began
    ticker.cancel()
    lateness.sort()
    return Run(worst=lateness[-1], p99=lateness[int(0.99 * len(lateness))], throughput=len(pictures) / took)


async def _tick(lateness: list[float]) -> None:
    """Note how much later than asked the loop woke this task, for ever."""
    due = time.perf_counter() + TICK_SECONDS
    while True:
        await asyncio.sleep(due - time.perf_counter())
        now = time.perf_counter()
        lateness.append(now - due)
        due = max(due + TICK_SECONDS, now)


def _print_table(name: str, runs: dict[str, list[Run]]) -> None:
    """Print medians; the ratio is of runs that followed each other, which the machine's other load cancels out of."""
    print(f"\n| {name} | late at worst | late at p99 | pictures/s | of one process |\n|---|--:|--:|--:|--:|")
    base = [run.throughput for run in runs["one process"]]
    for way, done in runs.items():
        worst = 1000 * statistics.median(run.worst for run in done)
        p99 = 1000 * statistics.median(run.p99 for run in done)
        rate = statistics.median(run.throughput for run in done)
        ratio = statistics.median(run.throughput / alone for run, alone in zip(done, base, strict=True))
        print(f"| {way} | {worst:.1f} ms | {p99:.1f} ms | {rate:.1f} | {ratio:.2f}× |")


if __name__ == "__main__":
    asyncio.run(main())
