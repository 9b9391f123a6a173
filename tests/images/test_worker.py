"""A worker's time is over when it has answered or when it has passed, never both."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator

import pytest

from nanobot.images.budget import MAX_PICTURE_BYTES, Bounds
from nanobot.images.worker import Deadline, Worker, WorkerEnded

PATIENT = Bounds(cpu_seconds=60, memory_bytes=MAX_PICTURE_BYTES)


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.dispose()


def test_what_takes_too_long_is_ended() -> None:
    ended = threading.Event()
    with Deadline(0, ended.set):
        ended.wait()

    assert ended.is_set()


def test_a_timer_that_goes_off_as_it_is_called_off_ends_nothing() -> None:
    """By then the worker may be at the next job, which is somebody else's."""
    ended = threading.Event()
    with Deadline(60, ended.set) as deadline:
        pass
    deadline.fire()

    assert not ended.is_set()


def test_a_worker_that_was_told_to_end_gets_no_other_job(worker: Worker) -> None:
    """Until the system has ended it, it looks alive."""
    answer = worker.do(functools.partial(len, b"abc"), PATIENT)
    worker.kill()

    assert answer == (3, None)
    assert not worker.is_alive()
    with pytest.raises(WorkerEnded, match="SIGKILL"):
        worker.do(functools.partial(len, b"abc"), PATIENT)
