"""No file, however made, costs much memory or time, or ends in anything but a picture or a sentence."""

from __future__ import annotations

import struct
import zlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from nanobot.images import budget
from nanobot.images.containers import count_scans, walk_jpeg
from nanobot.images.errors import (
    PictureError,
    PictureTooComplex,
    PictureTooCostly,
    PictureTooLarge,
    PictureUnreadable,
)
from nanobot.images.fit import fit_for_upload
from nanobot.images.prepare import prepare_mask, prepare_picture
from nanobot.images.sniff import ImageFormat
from tests.images.photographs import cut_out, decibels, exif_of, file_in, file_of, photograph, picture_in

HUGE = 60_000
MANY_SEGMENTS = 4_000


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def huge_png() -> bytes:
    header = struct.pack(">IIBBBBB", HUGE, HUGE, 8, 6, 0, 0, 0)
    chunks = (
        png_chunk(b"IHDR", header),
        png_chunk(b"IDAT", zlib.compress(bytes(100_000))),
        png_chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def huge_webp() -> bytes:
    canvas = bytes(4) + (16_383).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", len(canvas)) + canvas + b"VP8L" + bytes(4)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def huge_jpeg(marker: int) -> bytes:
    """Return a real photograph whose header claims to be huge."""
    data = bytearray(file_of(photograph(), "JPEG", progressive=marker == 0xC2))
    at = data.index(bytes([0xFF, marker]))
    struct.pack_into(">HH", data, at + 5, HUGE, HUGE)
    return bytes(data)


def huge_boxes(image_format: str) -> bytes:
    """Return a real photograph whose `ispe` box claims to be huge."""
    data = file_of(photograph(), image_format)
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", HUGE, HUGE) + data[at + 8 :]


def huge_gif() -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, HUGE, HUGE, 0) + b"\x08\x01\x00\x00;"
    return b"GIF89a" + struct.pack("<HHBBB", HUGE, HUGE, 0x80, 0, 0) + bytes(6) + frame


def huge_bmp() -> bytes:
    data = bytearray(file_of(Image.new("RGB", (2, 2)), "BMP"))
    struct.pack_into("<ii", data, 18, HUGE, HUGE)
    return bytes(data)


