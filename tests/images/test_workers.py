"""Pictures are worked on in processes of their own, and one that takes too much ends alone."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from nanobot.images.errors import NotAPicture, PictureTooCostly
from nanobot.images.prepare import prepare_picture
from nanobot.images.workers import MAX_WORKERS, ImageWorkers
from tests.images.jobs import (
    begin_and_wait_for,
    burn,
    burn_after,
    burn_for,
    chatter,
    crash,
    decode_without_budget,
    fail,
    fail_unreadably,
    see,
    sleep_for_ever,
    touch,
    wait_for,
)
from tests.images.photographs import FOLDER, file_of
from tests.images.test_hostile import with_scans

PHOTOGRAPH = (FOLDER / "astronaut.png").read_bytes()
PATIENT_SECONDS = 60.0
MEMBER, ANOTHER = 1, 2


@pytest.fixture
def one() -> Iterator[ImageWorkers]:
    """Yield a single worker that nobody ends for its time."""
    workers = ImageWorkers(max_cpu_seconds=PATIENT_SECONDS, count=1)
    yield workers
    workers.close()


@pytest.fixture
def strict() -> Iterator[ImageWorkers]:
    """Yield a single worker whose jobs may take a second of CPU time."""
    workers = ImageWorkers(max_cpu_seconds=1, count=1)
    yield workers
    workers.close()


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return pipe(tmp_path / "gate")


@pytest.fixture
def started(tmp_path: Path) -> Path:
    return pipe(tmp_path / "started")


async def test_work_is_done_in_another_process_and_its_result_handed_back(one: ImageWorkers) -> None:
    prepared = await one.run(MEMBER, prepare_picture, PHOTOGRAPH, max_side=100)

    assert prepared == prepare_picture(PHOTOGRAPH, max_side=100)
    assert await one.run(MEMBER, os.getpid) != os.getpid()


async def test_one_process_serves_many_jobs(one: ImageWorkers) -> None:
    one.warm()
    seen = {await one.run(MEMBER, os.getpid) for _ in range(3)}

    assert len(seen) == 1


@pytest.mark.parametrize("most_cores", [1, None], ids=["one-core", "all-cores"])
async def test_processes_work_side_by_side(most_cores: int | None, tmp_path: Path) -> None:
    """There is one more than cores that this process may use, and no more than memory allows."""
    all_cores = os.sched_getaffinity(0)
    cores = sorted(all_cores)[:most_cores]
    os.sched_setaffinity(0, cores)
    workers = ImageWorkers()
    os.sched_setaffinity(0, all_cores)
    numbers = range(min(len(cores) + 1, MAX_WORKERS))
    starts = [pipe(tmp_path / f"started-{number}") for number in numbers]
    gates = [pipe(tmp_path / f"gate-{number}") for number in numbers]
    asked = [
        asyncio.ensure_future(workers.run(number, begin_and_wait_for, *paths, number))
        for number, paths in enumerate(zip(starts, gates, strict=True))
    ]
    for start in starts:
        await asyncio.to_thread(start.read_bytes)
    for gate in gates:
        await asyncio.to_thread(gate.write_bytes, b"go")
    answers = await asyncio.gather(*asked)
    workers.close()

    assert answers == list(numbers)


async def test_what_the_work_raises_reaches_who_asked(one: ImageWorkers) -> None:
    with pytest.raises(NotAPicture, match=r"^notes\.txt is not a picture"):
        await one.run(MEMBER, prepare_picture, b"no picture", name="notes.txt")


async def test_a_mistake_of_the_program_keeps_its_traceback(one: ImageWorkers) -> None:
    with pytest.raises(ValueError, match="wrong way") as caught:
        await one.run(MEMBER, fail, "wrong way")

    assert "jobs.py" in caught.value.__notes__[0]
    assert "in fail" in caught.value.__notes__[0]


async def test_a_job_that_cannot_be_sent_breaks_nothing(one: ImageWorkers) -> None:
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        await one.run(MEMBER, threading.Lock().acquire)

    assert await one.run(MEMBER, len, b"abc") == 3


async def test_an_answer_that_cannot_be_sent_is_told_as_a_mistake(one: ImageWorkers) -> None:
    """Nobody's picture took too much: the program is wrong, and its operator reads where."""
    before = await one.run(MEMBER, os.getpid)
    with pytest.raises(RuntimeError, match=r"cannot be sent: .*memoryview"):
        await one.run(MEMBER, see, b"abc")

    assert await one.run(MEMBER, os.getpid) == before


