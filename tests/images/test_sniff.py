"""What a file is, whatever it is called."""

from __future__ import annotations

import pytest

from nanobot.images.sniff import SNIFF_BYTES, ImageFormat, sniff
from tests.images.photographs import FOLDER, file_of, photograph


@pytest.mark.parametrize("image_format", list(ImageFormat), ids=str)
def test_a_file_is_known_by_its_first_bytes(image_format: ImageFormat) -> None:
    data = file_of(photograph(), "HEIF" if image_format is ImageFormat.HEIC else image_format.value)

    assert sniff(data) is image_format
    assert sniff(data[:SNIFF_BYTES]) is image_format


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        (b"mif1\x00\x00\x00\x00mif1miafavif", ImageFormat.AVIF),
        (b"mif1\x00\x00\x00\x00mif1heic", ImageFormat.HEIC),
        (b"msf1\x00\x00\x00\x00hevc", ImageFormat.HEIC),
        (b"isom\x00\x00\x02\x00isomiso2avc1mp41", None),
    ],
    ids=["avif-called-mif1", "heic-called-mif1", "heic-sequence", "film"],
)
def test_an_iso_media_file_is_known_by_all_its_brands(brands: bytes, expected: ImageFormat | None) -> None:
    data = (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands

    assert sniff(data) is expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BMW drivers of the world, unite",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"%PDF-1.7",
        (FOLDER / "lfw_subset.npy").read_bytes(),
    ],
    ids=["empty", "text", "svg", "sound", "pdf", "numbers"],
)
def test_anything_else_is_no_picture(data: bytes) -> None:
    assert sniff(data) is None


def test_names_and_media_types_are_the_usual_ones() -> None:
    assert (ImageFormat.JPEG.suffix, ImageFormat.JPEG.media_type) == (".jpg", "image/jpeg")
    assert (ImageFormat.WEBP.suffix, ImageFormat.WEBP.media_type) == (".webp", "image/webp")
