"""Pictures in processes of their own, which can be ended. Imports only the standard library and its neighbours.

A stranger's file may keep a decoder busy for minutes, or crash it, and no thread can be stopped: here the system ends the
process, the person gets a sentence, and nobody else notices. Each worker has a pipe to itself, so that one that ends breaks
nothing else; `concurrent.futures` would wait for ever for the rest of an answer that a killed process had begun to write.

Workers keep mistakes and accidents apart from the bot; they are no sandbox against code that took over a decoder.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast

from nanobot.images.errors import PictureTooCostly

log = logging.getLogger(__name__)

MAX_CPU_SECONDS = 3.0
MAX_WORKERS = 4
"""At worst each takes `worker_process.MAX_EXTRA_BYTES` of memory."""

_LEAST_WORKERS = 2  # On a single core too, a bad file must not make everybody else wait for its end.
_PATIENCE = 10
_WALL_PER_CPU_SECOND = 10
_PROGRAM = "nanobot.images.worker_process"

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class ImageWorkers:
    """As many processes as this one may use cores, but two at least and `MAX_WORKERS` at most. Whoever makes it closes it.

    A job may take `max_cpu_seconds` of CPU time, so that a busy machine ends nobody's, and ten times as long in all.
    """

    def __init__(self, *, max_cpu_seconds: float = MAX_CPU_SECONDS, count: int | None = None) -> None:
        self._max_cpu_seconds = max_cpu_seconds
        self._count = count or max(_LEAST_WORKERS, min(_usable_cores(), MAX_WORKERS))
        # A thread hands a job to a process and waits for the answer.
        self._threads = ThreadPoolExecutor(max_workers=self._count, thread_name_prefix="pictures")
        self._lock = threading.Lock()
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._is_closed = False

    def warm(self) -> None:
        """Start all processes now instead of each with the first job for it. They get ready by themselves."""
        with self._lock:
            while len(self._workers) < self._count:
                self._idle.append(self._start())

    async def run(
        self, function: Callable[_Parameters, _Result], *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> _Result:
        """Return what `function`, one of a module, returns, or raise what it raises.

        Cancelled, it is not started if it still waits; else it goes on to its end, unwatched.

        Raises:
            PictureTooCostly: it took too much time or memory, or its process ended. `name` among `kwargs` is the picture's.
        """
        return await self._run(functools.partial(function, *args, **kwargs), self._max_cpu_seconds)

    async def run_patiently(
        self, function: Callable[_Parameters, _Result], *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> _Result:
        """Do as `run`, with ten times the time: for a picture that NanoGPT made, which is lost money if it is given up.

        One of 67 megapixels that is too large for Discord takes nearly the three seconds of a stranger's picture.
        """
        return await self._run(
            functools.partial(function, *args, **kwargs), _PATIENCE * self._max_cpu_seconds
        )

    async def _run(self, job: functools.partial[_Result], max_cpu_seconds: float) -> _Result:
        loop = asyncio.get_running_loop()
        result: _Result = await loop.run_in_executor(self._threads, self._do, job, max_cpu_seconds)
        return result

    def close(self) -> None:
        """Start nothing more, and end what runs."""
        with self._lock:
            self._is_closed = True
            for worker in self._workers:
                worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.dispose()

    def _do(self, job: functools.partial[_Result], max_cpu_seconds: float) -> _Result:
        worker = self._take()
        try:
            result, error = worker.do(job, max_cpu_seconds)
        except _WorkerEnded as end:
            self._replace(worker)
            name = job.keywords.get("name")
            log.warning("%s took too much, and its worker ended: %s", name or "a picture", end)
            raise PictureTooCostly(name) from end
        except BaseException:
            self._replace(worker)
            raise
        with self._lock:
            self._idle.append(worker)
        if error is not None:
            raise error
        return cast("_Result", result)

    def _take(self) -> _Worker:
        """Return a worker that waits for a job; there is one, or room for one, for each thread."""
        with self._lock:
            self._refuse_if_closed()
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    return worker
                self._workers.discard(worker)
                worker.dispose()
            return self._start()

    def _replace(self, worker: _Worker) -> None:
        worker.dispose()
        with self._lock:
            self._workers.discard(worker)
            self._refuse_if_closed()
            self._idle.append(self._start())

    def _start(self) -> _Worker:
        worker = _Worker()
        self._workers.add(worker)
        return worker

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise CancelledError


class _WorkerEnded(Exception):
    """A worker ended in the middle of a job."""


class _Worker:
    """One process. Only one thread at a time may give it a job."""

    def __init__(self) -> None:
        path = os.pathsep.join(entry or str(os.curdir) for entry in sys.path)
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-m", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C in a terminal is for the bot alone.
        )
        self._jobs = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def do(self, job: functools.partial[Any], max_cpu_seconds: float) -> tuple[Any, Exception | None]:
        """Return the result of the job and what it raised.

        Raises:
            _WorkerEnded: no answer comes any more.
        """
        timer = threading.Timer(max_cpu_seconds * _WALL_PER_CPU_SECOND, self.kill)
        timer.start()
        try:
            pickle.dump((job, max_cpu_seconds), self._jobs, protocol=pickle.HIGHEST_PROTOCOL)
            self._jobs.flush()
            answer: tuple[Any, Exception | None] = pickle.load(self._answers)  # noqa: S301 - our own program's
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise _WorkerEnded(self._last_words()) from error
        finally:
            timer.cancel()
        return answer

    def kill(self) -> None:
        self._process.kill()

    def dispose(self) -> None:
        """End the process, if it has not, and let go of what belongs to it."""
        self._process.kill()
        with suppress(BrokenPipeError), self._process:
            pass

    def _last_words(self) -> str:
        code = self._process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
