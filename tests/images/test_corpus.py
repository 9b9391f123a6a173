"""Whatever file a person sends becomes a data URL within the limits, or a sentence that says what is the matter."""

from __future__ import annotations

import sysconfig
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nanobot.images.errors import PictureError
from nanobot.images.prepare import prepare_picture
from tests.images import oddities
from tests.images.photographs import exif_of, file_in, file_of, picture_in

SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".ico", ".jpg", ".png", ".svg", ".tif", ".tiff", ".webp"}
)
NO_PICTURES = frozenset({".svg", ".ico"})
KEPT_IN_PLANES = frozenset(
    {"multipage_rgb.tif"}
)  # a microscope's way to store colours, which Pillow does not read
MAX_SHIPPED_BYTES = 2_000_000
SIDE = 96
FLIPS_OF_EACH_KIND = 80
CUTS_OF_EACH_KIND = 20


def shipped() -> list[Path]:
    """Return the picture files of every installed package."""
    installed = Path(sysconfig.get_paths()["purelib"])
    return sorted(
        path
        for path in installed.rglob("*")
        if path.suffix in SUFFIXES and path.is_file() and path.stat().st_size < MAX_SHIPPED_BYTES
    )


def outcome(data: bytes, *, max_side: int) -> str | None:
    """Return the sentence if `data` is refused; check the data URL if it is not."""
    try:
        prepared = prepare_picture(data, max_side=max_side)
    except PictureError as error:
        return str(error)

    assert max(prepared.width, prepared.height) <= max_side
    assert prepared.data_url_bytes == len(b"".join(prepared.data_url)) <= 4_000_000
    return None


def test_files_that_packages_ship_are_taken_unless_they_are_no_pictures() -> None:
    refused = [path for path in shipped() if outcome(path.read_bytes(), max_side=640)]

    assert len(shipped()) > 20
    assert {path.name for path in refused if path.suffix not in NO_PICTURES} <= KEPT_IN_PLANES


@pytest.mark.parametrize("max_side", [2048, 64], ids=["fits", "too-large"])
@pytest.mark.parametrize("kind", sorted(oddities.pictures()))
def test_an_odd_picture_is_taken(kind: str, max_side: int) -> None:
    prepared = prepare_picture(oddities.pictures()[kind], max_side=max_side)
    sent = picture_in(file_in(prepared))

    assert max(sent.size) <= max_side
    assert getattr(sent, "n_frames", 1) == 1
    assert not sent.getexif()


@pytest.mark.parametrize("kind", sorted(oddities.no_pictures()))
def test_what_is_no_picture_is_refused_in_a_sentence(kind: str) -> None:
    sentence = outcome(oddities.no_pictures()[kind], max_side=2048)

    assert sentence is not None
    assert sentence.startswith("The picture is ")
    assert sentence.endswith(".")


@settings(max_examples=250, deadline=None)
@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"]),
    image_format=st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"]),
    orientation=st.integers(0, 9),
    max_side=st.sampled_from([16, 100, 2048]),
)
def test_any_size_mode_and_orientation_is_taken(
    size: tuple[int, int], mode: str, image_format: str, orientation: int, max_side: int
) -> None:
    image = oddities.small().resize(size).convert(_nearest_mode(mode, image_format))
    options = (
        {"exif": exif_of(orientation).tobytes()} if image_format in {"PNG", "JPEG", "WEBP", "TIFF"} else {}
    )
    sent = picture_in(file_in(prepare_picture(file_of(image, image_format, **options), max_side=max_side)))
    upright = size[::-1] if orientation in {5, 6, 7, 8} and options else size

    assert max(sent.size) <= max(max_side, 1)
    assert (sent.width > sent.height) <= (upright[0] >= upright[1])
    assert (sent.width < sent.height) <= (upright[0] <= upright[1])
    if max(upright) <= max_side:
        assert sent.size == upright


def _nearest_mode(mode: str, image_format: str) -> str:
    written = {
        "JPEG": {"1", "L", "RGB", "CMYK"},
        "GIF": {"1", "L", "P", "RGB", "RGBA"},
        "BMP": {"1", "L", "P", "RGB", "RGBA"},
        "PNG": {"1", "L", "LA", "P", "RGB", "RGBA"},
        "WEBP": {"RGB", "RGBA"},
    }.get(image_format)
    return mode if written is None or mode in written else "RGB"


@cache
def victims() -> dict[str, bytes]:
    """Return real files, small enough to break thousands of times."""
    kinds = oddities.pictures()
    slow = {kind for kind, data in kinds.items() if len(data) > 40_000} | {
        "gif-10000-frames",
        "png-a-tower",
        "png-a-line",
    }
    return {kind: data for kind, data in kinds.items() if kind not in slow}


@pytest.mark.parametrize("kind", sorted(victims()))
def test_no_wrong_byte_does_harm(kind: str) -> None:
    """Half of the changes go into the first bytes, where the sizes, kinds and offsets are."""
    data = victims()[kind]
    random = np.random.default_rng(len(data))
    for attempt in range(FLIPS_OF_EACH_KIND):
        broken = bytearray(data)
        reach = min(len(data), 200) if attempt % 2 else len(data)
        for place in random.integers(0, reach, 1 + attempt % 4):
            broken[place] ^= int(random.integers(1, 256))
        outcome(bytes(broken), max_side=SIDE if attempt % 3 else 2048)


@pytest.mark.parametrize("kind", sorted(victims()))
def test_no_cut_does_harm(kind: str) -> None:
    data = victims()[kind]
    for end in np.linspace(0, len(data) - 1, CUTS_OF_EACH_KIND, dtype=int):
        outcome(data[:end], max_side=SIDE)


def test_there_are_enough_broken_files_to_mean_something() -> None:
    assert len(victims()) * (FLIPS_OF_EACH_KIND + CUTS_OF_EACH_KIND) >= 2000


def test_of_a_gif_the_first_picture_is_shown_as_a_player_would() -> None:
    """A first frame may be smaller than the canvas, and its place matters; around it nothing is."""
    frame = Image.new("RGB", (40, 30), (200, 30, 40)).quantize(2)
    data = bytearray(file_of(frame, "GIF"))
    data[6:10] = (100).to_bytes(2, "little") + (80).to_bytes(2, "little")
    place = data.index(b",\x00\x00\x00\x00")
    data[place + 1 : place + 5] = (30).to_bytes(2, "little") + (20).to_bytes(2, "little")
    sent = picture_in(file_in(prepare_picture(bytes(data))))
    inside = np.asarray(sent.convert("RGB"), dtype=int)[35, 50]

    assert sent.size == (100, 80)
    assert np.abs(inside - (200, 30, 40)).max() < 12
