"""No picture takes more than 300 MB beyond a worker at rest, and those of phones take no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nanobot.images.budget import MAX_PICTURE_BYTES, MAX_RESULT_BYTES
from nanobot.images.errors import PictureTooLarge
from nanobot.images.fit import fit_for_upload
from nanobot.images.prepare import prepare_picture
from nanobot.images.workers import ImageWorkers
from tests.images.jobs import peak_of, resident_bytes
from tests.images.photographs import display_p3, exif_of, file_of, photograph

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="only Linux tells how much memory a process had"
)

MEMBER = 1
PATIENT_SECONDS = 60.0
UPLOAD_BYTES = 10 * 1024 * 1024
TWELVE, FORTY_EIGHT = (4032, 3024), (8064, 6048)
# As phones store it: in tiles, and quickly made.
TILES = {"tile_size": 512, "quality": 30, "enc_params": {"preset": "ultrafast"}}


@pytest.fixture
def one() -> Iterator[ImageWorkers]:
    workers = ImageWorkers(max_cpu_seconds=PATIENT_SECONDS, count=1)
    yield workers
    workers.close()


@cache
def large(size: tuple[int, int], mode: str) -> Image.Image:
    image = photograph().resize(size)
    if mode in {"RGBA", "LA"}:
        image.putalpha(photograph("horse.png", "L").resize(size))
    return image.quantize(64) if mode == "P" else image.convert(mode)


async def peak(workers: ImageWorkers, function: Callable[..., object], data: bytes, **options: Any) -> int:
    """Return how much memory a call takes in a worker, beyond what it has at rest."""
    at_rest = await workers.run(MEMBER, resident_bytes)
    return await workers.run_patiently(MEMBER, peak_of, function, data, **options) - at_rest


@pytest.mark.parametrize(
    ("size", "mode", "image_format", "options"),
    [
        pytest.param(FORTY_EIGHT, "RGB", "HEIF", TILES, id="48 MP HEIC"),
        pytest.param(FORTY_EIGHT, "RGBA", "PNG", {"compress_level": 1}, id="48 MP PNG with transparency"),
        pytest.param(FORTY_EIGHT, "RGB", "JPEG", {"progressive": True}, id="48 MP progressive JPEG"),
        pytest.param((12_000, 9_000), "RGB", "JPEG", {}, id="108 MP JPEG"),
        pytest.param((12_000, 9_000), "1", "PNG", {}, id="108 MP PNG of two colours"),
        pytest.param(TWELVE, "RGB", "JPEG", {"progressive": True, "subsampling": 0}, id="JPEG"),
        pytest.param(TWELVE, "CMYK", "JPEG", {}, id="CMYK JPEG"),
        pytest.param(TWELVE, "LA", "PNG", {"compress_level": 1}, id="grey PNG"),
        pytest.param(TWELVE, "I;16", "PNG", {"compress_level": 1}, id="PNG of 16 bits"),
        pytest.param(TWELVE, "P", "GIF", {"transparency": 3}, id="GIF"),
        pytest.param(TWELVE, "RGBA", "WEBP", {"method": 0}, id="WebP"),
        pytest.param(
            TWELVE, "RGBA", "WEBP", {"method": 0, "lossless": True, "quality": 0}, id="lossless WebP"
        ),
        pytest.param(TWELVE, "RGB", "BMP", {}, id="BMP"),
        pytest.param(TWELVE, "F", "TIFF", {}, id="TIFF of floats"),
        pytest.param(TWELVE, "CMYK", "TIFF", {"compression": "tiff_lzw"}, id="CMYK TIFF"),
        pytest.param(TWELVE, "RGBA", "AVIF", {"speed": 10}, id="AVIF"),
        pytest.param(TWELVE, "RGBA", "HEIF", TILES, id="HEIC with transparency"),
        pytest.param(TWELVE, "RGB", "HEIF", TILES | {"chroma": 444}, id="HEIC of full colours"),
    ],
)
async def test_what_phones_and_editors_make_takes_no_more_than_it_may(
    one: ImageWorkers, size: tuple[int, int], mode: str, image_format: str, options: dict[str, Any]
) -> None:
    data = file_of(large(size, mode), image_format, **options)
    prepared = await one.run(MEMBER, prepare_picture, data)

    assert prepared.width >= 1536
    assert await peak(one, prepare_picture, data) <= MAX_PICTURE_BYTES


async def test_a_setting_of_large_pictures_takes_no_more_either(one: ImageWorkers) -> None:
    """What a transparent picture in foreign colours, lying on its side, becomes is the dearest; so it becomes smaller."""
    data = file_of(large(TWELVE, "RGBA"), "PNG", compress_level=1, icc_profile=display_p3(), exif=exif_of(6))
    prepared = await one.run(MEMBER, prepare_picture, data, max_side=8192)

    assert 3000 < prepared.height < 4032
    assert await peak(one, prepare_picture, data, max_side=8192) <= MAX_PICTURE_BYTES


@pytest.mark.parametrize(
    ("image_format", "options"),
    [
        pytest.param("JPEG", {"progressive": True}, id="108 MP progressive JPEG"),
        pytest.param("PNG", {"compress_level": 1}, id="108 MP PNG"),
    ],
)
async def test_what_would_take_more_is_refused_with_what_to_do(
    one: ImageWorkers, image_format: str, options: dict[str, Any]
) -> None:
    data = file_of(Image.new("RGB", (12_000, 9_000), "teal"), image_format, **options)
    before = await one.run(MEMBER, resident_bytes)
    with pytest.raises(PictureTooLarge, match=r"^fox\.png is too large .*make it smaller"):
        await one.run(MEMBER, prepare_picture, data, name="fox.png")

    assert await one.run(MEMBER, resident_bytes) - before < len(data) + 50_000_000


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
async def test_a_result_of_67_megapixels_is_brought_to_size(one: ImageWorkers, mode: str) -> None:
    """It is paid for, so it may take more; with transparency it becomes smaller rather than lost."""
    data = file_of(large((8192, 8192), mode), "PNG", compress_level=1)
    upload = await one.run_patiently(MEMBER, fit_for_upload, data, max_bytes=UPLOAD_BYTES)

    assert len(data) > UPLOAD_BYTES >= len(upload.data)
    assert upload.suffix == (".webp" if mode == "RGBA" else ".jpg")
    assert await peak(one, fit_for_upload, data, max_bytes=UPLOAD_BYTES) <= MAX_RESULT_BYTES