async def test_an_answer_that_cannot_be_read_is_told_as_a_mistake(one: ImageWorkers) -> None:
    with pytest.raises(TypeError, match="argument"):
        await one.run(MEMBER, fail_unreadably)

    assert await one.run(MEMBER, len, b"abc") == 3


async def test_what_a_decoder_prints_does_not_get_among_the_answers(one: ImageWorkers) -> None:
    assert await one.run(MEMBER, chatter, "Corrupt JPEG data\n") == "Corrupt JPEG data\n"
    assert await one.run(MEMBER, len, b"abc") == 3


async def test_a_job_without_end_is_ended_for_its_cpu_time(
    strict: ImageWorkers, caplog: pytest.LogCaptureFixture
) -> None:
    """The person reads a sentence, the operator a line, and the next job has a new process."""
    before = await strict.run(MEMBER, os.getpid)
    with pytest.raises(PictureTooCostly, match=r"^The picture takes more time or memory") as caught:
        await strict.run(MEMBER, burn)

    assert await strict.run(MEMBER, os.getpid) != before
    assert "send that file" in caught.value.sentence
    [line] = [record for record in caplog.records if record.name == "nanobot.images.workers"]
    assert line.levelno == logging.WARNING
    assert "SIGPROF" in line.getMessage()


async def test_a_picture_that_is_paid_for_may_take_ten_times_as_long() -> None:
    workers = ImageWorkers(max_cpu_seconds=0.3, count=1)
    with pytest.raises(PictureTooCostly):
        await workers.run(MEMBER, burn_for, 0.5)
    await workers.run_patiently(MEMBER, burn_for, 0.5)
    with pytest.raises(PictureTooCostly):
        await workers.run_patiently(MEMBER, burn)
    workers.close()


async def test_cpu_time_counts_for_each_job_anew(strict: ImageWorkers) -> None:
    """Many pictures together take longer than one may."""
    seen = {await strict.run(MEMBER, os.getpid)}
    for _ in range(25):
        await strict.run(MEMBER, prepare_picture, PHOTOGRAPH, max_side=400)
    seen.add(await strict.run(MEMBER, os.getpid))

    assert len(seen) == 1


async def test_a_job_that_waits_for_ever_is_ended_too() -> None:
    workers = ImageWorkers(max_cpu_seconds=0.1, count=1)
    with pytest.raises(PictureTooCostly, match=r"^fox\.png takes more"):
        await workers.run(MEMBER, sleep_for_ever, name="fox.png")
    workers.close()


async def test_a_crash_of_a_decoder_ends_its_own_process_alone(one: ImageWorkers) -> None:
    with pytest.raises(PictureTooCostly, match=r"^fox\.png"):
        await one.run(MEMBER, crash, name="fox.png")

    assert await one.run(MEMBER, len, b"abc") == 3


async def test_a_process_that_died_idle_is_replaced_unnoticed(one: ImageWorkers) -> None:
    gone = await one.run(MEMBER, os.getpid)
    os.kill(gone, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, gone, os.WEXITED | os.WNOWAIT)

    assert await one.run(MEMBER, os.getpid) != gone


async def test_a_jpeg_of_thousands_of_scans_is_ended_even_where_nobody_counts_them(
    strict: ImageWorkers,
) -> None:
    with pytest.raises(PictureTooCostly):
        await strict.run(MEMBER, decode_without_budget, with_scans(20_000))


