"""A mask is exactly as large as its picture, and each of its pixels is white (to edit) or black (to keep)."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from nanobot.images.errors import MaskEmpty, NotAPicture, PictureTooLarge
from nanobot.images.prepare import prepare_mask
from tests.images.photographs import Pixels, exif_of, file_in, file_of, photograph, picture_in, pixels

CIRCLE = (100, 50, 300, 250)
SIZE = (450, 300)


def circle(mode: str, ground: object, ink: object) -> Image.Image:
    image = Image.new(mode, SIZE, ground)  # type: ignore[arg-type]  # Pillow spells its colours as a union of many
    ImageDraw.Draw(image).ellipse(CIRCLE, fill=ink)  # type: ignore[arg-type]  # as above
    return image


def erased() -> Image.Image:
    photo = photograph("coffee.png", "RGBA").resize(SIZE)
    photo.putalpha(circle("L", 255, 0))
    return photo


def mask_of(data: bytes, size: tuple[int, int] = SIZE) -> Pixels:
    prepared = prepare_mask(data, width=size[0], height=size[1])
    picture = picture_in(file_in(prepared))

    assert prepared.media_type == "image/png"
    assert picture.size == size
    assert set(np.unique(pixels(picture))) <= {0, 255}
    return pixels(picture, "L")


@pytest.mark.parametrize(
    "image",
    [
        circle("L", 0, 255),
        circle("RGB", (10, 20, 10), (250, 240, 255)),
        circle("RGBA", (0, 0, 0, 0), (255, 255, 255, 255)),
        circle("RGBA", (255, 255, 255, 0), (255, 255, 255, 255)),
        circle("RGBA", (0, 0, 0, 255), (0, 0, 0, 0)),
        erased(),
    ],
    ids=[
        "white-on-black",
        "nearly",
        "white-on-nothing",
        "white-on-white-nothing",
        "hole-in-black",
        "hole-in-photo",
    ],
)
def test_the_marked_region_is_white(image: Image.Image) -> None:
    expected = pixels(circle("L", 0, 255), "L")

    assert np.mean(mask_of(file_of(image, "PNG")) != expected) < 0.005


def test_a_lossy_mask_of_another_size_is_made_to_measure() -> None:
    data = file_of(circle("L", 0, 255), "JPEG", quality=40)
    expected = pixels(circle("L", 0, 255).resize((900, 1200)), "L") >= 128

    assert np.mean((mask_of(data, (900, 1200)) == 255) != expected) < 0.01


def test_a_mask_is_turned_like_its_picture() -> None:
    data = file_of(circle("L", 0, 255), "JPEG", exif=exif_of(6))
    expected = pixels(circle("L", 0, 255).transpose(Image.Transpose.ROTATE_270), "L")

    assert np.mean(mask_of(data, (300, 450)) != expected) < 0.01


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", SIZE, 0),
        Image.new("RGB", SIZE, (60, 60, 60)),
        ImageOps.invert(Image.new("L", SIZE, 255)),
    ],
    ids=["black", "grey", "inverted-white"],
)
def test_a_mask_that_marks_nothing_is_refused(image: Image.Image) -> None:
    with pytest.raises(MaskEmpty, match=r"^mask\.png marks nothing"):
        prepare_mask(file_of(image, "PNG"), width=40, height=40, name="mask.png")


def test_a_mask_that_is_no_picture_is_refused() -> None:
    with pytest.raises(NotAPicture):
        prepare_mask(b"the left half, please", width=40, height=40)


def test_a_mask_of_nothing_but_speckles_that_cannot_fit_is_refused() -> None:
    side = 5000
    speckles = np.random.default_rng(0).integers(0, 2, (side, side), dtype=np.uint8) * 255
    data = file_of(Image.fromarray(speckles), "BMP")

    with pytest.raises(PictureTooLarge):
        prepare_mask(data, width=side, height=side)
