"""Where taking a file as it is would be wrong, its shell says so, and the picture is decoded instead."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from nanobot.images.containers import plain_webp_dimensions, without_metadata
from nanobot.images.prepare import prepare_picture
from nanobot.images.sniff import ImageFormat
from tests.images.photographs import cut_out, decibels, exif_of, file_in, file_of, photograph, picture_in

SIGNATURE_BYTES = 8
HEADER_END = SIGNATURE_BYTES + 25


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def test_an_orientation_that_comes_after_the_pixels_is_applied() -> None:
    stored = photograph("rocket.jpg")
    data = file_of(stored, "PNG")
    exif = exif_of(6).tobytes().removeprefix(b"Exif\x00\x00")
    prepared = prepare_picture(data[:-12] + chunk(b"eXIf", exif) + data[-12:])

    assert decibels(picture_in(file_in(prepared)), stored.transpose(Image.Transpose.ROTATE_270)) > 30


def test_colour_of_sixteen_bits_is_sent_with_eight() -> None:
    """Pillow writes no such file, so it is put together by hand: every byte of a photograph twice."""
    original = photograph("coffee.png")
    rows = np.repeat(np.asarray(original), 2, axis=2)
    pixels = b"".join(b"\x00" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", *original.size, 16, 2, 0, 0, 0)
    body = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(pixels, 1)), chunk(b"IEND", b""))
    prepared = prepare_picture(b"\x89PNG\r\n\x1a\n" + b"".join(body))

    assert prepared.media_type == "image/jpeg"
    assert decibels(picture_in(file_in(prepared)), original) > 30


@pytest.mark.parametrize(
    ("image_format", "change"),
    [
        (ImageFormat.PNG, lambda data: data[:HEADER_END] + chunk(b"ABCD", b"") + data[HEADER_END:]),
        (ImageFormat.PNG, lambda data: data[:HEADER_END] + chunk(b"IEND", b"")),
        (ImageFormat.PNG, lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:]),
        (ImageFormat.JPEG, lambda data: data[:-2]),
        (ImageFormat.JPEG, lambda data: data[:2] + b"\x00" + data[2:]),
        (ImageFormat.JPEG, lambda data: data.replace(b"\xff\xc0", b"\xff\xc9", 1)),
        (ImageFormat.WEBP, lambda data: data[:-1]),
        (ImageFormat.WEBP, lambda data: data[:12] + b"ABCD" + data[16:]),
        (ImageFormat.WEBP, lambda data: data[:16] + b"\xff\xff\xff\x00" + data[20:]),
        (ImageFormat.GIF, lambda data: data),
    ],
    ids=[
        "png-unknown-critical",
        "png-without-pixels",
        "png-wrong-checksum",
        "jpeg-without-end",
        "jpeg-no-marker",
        "jpeg-arithmetic",
        "webp-cut",
        "webp-without-pixels",
        "webp-overlong-chunk",
        "gif",
    ],
)
def test_a_file_that_is_not_simply_sound_is_not_taken_as_it_is(
    image_format: ImageFormat, change: object
) -> None:
    data = file_of(photograph(), image_format.value)
    assert callable(change)

    assert without_metadata(change(data), image_format) is None


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
@pytest.mark.parametrize("marker", [0xE0, 0xE1, 0xEE, 0xFE], ids=["app0", "exif", "app14", "comment"])
def test_what_a_jpeg_tells_is_not_sent_wherever_it_stands(marker: int, options: dict[str, bool]) -> None:
    data = file_of(photograph(), "JPEG", **options)
    said = segment(marker, b"Exif\x00\x00 taken at home")
    last_scan = data.rindex(b"\xff\xda")
    for at in (2, last_scan, len(data) - 2):
        sent = file_in(prepare_picture(data[:at] + said + data[at:]))

        assert b"at home" not in sent
        assert decibels(picture_in(sent), photograph()) > 30


def test_the_small_picture_in_a_jfif_head_is_not_sent() -> None:
    data = file_of(photograph(), "JPEG")
    thumbnail = bytes(range(48))
    head = segment(0xE0, data[6:18] + b"\x04\x04" + thumbnail)
    sent = file_in(prepare_picture(data[:2] + head + data[20:]))

    assert thumbnail not in sent
    assert picture_in(sent).tobytes() == picture_in(data).tobytes()


def test_markers_that_stand_alone_are_stepped_over() -> None:
    data = file_of(photograph(), "JPEG")

    assert without_metadata(data[:2] + b"\xff\x01\xff\xff" + data[3:], ImageFormat.JPEG) == data


def test_a_webp_of_one_lossy_frame_tells_its_size_unopened() -> None:
    data = file_of(photograph(), "WEBP")

    assert plain_webp_dimensions(data) == photograph().size
    assert file_in(prepare_picture(data)) == data


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b"\x00",
        lambda data: data[:20] + bytes([data[20] | 1]) + data[21:],
        lambda data: data[:20] + bytes([data[20] & ~16]) + data[21:],
        lambda data: data[:20] + bytes([data[20] | 8]) + data[21:],
        lambda data: data[:21] + b"\xff\xff" + data[23:],
        lambda data: data[:23] + bytes(3) + data[26:],
        lambda data: data[:26] + bytes(2) + data[28:],
        lambda _: file_of(photograph(), "WEBP", lossless=True),
        lambda _: file_of(cut_out(), "WEBP"),
        lambda _: file_of(photograph(), "WEBP", exif=exif_of(6)),
        lambda data: b"JUNK" + data[4:],
        lambda _: b"RIFF",
    ],
    ids=[
        "cut",
        "followed",
        "between-frame",
        "hidden",
        "version",
        "partition",
        "start",
        "no-width",
        "lossless",
        "transparent",
        "metadata",
        "other",
        "short",
    ],
)
def test_any_other_webp_has_to_be_opened(change: Callable[[bytes], bytes]) -> None:
    assert plain_webp_dimensions(change(file_of(photograph(), "WEBP"))) is None
