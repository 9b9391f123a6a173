"""One worker process, seen from its parent. Imports only the standard library and its neighbours."""

from __future__ import annotations

import functools
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, Final, cast

from nanobot.images.budget import Bounds

ANSWER_LENGTH_BYTES: Final = 8
"""Every answer is preceded by its length, so that one that is cut short is told from one that cannot be read."""

_WALL_PER_CPU_SECOND: Final = 10
_PROGRAM: Final = "nanobot.images.worker_process"
# By itself the GNU C library keeps what large pictures leave behind, a piece for each thread, until the next finds no room.
# Blocks as large as those of a phone's photograph are still kept, since new memory costs time.
# https://man7.org/linux/man-pages/man3/mallopt.3.html
_ALLOCATOR: Final = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "16000000",
    "MALLOC_TRIM_THRESHOLD_": "32000000",
}


class WorkerEnded(Exception):
    """A worker ended in the middle of a job."""


class Worker:
    """One process. Only one thread at a time may give it a job."""

    def __init__(self) -> None:
        path = os.pathsep.join(entry or str(os.curdir) for entry in sys.path)
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-m", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | _ALLOCATOR | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C in a terminal is for the bot alone.
        )
        self._jobs = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        self._is_killed = False

    def is_alive(self) -> bool:
        return not self._is_killed and self._process.poll() is None

    def do(self, job: functools.partial[Any], bounds: Bounds) -> tuple[Any, Exception | None]:
        """Return the result of the job and what it raised. Its answer counts even where it came too late to live on.

        Raises:
            WorkerEnded: no answer comes any more.
        """
        try:
            with Deadline(bounds.cpu_seconds * _WALL_PER_CPU_SECOND, self.kill):
                pickle.dump((job, bounds), self._jobs, protocol=pickle.HIGHEST_PROTOCOL)
                self._jobs.flush()
                answer = self._read_answer()
        except BrokenPipeError as error:
            raise WorkerEnded(self._last_words()) from error
        loaded: tuple[Any, Exception | None] = pickle.loads(answer)  # noqa: S301 - our own program's
        return loaded

    def kill(self) -> None:
        self._is_killed = True
        self._process.kill()

    def dispose(self) -> None:
        """End the process, if it has not, and let go of what belongs to it."""
        self._process.kill()
        with suppress(BrokenPipeError), self._process:
            pass

    def _read_answer(self) -> bytes:
        head = self._answers.read(ANSWER_LENGTH_BYTES)
        length = int.from_bytes(head, "big")
        answer = self._answers.read(length) if len(head) == ANSWER_LENGTH_BYTES else b""
        if not answer or len(answer) < length:
            raise WorkerEnded(self._last_words())
        return answer

    def _last_words(self) -> str:
        code = self._process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


class Deadline:
    """Calls `expire` if its block takes longer than `seconds`, and never afterwards: a timer may fire as it is called off."""

    def __init__(self, seconds: float, expire: Callable[[], None]) -> None:
        self._expire = expire
        self._lock = threading.Lock()
        self._is_met = False
        self._timer = threading.Timer(seconds, self.fire)

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._is_met = True

    def fire(self) -> None:
        """Be the timer."""
        with self._lock:
            if not self._is_met:
                self._expire()
