"""A PNG inflated by ISA-L is the PNG that Pillow would have read: the same pixels, the same header, the same damage."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import IO

import numpy as np
import pytest
from PIL import Image

from nanobot.images.containers import png_chunks
from nanobot.images.stored_png import open_png
from tests.images import oddities
from tests.images.photographs import FOLDER, PLACE, exif_of, file_of, photograph

DAMAGED = (OSError, SyntaxError, ValueError)


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def seen_in(file: IO[bytes]) -> tuple[str, bytes, object] | None:
    """Return mode, pixels and place of the picture; `None` where Pillow refuses it."""
    try:
        with Image.open(file, formats=["PNG"]) as image:
            image.load()
            return image.mode, image.tobytes(), image.getexif().get_ifd(0x8825)
    except DAMAGED:
        return None


def pngs() -> dict[str, bytes]:
    whole = file_of(photograph("coffee.png"), "PNG")
    chunks = list(png_chunks(whole))
    pixels = b"".join(whole[start + 8 : end - 4] for kind, start, end in chunks if kind == b"IDAT")
    first, last = (each for each in chunks if each[0] in {b"IHDR", b"IEND"})
    head, tail = whole[: first[2]], whole[last[1] :]
    frames = [photograph().resize((60, 40)), photograph("rocket.jpg").resize((60, 40))]
    return {
        **{path.name: path.read_bytes() for path in FOLDER.glob("*.png")},
        **{kind: data for kind, data in oddities.pictures().items() if data.startswith(b"\x89PNG")},
        "in one chunk": head + chunk(b"IDAT", pixels) + tail,
        "in tiny chunks": head
        + b"".join(chunk(b"IDAT", pixels[at : at + 50]) for at in range(0, len(pixels), 50))
        + tail,
        "with empty chunks": head + chunk(b"IDAT", b"") * 3 + chunk(b"IDAT", pixels) + tail,
        "animation": file_of(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "place behind the pixels": head
        + chunk(b"IDAT", pixels)
        + chunk(b"eXIf", exif_of(6).tobytes().removeprefix(b"Exif\x00\x00"))
        + tail,
        "place in front": file_of(photograph(), "PNG", exif=exif_of(3)),
        "other pixels behind": whole + whole,
        "wrong sum of the pixels": head + chunk(b"IDAT", pixels[:-1] + b"\x00") + tail,
        "no zlib": head + chunk(b"IDAT", b"\xff" * 100) + tail,
        "too few pixels": head + chunk(b"IDAT", zlib.compress(bytes(5000))) + tail,
        "too many pixels": head + chunk(b"IDAT", zlib.compress(bytes(5_000_000))) + tail,
        "without pixels": head + tail,
        "even": file_of(Image.new("RGB", (3000, 2000), "red"), "PNG"),
    }


PNGS = pngs()


@pytest.mark.parametrize("name", sorted(PNGS))
def test_the_picture_is_the_same(name: str) -> None:
    assert seen_in(open_png(PNGS[name])) == seen_in(BytesIO(PNGS[name]))


def test_there_are_sound_ones_and_damaged_ones() -> None:
    seen = {name: seen_in(open_png(data)) for name, data in PNGS.items()}

    assert seen["wrong sum of the pixels"] is None
    assert seen["coffee.png"] is not None
    assert seen["coffee.png"] == seen["in one chunk"] == seen["with empty chunks"]
    place = seen["place behind the pixels"]
    assert place is not None
    assert PLACE.decode()[-1] in str(place[2])


@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png", "in one chunk"])
def test_a_cut_is_noticed_where_pillow_notices_it(name: str) -> None:
    data = PNGS[name]
    for end in np.linspace(8, len(data) - 1, 12, dtype=int):
        assert seen_in(open_png(data[:end])) == seen_in(BytesIO(data[:end]))


def test_flipped_bits_give_no_other_picture() -> None:
    data = PNGS["astronaut.png"]
    random = np.random.default_rng(1)
    for place in random.integers(8, len(data), 40):
        broken = bytearray(data)
        broken[place] ^= 1 << int(random.integers(8))
        assert seen_in(open_png(bytes(broken))) == seen_in(BytesIO(bytes(broken)))


def test_what_follows_the_pixels_is_not_inflated() -> None:
    """A file of 100 KB could keep its reader busy with 100 MB of padding."""
    head = PNGS["coffee.png"][:33]
    file = open_png(head + chunk(b"IDAT", zlib.compress(bytes(100_000_000))) + chunk(b"IEND", b""))
    read = sum(len(part) for part in iter(lambda: file.read(65_536), b""))

    assert 400 * 600 * 3 < read < 400 * 600 * 5


def test_what_has_been_read_cannot_be_sought() -> None:
    file = open_png(PNGS["coffee.png"])
    for _ in range(5):
        file.read(40_000)

    assert file.seek(file.tell()) == file.tell()
    with pytest.raises(OSError, match="read already"):
        file.seek(0)