async def test_many_pixels_in_a_small_file_are_ended_even_where_nobody_counts_them(one: ImageWorkers) -> None:
    bomb = file_of(Image.new("RGBA", (13_400, 13_300)), "PNG", compress_level=1)
    with pytest.raises(PictureTooCostly):
        await one.run(MEMBER, decode_without_budget, bomb)

    assert await one.run(MEMBER, len, b"abc") == 3


async def test_one_bad_file_holds_one_process_and_delays_nobody_else() -> None:
    workers = ImageWorkers(max_cpu_seconds=PATIENT_SECONDS, count=2)
    bad = asyncio.ensure_future(workers.run(MEMBER, burn))
    for _ in range(5):
        await workers.run(ANOTHER, prepare_picture, PHOTOGRAPH, max_side=100)

    assert not bad.done()
    workers.close()
    with pytest.raises(asyncio.CancelledError):
        await bad


async def test_many_bad_files_of_one_person_delay_nobody_else() -> None:
    """A thousand scans pass where nobody counts them, and take their decoder far longer than the other's photograph."""
    workers = ImageWorkers(max_cpu_seconds=PATIENT_SECONDS, count=3)
    bomb = with_scans(20_000)
    bad = [asyncio.ensure_future(workers.run(MEMBER, decode_without_budget, bomb)) for _ in range(6)]
    for _ in range(5):
        await workers.run(ANOTHER, prepare_picture, PHOTOGRAPH, max_side=100)

    assert not any(job.done() for job in bad)
    workers.close()
    outcomes = await asyncio.gather(*bad, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def test_what_has_not_started_is_dropped_when_its_caller_goes(
    one: ImageWorkers, gate: Path, tmp_path: Path
) -> None:
    first = asyncio.ensure_future(one.run(MEMBER, wait_for, gate, 1))
    waiting = asyncio.ensure_future(one.run(MEMBER, touch, tmp_path / "touched"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.to_thread(gate.write_bytes, b"go")

    assert await first == 1
    assert await one.run(MEMBER, len, b"abc") == 3
    assert not (tmp_path / "touched").exists()


async def test_a_worker_comes_back_from_a_job_whose_caller_went(
    one: ImageWorkers, started: Path, gate: Path
) -> None:
    before = await one.run(MEMBER, os.getpid)
    left = asyncio.ensure_future(one.run(MEMBER, begin_and_wait_for, started, gate, 1))
    await asyncio.to_thread(started.read_bytes)
    after = asyncio.ensure_future(one.run(MEMBER, os.getpid))
    left.cancel()
    await asyncio.to_thread(gate.write_bytes, b"go")

    assert await after == before


async def test_a_signal_to_all_processes_leaves_jobs_under_way_alone(one: ImageWorkers, gate: Path) -> None:
    """A service manager or a terminal sends it to every process of the bot, which still wants to finish its pictures."""
    worker = await one.run(MEMBER, os.getpid)
    job = asyncio.ensure_future(one.run(MEMBER, wait_for, gate, 7))
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(worker, number)
    await asyncio.to_thread(gate.write_bytes, b"go")

    assert await job == 7


async def test_closing_drops_what_waits_and_ends_what_runs(started: Path) -> None:
    workers = ImageWorkers(max_cpu_seconds=PATIENT_SECONDS, count=1)
    asked = [asyncio.ensure_future(workers.run(MEMBER, burn_after, started))]
    asked += [asyncio.ensure_future(workers.run(MEMBER, burn)) for _ in range(3)]
    await asyncio.to_thread(started.read_bytes)
    workers.close()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


def test_workers_serve_one_event_loop_after_another(one: ImageWorkers) -> None:
    seen = {asyncio.run(one.run(MEMBER, os.getpid)) for _ in range(2)}

    assert len(seen) == 1


def test_workers_serve_event_loops_of_several_threads(one: ImageWorkers) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(asyncio.run(one.run(MEMBER, len, b"abc")))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [3, 3, 3]
