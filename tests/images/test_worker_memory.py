"""A job gets no more memory than its bound, whatever was asked of the process before."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from typing import Any

import pytest

from nanobot.images.budget import MAX_PICTURE_BYTES, MAX_RESULT_BYTES, Bounds
from nanobot.images.errors import PictureTooCostly, PictureTooLarge
from nanobot.images.prepare import prepare_picture
from nanobot.images.worker import Worker
from nanobot.images.worker_process import MARGIN_BYTES
from nanobot.images.workers import ImageWorkers
from tests.images.jobs import fail_with, hog, resident_bytes
from tests.images.photographs import file_of, photograph

# As phones store it: in tiles, and quickly made.
TILES = {"tile_size": 512, "quality": 30, "enc_params": {"preset": "ultrafast"}}
MEMBER = 1
MAX_KEPT_BYTES = 100_000_000
# A process may let go of a little between the look at what it has and the job.
TOO_MUCH_BYTES = MARGIN_BYTES + 4_000_000


@pytest.fixture
def one() -> Iterator[ImageWorkers]:
    workers = ImageWorkers(max_cpu_seconds=60, count=1)
    yield workers
    workers.close()


async def test_memory_without_end_is_refused_within_the_process(one: ImageWorkers) -> None:
    before = await one.run(MEMBER, os.getpid)
    with pytest.raises(PictureTooCostly, match=r"^fox\.png"):
        await one.run(MEMBER, hog, MAX_PICTURE_BYTES + TOO_MUCH_BYTES, name="fox.png")

    assert await one.run(MEMBER, hog, MAX_PICTURE_BYTES, name="fox.png") == MAX_PICTURE_BYTES
    assert await one.run(MEMBER, os.getpid) == before


async def test_a_picture_that_is_paid_for_may_take_more_memory(one: ImageWorkers) -> None:
    with pytest.raises(PictureTooCostly):
        await one.run_patiently(MEMBER, hog, MAX_RESULT_BYTES + TOO_MUCH_BYTES, name="fox.png")
    assert await one.run_patiently(MEMBER, hog, MAX_RESULT_BYTES, name="fox.png") == MAX_RESULT_BYTES
    with pytest.raises(PictureTooCostly):
        await one.run(MEMBER, hog, MAX_RESULT_BYTES, name="fox.png")


async def test_failures_leave_no_memory_behind(one: ImageWorkers) -> None:
    """Errors hold the frames that they came through, with what these had in hand."""
    half = MAX_PICTURE_BYTES // 2
    for _ in range(4):
        with pytest.raises(ValueError, match=str(half)):
            await one.run(MEMBER, fail_with, half)

    assert await one.run(MEMBER, hog, half, name="fox.png") == half


async def test_what_large_pictures_leave_behind_takes_no_room_from_the_next(one: ImageWorkers) -> None:
    """The C library keeps what is freed, by itself up to all that a process may take."""
    photo = photograph().resize((4032, 3024))
    files = [file_of(photo, "HEIF", **TILES), file_of(photo, "TIFF", compression="tiff_lzw")]
    files += [file_of(photo, "PNG", compress_level=1), file_of(photo, "AVIF", speed=10)]
    at_rest = await one.run(MEMBER, resident_bytes)
    for data in files * 4:
        await one.run(MEMBER, prepare_picture, data)

    assert await one.run(MEMBER, resident_bytes) - at_rest < MAX_KEPT_BYTES
    assert await one.run(MEMBER, hog, MAX_PICTURE_BYTES, name="fox.png") == MAX_PICTURE_BYTES


@pytest.mark.parametrize(
    ("image_format", "options", "megabytes"),
    [
        pytest.param("HEIF", TILES, 20, id="HEIC"),
        pytest.param("AVIF", {"speed": 10}, 20, id="AVIF"),
        pytest.param("PNG", {"compress_level": 1}, 20, id="PNG"),
    ],
)
def test_a_sound_picture_is_not_called_damaged_where_its_decoder_has_too_little_memory(
    image_format: str, options: dict[str, Any], megabytes: int
) -> None:
    """The budget keeps that from happening to what it knows; decoders know more."""
    data = file_of(photograph().resize((4032, 3024)), image_format, **options)
    job = functools.partial(prepare_picture, data, max_memory_bytes=MAX_RESULT_BYTES, name="fox.png")
    worker = Worker()
    _, error = worker.do(job, Bounds(cpu_seconds=60, memory_bytes=megabytes * 1_000_000))
    worker.dispose()

    assert isinstance(error, PictureTooCostly | PictureTooLarge)
