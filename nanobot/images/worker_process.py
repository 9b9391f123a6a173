"""What a worker process does: the jobs that its parent sends, one after another, within bounds. Started by `workers`.

A job comes pickled over the standard input, its answer goes back over the standard output. When the input ends, be it because
the parent was killed, so does the process, even in the middle of a job.
"""

from __future__ import annotations

import functools
import gc
import os
import pickle
import queue
import re
import signal
import sys
import threading
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

# Imported before the first job comes, so that no job waits for Pillow.
import nanobot.images.erased
import nanobot.images.fit
import nanobot.images.prepare  # noqa: F401
from nanobot.images.budget import Bounds
from nanobot.images.errors import PictureError, PictureTooCostly
from nanobot.images.worker import ANSWER_LENGTH_BYTES

MARGIN_BYTES = 32_000_000
"""What a process may take beyond a job's bound before allocations fail: the stacks of a decoder's threads are hardly used."""

_NICENESS = 5  # The event loop comes first where both want the same core.

_Job: TypeAlias = "functools.partial[Any]"
_Order: TypeAlias = tuple[_Job, Bounds]
"""A job, and what it may take."""


def main() -> None:
    """Work until the input ends."""
    # Whoever stops the bot may send the signal to all of its processes: jobs under way are still wanted then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # What a decoder prints must not get among the answers.
    warnings.simplefilter("ignore")  # What is odd about strangers' files is nothing for the operator's log.
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    while True:
        job, bounds = orders.get()
        at_rest = _private_bytes()
        if at_rest is not None:
            _bound_memory(at_rest + bounds.memory_bytes + MARGIN_BYTES)
        if not _answer(job, bounds, answers):
            gc.collect()  # An error and its frames hold each other, and half-decoded pictures: the next job needs the room.


def _read(orders: queue.SimpleQueue[_Order]) -> None:
    """Take in orders, and end the process with the input: a thread of its own notices that in the middle of a job too."""
    try:
        with open(sys.stdin.fileno(), "rb", closefd=False) as parent:
            while True:
                orders.put(pickle.load(parent))  # noqa: S301 - the parent's own bytes
    except (EOFError, pickle.UnpicklingError):
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def _answer(job: _Job, bounds: Bounds, answers: BinaryIO) -> bool:
    """Do the job, write `(result, None)` or `(None, error)`, and tell which."""
    _bound_cpu(bounds.cpu_seconds)
    answer = _do(job)
    _bound_cpu(0)  # Before it is written: whoever has an answer has a process that lives.
    pickled = _pickled(answer)
    # Nobody takes it any more when the bot was killed, and this process is about to be told so by its input.
    with suppress(BrokenPipeError):
        answers.write(len(pickled).to_bytes(ANSWER_LENGTH_BYTES, "big"))
        answers.write(pickled)
        answers.flush()
    return answer[1] is None


def _do(job: _Job) -> tuple[Any, Exception | None]:
    try:
        return job(), None
    except MemoryError:
        return None, PictureTooCostly(job.keywords.get("name"))
    except PictureError as error:
        return None, error
    except Exception as error:  # noqa: BLE001 - the process's outermost door: the parent raises it
        error.add_note("".join(traceback.format_exception(error)))
        return None, error


def _pickled(answer: tuple[Any, Exception | None]) -> bytes:
    try:
        return pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - as above
        told = RuntimeError(f"an answer cannot be sent: {error!r}")
        told.add_note("".join(traceback.format_exception(answer[1] or error)))
        return pickle.dumps((None, told), protocol=pickle.HIGHEST_PROTOCOL)


def _bound_cpu(seconds: float) -> None:
    """Let the system end this process after so much CPU time from now on; 0 lifts the bound."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _private_bytes() -> int | None:
    """Return how much memory this process has of its own, where the system tells (Linux)."""
    status = Path("/proc/self/status")
    found = re.search(r"VmData:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return None if found is None else int(found[1]) * 1024


def _bound_memory(wanted: int) -> None:
    """Let allocations fail that would make it more than `wanted` bytes."""
    import resource  # noqa: PLC0415 - Windows has none

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(
        resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )


if __name__ == "__main__":
    main()