def huge_tiff() -> bytes:
    data = file_of(photograph(), "TIFF", compression="tiff_deflate")
    width, height = photograph().size
    for tag, side in ((256, width), (257, height)):
        data = data.replace(struct.pack("<HHII", tag, 4, 1, side), struct.pack("<HHII", tag, 4, 1, HUGE))
        data = data.replace(struct.pack("<HHIHH", tag, 3, 1, side, 0), struct.pack("<HHII", tag, 4, 1, HUGE))
    return data


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        pytest.param(huge_png(), PictureTooLarge, id="png"),
        pytest.param(huge_webp(), PictureTooLarge, id="webp"),
        pytest.param(huge_jpeg(0xC2), PictureTooComplex, id="progressive-jpeg"),
        pytest.param(huge_boxes("AVIF"), PictureUnreadable, id="avif"),
        pytest.param(huge_boxes("HEIF"), PictureTooCostly, id="heic"),
        pytest.param(huge_gif(), PictureTooLarge, id="gif"),
        pytest.param(huge_bmp(), PictureTooLarge, id="bmp"),
        pytest.param(huge_tiff(), PictureTooLarge, id="tiff"),
    ],
)
def test_a_small_file_that_would_take_gigabytes_is_refused_by_what_it_claims(
    data: bytes, refusal: type[PictureError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No decoder is asked for a single pixel."""
    decoded: list[ImageFile.ImageFile] = []

    def load(picture: ImageFile.ImageFile) -> None:
        decoded.append(picture)

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    with pytest.raises(refusal):
        prepare_picture(data)
    with pytest.raises(refusal):
        prepare_mask(data, width=100, height=100)

    assert decoded == []


@pytest.mark.parametrize(
    ("data", "size"),
    [(huge_png(), "60000 × 60000"), (huge_webp(), "16384 × 16384"), (huge_gif(), "60000 × 60000")],
    ids=["png", "webp", "gif"],
)
def test_the_sentence_names_the_size(data: bytes, size: str) -> None:
    with pytest.raises(PictureTooLarge, match=rf"^poster\.png is too large \({size} pixels\)"):
        prepare_picture(data, name="poster.png")


def test_a_real_photograph_of_108_megapixels_is_taken() -> None:
    """Phones make them; Pillow's own limit would warn, though the decoder scales a JPEG for almost nothing."""
    prepared = prepare_picture(file_of(photograph().resize((12_000, 9_000)), "JPEG"))

    assert 1536 <= prepared.width <= 2048


@pytest.mark.parametrize(
    ("image_format", "mode", "megapixels", "fits"),
    [
        (ImageFormat.PNG, "RGBA", 50, True),
        (ImageFormat.PNG, "L", 178, True),
        (ImageFormat.PNG, "RGBA", 178, False),
        (ImageFormat.HEIC, "RGB", 50, True),
        (ImageFormat.HEIC, "RGBA", 50, False),
        (ImageFormat.HEIC, "RGB", 200, False),
        (ImageFormat.AVIF, "RGBA", 12, True),
        (ImageFormat.AVIF, "RGB", 100, False),
        (ImageFormat.WEBP, "RGB", 16, True),
        (ImageFormat.WEBP, "RGB", 33, False),
        (ImageFormat.TIFF, "F", 12, True),
        (ImageFormat.JPEG, "RGB", 50, True),
        (ImageFormat.JPEG, "RGB", 108, False),
    ],
    ids=str,
)
def test_the_budget_counts_what_each_decoder_takes(
    image_format: ImageFormat, mode: str, megapixels: int, fits: bool
) -> None:
    """A file of ten megabytes, of what is decoded at full size."""
    needed = budget.decoder_bytes(image_format, mode, megapixels * 1000, 1000)

    assert (needed + 10_000_000 <= budget.MAX_PICTURE_BYTES) == fits


def test_a_jpeg_is_cheap_at_a_scale_unless_it_is_progressive() -> None:
    baseline = budget.decoder_bytes(ImageFormat.JPEG, "RGB", 16_000, 12_500, scale=4)
    progressive = budget.decoder_bytes(ImageFormat.JPEG, "RGB", 16_000, 12_500, scale=4, held_samples=3)

    assert baseline < 100_000_000
    assert progressive > budget.MAX_PICTURE_BYTES


def with_scans(scans: int) -> bytes:
    """Return a progressive JPEG whose last scan is there many times over."""
    data = file_of(photograph(), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * (scans - count_scans(data)) + b"\xff\xd9"


def test_a_jpeg_of_a_thousand_scans_is_refused_by_counting_them() -> None:
    data = with_scans(1000)
    with pytest.raises(PictureTooComplex, match=r"^bomb\.jpg would take too long"):
        prepare_picture(data, max_side=100, name="bomb.jpg")

    assert count_scans(data) == 1000


def in_three_scans(image: Image.Image) -> bytes:
    """Return a JPEG as some scanners store it: not progressive, and yet each colour in a scan of its own."""
    files = [file_of(channel, "JPEG") for channel in image.convert("YCbCr").split()]
    frame_at, tables_at, scan_at = (files[0].index(bytes([0xFF, marker])) for marker in (0xC0, 0xC4, 0xDA))
    frame = (
        struct.pack(">HBHHB", 17, 8, image.height, image.width, 3) + b"\x01\x11\x00\x02\x11\x00\x03\x11\x00"
    )
    scans = (
        struct.pack(">HHBBBBBB", 0xFFDA, 8, 1, number, 0, 0, 63, 0) + data[data.index(b"\xff\xda") + 10 : -2]
        for number, data in enumerate(files, start=1)
    )
    return b"".join(
        (files[0][:frame_at], b"\xff\xc0", frame, files[0][tables_at:scan_at], *scans, b"\xff\xd9")
    )


def test_a_jpeg_of_one_scan_for_each_colour_is_known_to_take_as_much_as_a_progressive_one() -> None:
    """Its decoder, too, holds the whole picture until the last scan."""
    prepared = prepare_picture(in_three_scans(photograph().resize((2400, 1600))))
    with pytest.raises(PictureTooLarge):
        prepare_picture(in_three_scans(Image.new("RGB", (9000, 7000), "teal")))

    expected = photograph().resize((prepared.width, prepared.height))
    assert decibels(picture_in(file_in(prepared)), expected) > 30


def test_many_scans_of_many_pixels_are_refused_before_a_hundred() -> None:
    with pytest.raises(PictureTooComplex):
        budget.check_scans(60, 50_000_000, None)


@pytest.mark.parametrize("padding", [b"\xff\xfe\x00\x02", b"\xff\xd0"], ids=["comments", "bare markers"])
def test_a_jpeg_of_tiny_segments_without_end_is_followed_only_so_far(padding: bytes) -> None:
    """Its end is found behind many segments, and not behind millions."""
    start, rest = b"\xff\xd8", file_of(photograph(), "JPEG")[2:]
    shells = [walk_jpeg(start + padding * segments + rest) for segments in (MANY_SEGMENTS, 5_000_000)]

    assert [shell is None for shell in shells] == [False, True]


def test_a_jpeg_of_nothing_but_fill_bytes_has_no_end() -> None:
    assert walk_jpeg(b"\xff\xd8" + b"\xff" * 5_000_000) is None


@cache
def real_files() -> dict[str, bytes]:
    small = photograph("coffee.png").resize((150, 100))
    exif = exif_of(6).tobytes()
    return {
        "jpeg": file_of(small, "JPEG", exif=exif),
        "progressive": file_of(small, "JPEG", progressive=True, exif=exif),
        "cmyk": file_of(small.convert("CMYK"), "JPEG"),
        "png": file_of(small, "PNG", exif=exif),
        "apng": file_of(small, "PNG", save_all=True, append_images=[small.rotate(180)]),
        "palette": file_of(small.quantize(16), "PNG"),
        "gif": file_of(small, "GIF"),
        "webp": file_of(cut_out().resize((150, 100)), "WEBP", exif=exif),
        "lossless-webp": file_of(small, "WEBP", lossless=True),
        "bmp": file_of(small, "BMP"),
        "tiff": file_of(small, "TIFF", compression="tiff_lzw"),
        "tiff-jpeg": file_of(small, "TIFF", compression="jpeg"),
        "heic": file_of(small, "HEIF", exif=exif),
        "avif": file_of(small, "AVIF", exif=exif),
    }


def outcome(data: bytes, max_side: int) -> None:
    """Raise only where something other than a picture or a sentence comes of `data`."""
    try:
        prepared = prepare_picture(data, max_side=max_side)
    except PictureError:
        return

    assert max(prepared.width, prepared.height) <= max_side
    assert prepared.data_url_bytes == len(b"".join(prepared.data_url))


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(sorted(real_files())), part=st.floats(0, 1), max_side=st.sampled_from([64, 2048]))
def test_a_file_cut_short_gives_a_picture_or_a_sentence(kind: str, part: float, max_side: int) -> None:
    data = real_files()[kind]

    outcome(data[: int(len(data) * part)], max_side)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(sorted(real_files())),
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=12
    ),
    only_header=st.booleans(),
    max_side=st.sampled_from([64, 2048]),
)
def test_a_file_with_wrong_bytes_gives_a_picture_or_a_sentence(
    kind: str, flips: list[tuple[float, int]], only_header: bool, max_side: int
) -> None:
    data = bytearray(real_files()[kind])
    reach = min(len(data), 600) if only_header else len(data)
    for place, change in flips:
        data[int(place * reach)] ^= change

    outcome(bytes(data), max_side)


@settings(max_examples=100, deadline=None)
@given(kind=st.sampled_from(sorted(real_files())), head=st.integers(0, 64), tail=st.binary(max_size=400))
def test_a_real_head_on_anything_gives_a_picture_or_a_sentence(kind: str, head: int, tail: bytes) -> None:
    outcome(real_files()[kind][:head] + tail, 2048)


@pytest.mark.parametrize("kind", sorted(real_files()))
def test_half_a_file_is_called_damaged(kind: str) -> None:
    """Some decoders fill up what is missing without complaint: a person would pay for editing half a picture."""
    data = real_files()[kind]

    with pytest.raises(PictureUnreadable, match=r"^half\.bin is damaged"):
        prepare_picture(data[: len(data) // 2], name="half.bin")


@pytest.mark.parametrize("kind", sorted(real_files()))
def test_the_whole_file_is_taken(kind: str) -> None:
    assert file_in(prepare_picture(real_files()[kind]))


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_a_box_that_is_cut_short_is_noticed(kind: str) -> None:
    with pytest.raises(PictureUnreadable):
        fit_for_upload(real_files()[kind][:-1], max_bytes=10_000_000)
