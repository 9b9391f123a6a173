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
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from nanobot.images.budget import MAX_PICTURE_BYTES, MAX_RESULT_BYTES, Bounds
from nanobot.images.errors import PictureTooCostly
from nanobot.images.fair_queue import FairQueue, Owner
from nanobot.images.worker import Worker, WorkerEnded

log = logging.getLogger(__name__)

MAX_CPU_SECONDS = 3.0
MAX_WORKERS = 5
"""At worst each takes `budget.MAX_PICTURE_BYTES` of memory, or `budget.MAX_RESULT_BYTES` for what NanoGPT made."""

_PATIENCE = 10

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errand:
    """A job, what it may take, and where its outcome goes."""

    job: functools.partial[Any]
    bounds: Bounds
    outcome: Future[Any] = field(default_factory=Future)


class ImageWorkers:
    """One process more than this one may use cores, `MAX_WORKERS` at most. Whoever makes it closes it.

    No owner's jobs ever take all of them, so that nobody waits for the end of another's bad files, and the owners' jobs are
    begun in turn. A job may take `max_cpu_seconds` of CPU time, so that a busy machine ends nobody's, and ten times as long
    in all.
    """

    def __init__(self, *, max_cpu_seconds: float = MAX_CPU_SECONDS, count: int | None = None) -> None:
        self._max_cpu_seconds = max_cpu_seconds
        self._count = count or min(_usable_cores() + 1, MAX_WORKERS)
        # A thread hands a job to a process and waits for the answer.
        self._threads = ThreadPoolExecutor(max_workers=self._count, thread_name_prefix="pictures")
        self._lock = threading.Lock()
        self._queue: FairQueue[_Errand] = FairQueue(most_of_one=max(1, self._count - 1))
        self._under_way = 0
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []
        self._is_closed = False

    def warm(self) -> None:
        """Start all processes now instead of each with the first job for it. They get ready by themselves."""
        with self._lock:
            while len(self._workers) < self._count:
                self._idle.append(self._start())

    async def run(
        self,
        owner: Owner,
        function: Callable[_Parameters, _Result],
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> _Result:
        """Return what `function`, one of a module, returns, or raise what it raises. It is done for `owner`.

        Cancelled, it is not started if it still waits; else it goes on to its end, unwatched.

        Raises:
            PictureTooCostly: it took too much time or memory, or its process ended. `name` among `kwargs` is the picture's.
        """
        bounds = Bounds(cpu_seconds=self._max_cpu_seconds, memory_bytes=MAX_PICTURE_BYTES)
        return await self._run(owner, functools.partial(function, *args, **kwargs), bounds)

    async def run_patiently(
        self,
        owner: Owner,
        function: Callable[_Parameters, _Result],
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> _Result:
        """Do as `run`, with ten times the time and more memory: for a picture that NanoGPT made, which is lost money if given up.

        One of 67 megapixels that is too large for Discord takes nearly the three seconds of a stranger's picture.
        """
        bounds = Bounds(cpu_seconds=_PATIENCE * self._max_cpu_seconds, memory_bytes=MAX_RESULT_BYTES)
        return await self._run(owner, functools.partial(function, *args, **kwargs), bounds)

    async def _run(self, owner: Owner, job: functools.partial[_Result], bounds: Bounds) -> _Result:
        errand = _Errand(job=job, bounds=bounds)
        with self._lock:
            self._refuse_if_closed()
            self._queue.put(owner, errand)
            self._begin_what_may()
        result: _Result = await asyncio.wrap_future(errand.outcome)
        return result

    def close(self) -> None:
        """Start nothing more, and end what runs."""
        with self._lock:
            self._is_closed = True
            waiting = self._queue.take_all()
            for worker in self._workers:
                worker.kill()
        for errand in waiting:
            errand.outcome.cancel()
        self._threads.shutdown(wait=True)
        for worker in self._workers:
            worker.dispose()

    def _begin_what_may(self) -> None:
        while self._under_way < self._count and (turn := self._queue.take()) is not None:
            self._under_way += 1
            self._threads.submit(self._carry_out, *turn)

    def _carry_out(self, owner: Owner, errand: _Errand) -> None:
        try:
            if errand.outcome.set_running_or_notify_cancel():
                self._settle(errand)
        finally:
            with self._lock:
                self._queue.finished(owner)
                self._under_way -= 1
                self._begin_what_may()

    def _settle(self, errand: _Errand) -> None:
        try:
            result = self._do(errand.job, errand.bounds)
        except BaseException as error:  # noqa: BLE001 - whoever asked raises it
            errand.outcome.set_exception(error)
        else:
            errand.outcome.set_result(result)

    def _do(self, job: functools.partial[Any], bounds: Bounds) -> Any:
        worker = self._take()
        try:
            result, error = worker.do(job, bounds)
        except WorkerEnded as end:
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
        return result

    def _take(self) -> Worker:
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

    def _replace(self, worker: Worker) -> None:
        worker.dispose()
        with self._lock:
            self._workers.discard(worker)
            self._refuse_if_closed()
            self._idle.append(self._start())

    def _start(self) -> Worker:
        worker = Worker()
        self._workers.add(worker)
        return worker

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise asyncio.CancelledError


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
