"""Pictures of every kind come out upright, in the right colours and without metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from nanobot.images.prepare import prepare_picture
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

# What a viewer does with the stored picture to show it upright (EXIF 2.32, 4.6.4, tag 274), in numpy's words.
_UPRIGHT: dict[int, Callable[[Any], Any]] = {
    1: lambda stored: stored,
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: lambda stored: np.transpose(stored, (1, 0, 2)),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(np.transpose(stored, (1, 0, 2)), 2),
    8: np.rot90,
}


def prepared_picture(data: bytes, **options: Any) -> Image.Image:
    return picture_in(file_in(prepare_picture(data, **options)))


def flat(colour: tuple[int, ...], mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (64, 64), colour)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_the_exif_orientation_is_applied(image_format: str, orientation: int) -> None:
    stored = photograph("rocket.jpg")
    data = file_of(stored, image_format, exif=exif_of(orientation).tobytes())
    upright = Image.fromarray(_UPRIGHT[orientation](np.asarray(stored)))

    assert decibels(prepared_picture(data), upright) > 30


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_exif_orientation_is_applied_to_what_the_decoder_scaled_down(orientation: int) -> None:
    stored = photograph("rocket.jpg")
    data = file_of(stored, "JPEG", exif=exif_of(orientation), quality=95)
    upright = Image.fromarray(_UPRIGHT[orientation](np.asarray(stored.reduce(2))))

    assert decibels(prepared_picture(data, max_side=330), upright) > 30


def test_a_heic_is_turned_only_as_its_own_boxes_say() -> None:
    """EXIF's orientation is only information in a HEIC (ISO/IEC 23008-12, annex A.2.1)."""
    upright = photograph("rocket.jpg")
    data = file_of(upright, "HEIF", exif=exif_of(6))  # Pillow's own EXIF writes no box that turns

    assert decibels(prepared_picture(data), upright) > 30


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
@pytest.mark.parametrize("orientation", [1, 6], ids=["as-it-is", "turned"])
@pytest.mark.parametrize("max_side", [2048, 200], ids=["fits", "too-large"])
def test_the_place_is_not_sent_along(image_format: str, orientation: int, max_side: int) -> None:
    data = file_of(photograph(), image_format, exif=exif_of(orientation))
    sent = file_in(prepare_picture(data, max_side=max_side))

    assert PLACE in data
    assert PLACE not in sent
    assert not picture_in(sent).getexif()


@pytest.mark.parametrize("image_format", ["JPEG", "GIF"])
def test_a_comment_is_not_sent_along(image_format: str) -> None:
    data = file_of(photograph(), image_format, comment=PLACE)

    assert PLACE in data
    assert PLACE not in file_in(prepare_picture(data, max_side=200))


def test_a_profile_that_was_applied_is_not_sent_along() -> None:
    data = file_of(cut_out(), "PNG", icc_profile=display_p3())

    assert "icc_profile" not in picture_in(file_in(prepare_picture(data))).info


@pytest.mark.parametrize("image_format", ["BMP", "TIFF", "AVIF", "HEIF", "WEBP", "PNG", "JPEG", "GIF"])
def test_every_format_is_read(image_format: str) -> None:
    original = photograph("coffee.png")
    picture = prepared_picture(file_of(original, image_format))

    assert decibels(picture, original) > 27


def test_cmyk_of_a_printer_comes_out_in_its_colours() -> None:
    original = photograph("coffee.png")
    data = file_of(original.convert("CMYK"), "JPEG", quality=95)

    assert decibels(prepared_picture(data), original) > 28


@pytest.mark.parametrize(
    ("numbers", "image_format"),
    [
        ("uint16", "PNG"),
        ("uint16", "TIFF"),
        (">u2", "TIFF"),
        ("int32", "TIFF"),
        ("float32", "TIFF"),
    ],
    ids=["png-16", "tiff-16", "tiff-16-big-endian", "tiff-32", "tiff-float"],
)
def test_deep_grey_is_scaled_and_not_clipped(numbers: str, image_format: str) -> None:
    original = photograph("camera.png", "L")
    deep = (np.asarray(original, dtype=np.uint32) * 257).astype(numbers)

    assert decibels(prepared_picture(file_of(Image.fromarray(deep), image_format)), original) > 35


@pytest.mark.parametrize(
    ("scale", "offset"),
    [(1 / 255, 0), (1, 0), (1000, 0), (2, -255)],
    ids=["0-to-1", "0-to-255", "beyond-16-bits", "below-0"],
)
def test_numbers_with_a_point_are_scaled_by_the_range_in_use(scale: float, offset: float) -> None:
    original = photograph("camera.png", "L")
    numbers = np.asarray(original, dtype=np.float32) * np.float32(scale) + np.float32(offset)

    assert decibels(prepared_picture(file_of(Image.fromarray(numbers), "TIFF")), original) > 35


def test_numbers_that_are_none_do_not_stop_a_picture() -> None:
    numbers = np.full((40, 40), np.nan, dtype=np.float32)

    assert prepared_picture(file_of(Image.fromarray(numbers), "TIFF")).size == (40, 40)


