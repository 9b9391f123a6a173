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
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

# Imported before the first job comes, so that no job waits for Pillow.
import nanobot.images.erased
import nanobot.images.fit
import nanobot.images.prepare  # noqa: F401
from nanobot.images.budget import MAX_RESULT_BYTES
from nanobot.images.errors import PictureError, PictureTooCostly

MAX_EXTRA_BYTES = MAX_RESULT_BYTES
"""What a job may take beyond the process at rest."""

_NICENESS = 5  # The event loop comes first where both want the same core.

_Job: TypeAlias = "functools.partial[Any]"
_Order: TypeAlias = tuple[_Job, float]
"""A job, and how many seconds of CPU time it may take."""


def main() -> None:
    """Work until the input ends."""
    # Whoever stops the bot may send the signal to all of its processes: jobs under way are still wanted then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # What a decoder prints must not get among the answers.
    warnings.simplefilter("ignore")  # What is odd about strangers' files is nothing for the operator's log.
    _bound_memory()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    while True:
        if not _answer(*orders.get(), answers):
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


def _answer(job: _Job, max_cpu_seconds: float, answers: BinaryIO) -> bool:
    """Do the job, write `(result, None)` or `(None, error)`, and tell which."""
    _bound_cpu(max_cpu_seconds)
    answer: tuple[Any, Exception | None]
    try:
        answer = job(), None
    except MemoryError:
        answer = None, PictureTooCostly(job.keywords.get("name"))
    except PictureError as error:
        answer = None, error
    except Exception as error:  # noqa: BLE001 - the process's outermost door: the parent raises it
        error.add_note("".join(traceback.format_exception(error)))
        answer = None, error
    pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
    answers.flush()
    _bound_cpu(0)
    return answer[1] is None


def _bound_cpu(seconds: float) -> None:
    """Let the system end this process after so much CPU time from now on; 0 lifts the bound."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _bound_memory() -> None:
    """Let allocations beyond `MAX_EXTRA_BYTES` fail, where the system tells how much there is already (Linux)."""
    status = Path("/proc/self/status")
    found = re.search(r"VmData:\s+(\d+) kB", status.read_text()) if status.exists() else None
    if found is None:
        return
    import resource  # noqa: PLC0415 - Windows has none

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int(found[1]) * 1024 + MAX_EXTRA_BYTES
    resource.setrlimit(
        resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )


if __name__ == "__main__":
    main()
