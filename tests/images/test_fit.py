"""A finished picture is posted as it is if it fits, and as well as possible if it does not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nanobot.images.encode import encode_within
from nanobot.images.errors import NotAPicture, PictureTooCostly, PictureUnreadable
from nanobot.images.fit import fit_for_upload, whole_picture_dimensions
from nanobot.images.metadata import PictureDetails, read_details
from tests.images.photographs import FOLDER, cut_out, decibels, file_of, photograph, picture_in


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("astronaut.png", ".png"),
        ("rocket.jpg", ".jpg"),
        ("no_time_for_that_tiny.gif", ".gif"),
        ("multipage.tif", ".tiff"),
    ],
)
def test_a_file_that_fits_is_left_byte_for_byte(name: str, suffix: str) -> None:
    data = (FOLDER / name).read_bytes()
    upload = fit_for_upload(data, max_bytes=len(data))

    assert upload.data == data
    assert upload.suffix == suffix


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "AVIF", "TIFF"])
def test_a_file_that_does_not_fit_becomes_a_jpeg_that_does(image_format: str) -> None:
    original = photograph("astronaut.png")
    data = file_of(original, image_format, quality=100)
    upload = fit_for_upload(data, max_bytes=len(data) - 1)

    assert len(upload.data) < len(data)
    assert upload.suffix == ".jpg"
    assert decibels(picture_in(upload.data), original) > 35


def test_transparency_survives_a_tight_limit() -> None:
    original = cut_out()
    upload = fit_for_upload(file_of(original, "PNG"), max_bytes=60_000)
    picture = picture_in(upload.data)

    assert upload.suffix == ".webp"
    assert decibels(picture.getchannel("A"), original.getchannel("A"), "L") > 30


@pytest.mark.parametrize(
    ("spared", "is_told"),
    [
        pytest.param(-10_000, True, id="fits with its words"),
        pytest.param(0, False, id="fits without"),
        pytest.param(1, True, id="made smaller"),
    ],
)
def test_how_it_was_made_goes_along_where_there_is_room(spared: int, is_told: bool) -> None:
    """A file that just fits is rather posted without the words than with fewer pixels."""
    data = (FOLDER / "astronaut.png").read_bytes()
    fox = PictureDetails(prompt="a red fox", model="hidream", width=512, height=512, seed=42)
    upload = fit_for_upload(data, max_bytes=len(data) - spared, details=fox)

    assert read_details(upload.data) == (fox if is_told else None)
    assert len(upload.data) <= len(data) - spared
    assert (upload.data == data) is (spared == 0)


@settings(max_examples=15, deadline=None)
@given(
    max_bytes=st.integers(1024, 800_000), name=st.sampled_from(["astronaut.png", "rocket.jpg", "page.png"])
)
def test_every_limit_is_kept_and_more_room_is_used(max_bytes: int, name: str) -> None:
    data = (FOLDER / name).read_bytes()
    upload = fit_for_upload(data, max_bytes=max_bytes)

    assert len(upload.data) <= max_bytes
    assert picture_in(upload.data).width > 20


def test_a_limit_that_no_picture_can_keep_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="1000 bytes"):
        fit_for_upload((FOLDER / "rocket.jpg").read_bytes(), max_bytes=1000)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"])
def test_a_broken_file_is_never_posted(image_format: str) -> None:
    data = file_of(photograph(), image_format)

    with pytest.raises(PictureUnreadable):
        fit_for_upload(data[: len(data) * 2 // 3], max_bytes=10_000_000)


@pytest.mark.parametrize("data", [b"", b"<html>504 Gateway Time-out</html>"], ids=["nothing", "page"])
def test_what_is_no_picture_is_never_posted(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        fit_for_upload(data, max_bytes=10_000_000)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_a_whole_file_is_told_from_one_that_breaks_off(image_format: str) -> None:
    """Also in formats whose shell tells nothing, which are decoded for it."""
    data = file_of(photograph("rocket.jpg"), image_format)

    assert whole_picture_dimensions(data) == (640, 427)
    with pytest.raises(PictureUnreadable):
        whole_picture_dimensions(data[: len(data) // 2])


def test_noise_that_passes_the_bounds_of_webp_gives_a_sentence() -> None:
    side = 4200
    noise = Image.frombytes("RGBA", (side, side), random.Random(1).randbytes(4 * side * side))

    with pytest.raises(PictureTooCostly):
        encode_within(noise, max_bytes=1_000_000, qualities=(95, 70))
