"""No worker outlives the bot, and none has anything to say when the bot is stopped."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from select import select
from subprocess import PIPE

import pytest

from nanobot.images.budget import MAX_PICTURE_BYTES, Bounds

ROOT = Path(__file__).parents[2]
# Two jobs that burn, and one process at rest.
BUSY = """
import asyncio, signal, sys
from pathlib import Path
from nanobot.images.workers import ImageWorkers
from tests.images.jobs import burn_after

async def main():
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    workers = ImageWorkers(max_cpu_seconds=600, count=3)
    workers.warm()
    jobs = [asyncio.ensure_future(workers.run(path, burn_after, Path(path))) for path in sys.argv[1:]]
    await stop.wait()
    workers.close()
    await asyncio.gather(*jobs, return_exceptions=True)

asyncio.run(main())
"""


@asynccontextmanager
async def busy_program(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Yield a program, leader of its own group, as soon as its workers are at work. They write where it writes."""
    starts = [folder / "first", folder / "second"]
    for start in starts:
        os.mkfifo(start)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BUSY, *map(str, starts),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    for start in starts:
        await asyncio.to_thread(start.read_bytes)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_workers_end_with_a_bot_that_is_killed(tmp_path: Path) -> None:
    """A bot that is killed can end nothing itself. Its output ends when the last process that holds it has ended."""
    async with busy_program(tmp_path) as process:
        process.kill()
        printed, _ = await process.communicate()

    assert process.returncode == -signal.SIGKILL
    assert printed == b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["to-the-bot", "to-its-group"])
async def test_a_bot_that_is_stopped_leaves_neither_processes_nor_words(
    tmp_path: Path, number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    async with busy_program(tmp_path) as process:
        send(process.pid, number)
        printed, _ = await process.communicate()

    assert process.returncode == 0
    assert printed == b""


def test_an_answer_that_nobody_takes_leaves_no_traceback(tmp_path: Path) -> None:
    """A bot that is killed lets go of both pipes, and a worker may write before it reads that its input has ended."""
    reached = tmp_path / "reached"
    os.mkfifo(reached)
    arrivals = os.open(reached, os.O_RDWR)
    command = [sys.executable, "-P", "-m", "nanobot.images.worker_process"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        assert worker.stderr is not None
        worker.stdout.close()
        bounds = Bounds(cpu_seconds=10, memory_bytes=MAX_PICTURE_BYTES)
        for job in (partial(int, "7"), partial(Path.write_text, reached, "still at work")):
            worker.stdin.write(pickle.dumps((job, bounds)))
        worker.stdin.flush()
        select([arrivals, worker.stderr.fileno()], [], [])  # whichever comes first: the second job, or words
        _, said = worker.communicate()
    os.close(arrivals)

    assert (said, worker.returncode) == (b"", 0)