@pytest.mark.parametrize("max_side", [2048, 256], ids=["fits", "too-large"])
@pytest.mark.parametrize("mode", ["L", "1", "P", "LA"])
def test_grey_black_and_white_and_palettes_keep_their_look(mode: str, max_side: int) -> None:
    original = photograph("camera.png").convert(mode)
    picture = prepared_picture(file_of(original, "PNG"), max_side=max_side)
    expected = original.convert("RGB").resize(picture.size, Image.Resampling.BOX)

    assert decibels(picture, expected) > 25


@pytest.mark.parametrize("image_format", ["PNG", "GIF"])
@pytest.mark.parametrize("max_side", [2048, 200], ids=["fits", "too-large"])
def test_a_palette_with_a_transparent_colour_keeps_its_holes(image_format: str, max_side: int) -> None:
    palette = Image.new("P", (300, 300), 1)
    palette.putpalette([0, 0, 0, 200, 30, 40, 30, 200, 40])
    palette.paste(0, (0, 0, 150, 300))
    picture = prepared_picture(file_of(palette, image_format, transparency=0), max_side=max_side).convert(
        "RGBA"
    )
    left, right = (picture.getpixel((picture.width * part // 4, 10)) for part in (1, 3))

    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[3] == 0
    assert right[3] == 255
    assert np.abs(np.array(right[:3]) - (200, 30, 40)).max() < 8


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_one_colour_that_stands_for_transparency_stays_transparent(mode: str) -> None:
    picture = flat((200, 30, 40) if mode == "RGB" else (90,), mode)
    picture.paste(0, (0, 0, 32, 64))
    data = file_of(picture, "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)
    alpha = prepared_picture(data, max_side=32).getchannel("A")

    assert (alpha.getpixel((4, 4)), alpha.getpixel((28, 4))) == (0, 255)


@pytest.mark.parametrize("max_side", [2048, 100], ids=["fits", "too-large"])
def test_transparency_that_is_not_kept_is_white(max_side: int) -> None:
    horse = cut_out()
    picture = prepared_picture(file_of(horse, "PNG"), max_side=max_side, keep_transparency=False)
    page = Image.new("RGBA", horse.size, "white")
    page.alpha_composite(horse)

    assert picture.mode == "RGB"
    assert decibels(picture, page.convert("RGB").resize(picture.size, Image.Resampling.BOX)) > 25


def test_transparency_is_kept_in_a_smaller_picture() -> None:
    horse = cut_out()
    picture = prepared_picture(file_of(horse, "PNG"), max_side=200)

    assert decibels(picture.getchannel("A"), horse.resize(picture.size).getchannel("A"), "L") > 28


def _linear(values: Any) -> Any:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _curved(values: Any) -> Any:
    return np.where(
        values <= 0.0031308, values * 12.92, 1.055 * np.clip(values, 0, None) ** (1 / 2.4) - 0.055
    )


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_display_p3_of_a_phone_becomes_srgb(image_format: str) -> None:
    """The matrix is that of https://www.w3.org/TR/css-color-4/#color-conversion-code, P3 to XYZ to sRGB."""
    colour = np.array([200, 100, 60])
    p3_to_srgb = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0196, -0.0786, 1.0979]])
    expected = _curved(p3_to_srgb @ _linear(colour / 255)) * 255
    picture = prepared_picture(file_of(flat((200, 100, 60)), image_format, icc_profile=display_p3()))

    assert np.abs(expected - colour).max() > 10
    assert np.abs(pixels(picture)[30, 30] - expected).max() < 5


def test_transparency_survives_the_way_to_srgb() -> None:
    horse = cut_out()
    picture = prepared_picture(file_of(horse, "PNG", icc_profile=display_p3()))

    assert decibels(picture.getchannel("A"), horse.getchannel("A"), "L") > 28


@pytest.mark.parametrize(
    "profile",
    [
        b"not a profile at all",
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
        display_p3()[:300],
    ],
    ids=["garbage", "of-another-space", "cut-short"],
)
@pytest.mark.parametrize("max_side", [2048, 200], ids=["fits", "too-large"])
def test_a_profile_that_is_broken_or_does_not_belong_is_ignored(profile: bytes, max_side: int) -> None:
    original = photograph("coffee.png")
    picture = prepared_picture(file_of(original, "JPEG", icc_profile=profile, quality=95), max_side=max_side)

    assert decibels(picture, original.resize(picture.size, Image.Resampling.BOX)) > 28


@pytest.mark.parametrize("has_profile", [True, False], ids=["with-profile", "without"])
def test_lab_of_an_editor_comes_out_in_its_colours(has_profile: bool) -> None:
    original = photograph("coffee.png")
    lab = ImageCms.profileToProfile(
        original, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    if not has_profile:
        lab.info.clear()

    assert decibels(prepared_picture(file_of(lab, "TIFF")), original) > 28


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP", "AVIF"])
def test_of_an_animation_the_first_picture_is_taken(image_format: str) -> None:
    first, second = photograph("coffee.png"), photograph("coffee.png").transpose(Image.Transpose.ROTATE_180)
    data = file_of(first, image_format, save_all=True, append_images=[second], duration=100)
    prepared = prepare_picture(data)

    assert decibels(picture_in(file_in(prepared)), first) > 27
    assert getattr(picture_in(file_in(prepared)), "n_frames", 1) == 1


def test_a_real_animated_gif_becomes_its_first_picture() -> None:
    data = (FOLDER / "no_time_for_that_tiny.gif").read_bytes()
    first = picture_in(data).convert("RGB")

    assert decibels(prepared_picture(data), first) > 25
