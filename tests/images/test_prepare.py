"""A picture becomes a data URL that NanoGPT takes, as close to the original as 4 MB allow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from nanobot.images.errors import PictureTooLarge
from nanobot.images.prepare import MAX_DATA_URL_BYTES, prepare_picture
from tests.images.photographs import (
    FOLDER,
    PLACE,
    cut_out,
    decibels,
    display_p3,
    exif_of,
    file_in,
    file_of,
    photograph,
    picture_in,
    pixels,
)


@pytest.mark.parametrize(
    "name", ["astronaut.png", "chelsea.png", "retina.jpg", "hubble_deep_field.jpg", "logo.png", "text.png"]
)
def test_a_picture_that_fits_keeps_every_pixel(name: str) -> None:
    data = (FOLDER / name).read_bytes()

    assert np.array_equal(
        pixels(picture_in(file_in(prepare_picture(data))), "RGBA"), pixels(picture_in(data), "RGBA")
    )


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_metadata_is_cut_out_without_touching_the_pixels(image_format: str) -> None:
    original = file_of(
        photograph(), image_format, exif=exif_of(1), xmp=b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"
    )
    sent = file_in(prepare_picture(original))

    assert PLACE in original
    assert PLACE not in sent
    assert len(sent) < len(original)
    assert np.array_equal(pixels(picture_in(sent)), pixels(picture_in(original)))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 4}], ids=str)
def test_what_hangs_behind_a_jpeg_is_not_sent(options: dict[str, object]) -> None:
    """Phones hang films behind their "motion photos", with sound and place; markers in them count for nothing."""
    photo = file_of(photograph(), "JPEG", **options)
    film = PLACE + b"\xff\xda\x00\x02" * 500 + b"\xff\xd9"

    assert file_in(prepare_picture(photo + film)) == file_in(prepare_picture(photo))
    assert PLACE not in file_in(prepare_picture(photo + film))


def test_of_a_file_with_two_pictures_the_first_is_sent() -> None:
    first = photograph()
    data = file_of(first, "MPO", save_all=True, append_images=[photograph("coffee.png")], quality=90)
    sent = file_in(prepare_picture(data))

    assert len(sent) < len(data)
    assert decibels(picture_in(sent), first) > 35


def test_a_still_webp_with_transparency_is_cut_free_of_metadata() -> None:
    original = file_of(cut_out(), "WEBP", exif=exif_of(1), quality=80)
    sent = file_in(prepare_picture(original))

    assert PLACE not in sent
    assert np.array_equal(pixels(picture_in(sent), "RGBA"), pixels(picture_in(original), "RGBA"))


@pytest.mark.parametrize(
    ("width", "height"), [(4032, 3024), (3000, 2000), (2049, 5), (5, 9000), (2500, 2500)]
)
def test_the_longest_side_is_bounded_and_the_proportions_stay(width: int, height: int) -> None:
    data = file_of(photograph().resize((width, height)), "JPEG")
    prepared = prepare_picture(data, max_side=2048)

    assert 1500 <= max(prepared.width, prepared.height) <= 2048
    assert abs(prepared.width / width - prepared.height / height) * max(width, height) <= max(
        width, height
    ) / min(width, height)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_a_smaller_picture_still_shows_the_same(image_format: str) -> None:
    original = photograph("astronaut.png").resize((1500, 1500), Image.Resampling.LANCZOS)
    prepared = prepare_picture(file_of(original, image_format, quality=95), max_side=640)
    expected = original.resize((prepared.width, prepared.height), Image.Resampling.LANCZOS)

    assert decibels(picture_in(file_in(prepared)), expected) > 30


def test_a_small_picture_is_never_enlarged() -> None:
    prepared = prepare_picture(file_of(Image.new("RGB", (3, 1), "red"), "BMP"))

    assert (prepared.width, prepared.height) == (3, 1)


def noise(width: int, height: int, channels: int, seed: int) -> Image.Image:
    numbers = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    return Image.fromarray(numbers)


def test_noise_that_does_not_fit_at_good_quality_is_made_to_fit() -> None:
    prepared = prepare_picture(file_of(noise(2048, 2048, 3, 0), "PNG", compress_level=0))

    assert 2_000_000 < prepared.data_url_bytes <= MAX_DATA_URL_BYTES
    assert picture_in(file_in(prepared)).size == (2048, 2048)


def test_where_no_quality_fits_the_picture_is_made_smaller() -> None:
    prepared = prepare_picture(file_of(noise(4000, 4000, 3, 0), "BMP"), max_side=8192)

    assert 2_000_000 < prepared.data_url_bytes <= MAX_DATA_URL_BYTES
    assert 1000 < prepared.width == prepared.height < 4000


def test_a_picture_that_takes_nearly_all_memory_is_refused_rather_than_sent_tiny() -> None:
    data = file_of(cut_out().resize((2400, 1600)), "PNG", compress_level=1)
    sides = []
    for megabytes in (30, 33.3, 33.5, 34, 38, 42, 50, 70):
        try:
            prepared = prepare_picture(data, max_memory_bytes=len(data) + int(megabytes * 1_000_000))
        except PictureTooLarge:
            sides.append(0)
        else:
            sides.append(prepared.width)

    assert sides == sorted(sides)
    assert sides[:4] == [0, 0, 0, 0]
    assert 1024 <= next(side for side in sides if side) < sides[-1]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    width=st.integers(1, 2600),
    height=st.integers(1, 2600),
    channels=st.sampled_from([3, 4]),
    image_format=st.sampled_from(["PNG", "TIFF", "WEBP"]),
    seed=st.integers(0, 3),
)
def test_no_data_url_is_longer_than_allowed(
    width: int, height: int, channels: int, image_format: str, seed: int
) -> None:
    options = {"compress_level": 0} if image_format == "PNG" else {"quality": 100, "method": 0}
    prepared = prepare_picture(file_of(noise(width, height, channels, seed), image_format, **options))

    assert picture_in(file_in(prepared)).mode in {"RGB", "RGBA"}
    assert max(prepared.width, prepared.height) <= min(2048, max(width, height))


def test_a_file_just_over_the_bound_is_not_passed_through() -> None:
    """The 4 MB count the text, which is a third longer than the file."""
    data = file_of(noise(1000, 1005, 3, 0), "PNG", compress_level=0)

    assert 3_000_000 < len(data) < MAX_DATA_URL_BYTES
    assert prepare_picture(data).media_type == "image/jpeg"


def test_a_profile_that_means_srgb_does_not_cost_the_pixels() -> None:
    original = photograph("astronaut.png")
    srgb = display_p3().replace("DiP3".encode("utf-16-be"), "sRGB".encode("utf-16-be"))
    sent = file_in(prepare_picture(file_of(original, "PNG", icc_profile=srgb)))

    assert "icc_profile" not in picture_in(sent).info
    assert np.array_equal(pixels(picture_in(sent)), pixels(original))


@pytest.mark.parametrize("is_opaque", [True, False])
def test_transparency_that_is_not_kept_costs_no_quality_where_it_is_not_used(is_opaque: bool) -> None:
    """Screenshots have an alpha channel that says nothing: their text stays as sharp as it was."""
    screenshot = photograph("text.png", "RGBA")
    if not is_opaque:
        screenshot.putpixel((0, 0), (0, 0, 0, 0))
    sent = picture_in(file_in(prepare_picture(file_of(screenshot, "PNG"), keep_transparency=False)))

    assert np.array_equal(pixels(sent, "RGBA"), pixels(screenshot, "RGBA")) == is_opaque
    assert sent.convert("RGBA").getchannel("A").getextrema() == (255, 255)


def test_the_pictures_behind_the_first_go_with_their_table() -> None:
    """Phones hang a map of brightness behind a photograph (MPF, CIPA DC-007), which would be looked for where it was cut."""
    photo = photograph()
    both = file_of(photo, "MPO", save_all=True, append_images=[photo.convert("L").resize((100, 70))])
    sent = file_in(prepare_picture(both))

    assert b"MPF\x00" in both
    assert b"MPF\x00" not in sent
    assert (sent.count(b"\xff\xd8\xff"), sent[-2:]) == (1, b"\xff\xd9")
    assert picture_in(sent).format == "JPEG"
    assert np.array_equal(pixels(picture_in(sent)), pixels(picture_in(both)))
