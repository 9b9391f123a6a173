"""What is sent looks like the original: as a careful resize would leave it, with sharp text and clean edges."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage.metrics import structural_similarity

from nanobot.images.prepare import MAX_FILE_BYTES, file_bytes_within, prepare_picture, share_of_body
from tests.images.photographs import decibels, file_in, file_of, photograph, picture_in, pixels

RED, BLUE = (220, 20, 30), (20, 40, 200)


def likeness(image: Image.Image, expected: Image.Image) -> float:
    """Return the structural similarity: 1 for the same picture, above 0.98 no eye finds a difference."""
    grey = (pixels(each, "L") for each in (image, expected))
    return float(structural_similarity(*grey, data_range=255))  # type: ignore[no-untyped-call]  # it has no types


@pytest.mark.parametrize("max_side", [1280, 1024, 750])
@pytest.mark.parametrize(
    ("name", "image_format"),
    [("coffee.png", each) for each in ("JPEG", "PNG", "WEBP", "AVIF")] + [("rocket.jpg", "JPEG")],
)
def test_a_smaller_photograph_is_as_good_as_a_careful_resize(
    name: str, image_format: str, max_side: int
) -> None:
    """The reference decodes the whole file and resizes it with Lanczos, at whatever size was chosen for sending."""
    data = file_of(photograph(name).resize((1500, 1000), Image.Resampling.LANCZOS), image_format, quality=92)
    sent = picture_in(file_in(prepare_picture(data, max_side=max_side)))
    expected = picture_in(data).convert("RGB").resize(sent.size, Image.Resampling.LANCZOS)

    assert likeness(sent, expected) > 0.98


@pytest.mark.parametrize(
    ("image_format", "width", "height", "sent_width"),
    [("JPEG", 4032, 3024, 2016), ("PNG", 4032, 3024, 2016), ("JPEG", 4608, 3456, 2048)],
    ids=["JPEG 12 MP, halved by its decoder", "PNG 12 MP, averaged", "JPEG 16 MP, halved and resized"],
)
def test_a_photograph_of_a_phone_is_as_good_as_a_careful_resize(
    image_format: str, width: int, height: int, sent_width: int
) -> None:
    original = grained(photograph("coffee.png").resize((width, height), Image.Resampling.BICUBIC))
    options = {"quality": 92} if image_format == "JPEG" else {"compress_level": 1}
    data = file_of(original, image_format, **options)
    sent = picture_in(file_in(prepare_picture(data)))
    expected = picture_in(data).convert("RGB").resize(sent.size, Image.Resampling.LANCZOS)

    assert sent.width == sent_width
    assert likeness(sent, expected) > 0.98


def grained(image: Image.Image) -> Image.Image:
    """Return a photograph with the noise of a sensor."""
    grain = np.random.default_rng(0).integers(-4, 5, (image.height, image.width, 1), dtype=np.int16)
    return Image.fromarray((np.asarray(image, dtype=np.int16) + grain).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("max_side", [1000, 700, 350])
def test_what_is_cut_out_has_no_halo(max_side: int) -> None:
    """Transparent pixels have a colour too, often a shrill one: resized with the rest it would shine at the edge."""
    disc = Image.new("RGBA", (1000, 1000), (255, 0, 255, 0))
    ImageDraw.Draw(disc).ellipse((100, 100, 900, 900), fill=(40, 160, 60, 255))
    sent = picture_in(file_in(prepare_picture(file_of(disc, "PNG"), max_side=max_side)))
    page = Image.new("RGBA", sent.size, (40, 160, 60, 255))
    page.alpha_composite(sent.convert("RGBA"))

    assert np.abs(pixels(page) - (40, 160, 60)).max() < 30


def screenshot(ink: tuple[int, int, int], ground: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", (2880, 1800), ground)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(22)
    for line in range(60):
        draw.text((40, 30 * line), "The quick brown fox jumps over the lazy dog. " * 6, fill=ink, font=font)
    return image


@pytest.mark.parametrize(
    ("ink", "ground"),
    [((0, 0, 0), (255, 255, 255)), (RED, BLUE)],
    ids=["black-on-white", "red-on-blue"],
)
def test_text_of_a_screenshot_stays_readable(ink: tuple[int, int, int], ground: tuple[int, int, int]) -> None:
    """Red on blue has hardly any contrast but that of colour, which a JPEG usually stores at half size."""
    original = screenshot(ink, ground)
    sent = picture_in(file_in(prepare_picture(file_of(original, "PNG"))))
    expected = original.resize(sent.size, Image.Resampling.LANCZOS)

    assert sent.width == 2048
    assert likeness(sent, expected) > 0.97
    assert decibels(sent, expected) > 27


def noise(side: int) -> Image.Image:
    numbers = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(numbers)


def test_no_better_quality_would_have_fitted() -> None:
    """What does not fit at the usual quality loses only as much as it must: one step better is too large."""
    original = noise(2048)
    data = file_in(prepare_picture(file_of(original, "BMP")))
    sizes = {quality: len(file_of(original, "JPEG", quality=quality)) for quality in range(50, 96)}
    best = max(quality for quality, size in sizes.items() if size <= MAX_FILE_BYTES)

    assert best < 95
    assert len(data) == sizes[best]


@pytest.mark.parametrize("pictures", [1, 2, 4, 5, 10])
def test_pictures_of_one_request_fit_into_its_body_together(pictures: int) -> None:
    share = share_of_body(pictures)
    data = file_of(noise(2048), "BMP")
    prepared = [prepare_picture(data, max_data_url_bytes=share) for _ in range(pictures)]

    assert sum(picture.data_url_bytes for picture in prepared) <= 16_000_000
    assert all(file_bytes_within(share) * 0.5 < len(file_in(picture)) for picture in prepared)


@pytest.mark.parametrize("bound", [2000, 65_000, 700_001])
def test_any_bound_is_kept_to_the_byte(bound: int) -> None:
    prepared = prepare_picture(file_of(noise(600), "PNG"), max_data_url_bytes=bound)

    assert len(b"".join(prepared.data_url)) <= bound
    assert len(file_in(prepared)) > 0
