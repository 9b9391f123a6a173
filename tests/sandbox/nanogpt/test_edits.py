"""What an edit promises, measured on real photographs."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.sandbox.nanogpt.painter import paint
from tests.sandbox.nanogpt.measures import brightness, difference, edited, likeness
from tests.sandbox.nanogpt.photographs import disc_mask, opened, photograph

INPAINTER = MODELS["flux-lora/inpainting"]
CAT = photograph("chelsea.png")


@pytest.mark.parametrize(
    "prompt",
    [
        "make it night",
        "at sunset",
        "at dawn",
        "a sunny day",
        "make it snow",
        "rain",
        "fog",
        "autumn",
        "watercolor",
        "pencil sketch",
        "pixel art",
        "as a cartoon",
        "neon",
        "black and white",
        "sepia",
        "everything blue",
        "zxcv qwer",
    ],
)
@pytest.mark.parametrize("name", ["chelsea.png", "astronaut.png"])
def test_an_edit_differs_from_its_picture_and_keeps_its_structure(prompt: str, name: str) -> None:
    before = ImageOps.fit(opened(photograph(name)).convert("RGB"), (512, 512))
    after = edited(prompt, photograph(name))

    assert difference(before, after) > 4
    assert likeness(before, after) > 0.75


def test_likeness_tells_pictures_apart() -> None:
    """The measure of the test above would notice a picture that does not derive from its input."""
    one, other = (
        ImageOps.fit(opened(photograph(name)).convert("RGB"), (512, 512))
        for name in ("chelsea.png", "astronaut.png")
    )

    assert abs(likeness(one, other)) < 0.5


def test_night_darkens_and_snow_brightens() -> None:
    before = brightness(edited("x", CAT, strength=0))

    assert brightness(edited("make it night", CAT)) < 0.6 * before
    assert brightness(edited("make it snow", photograph("rocket.jpg"))) > 1.3 * brightness(
        edited("x", photograph("rocket.jpg"), strength=0)
    )


def test_strength_says_how_far_an_edit_goes() -> None:
    before = ImageOps.fit(opened(CAT).convert("RGB"), (512, 512)).crop((0, 0, 512, 450))
    differences = [
        difference(before, edited("make it night", CAT, strength=strength).crop((0, 0, 512, 450)))
        for strength in (0.0, 0.3, 1.0)
    ]

    assert differences[0] < 2
    assert differences[0] < differences[1] < differences[2]


@pytest.mark.parametrize("prompt", ["make it night", "a boat on the sea", "zxcv"])
def test_only_what_the_mask_shows_white_is_painted_anew(prompt: str) -> None:
    with opened(CAT) as cat:
        before = cat.convert("RGB")
    mask = disc_mask(*before.size)
    after = opened(paint(prompt, model=INPAINTER, seed=1, size="auto", pictures=[CAT], mask=mask))
    changed = ImageOps.grayscale(ImageChops.difference(before, after))
    inside = ImageStat.Stat(changed, mask=opened(mask)).mean[0]
    outside = ImageStat.Stat(changed, mask=ImageOps.invert(opened(mask)))

    assert inside > 5
    assert outside.extrema[0] == (0, 0)


def test_a_black_mask_changes_nothing() -> None:
    buffer = io.BytesIO()
    Image.new("L", (10, 10)).save(buffer, "PNG")
    after = opened(
        paint("a boat", model=INPAINTER, seed=1, size="auto", pictures=[CAT], mask=buffer.getvalue())
    )

    assert difference(opened(CAT).convert("RGB"), after) == 0


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_several_pictures_become_a_collage_of_all(count: int) -> None:
    """Leaving any one picture out changes the collage."""
    names = ["chelsea.png", "astronaut.png", "coffee.png", "rocket.jpg", "retina.jpg"][:count]
    whole = edited("combine these", *(photograph(name) for name in names))
    for left_out in range(count):
        others = [
            photograph("hubble_deep_field.jpg" if n == left_out else name) for n, name in enumerate(names)
        ]

        assert difference(whole, edited("combine these", *others)) > 3


def test_an_edit_of_automatic_size_keeps_the_size_of_its_picture() -> None:
    assert edited("night", CAT, size="auto").size == opened(CAT).size


def test_the_upscaler_doubles_a_picture_and_changes_nothing_else() -> None:
    before = opened(CAT).convert("RGB")
    after = opened(paint("larger", model=MODELS["Upscaler"], seed=1, size="auto", pictures=[CAT]))

    assert after.size == (before.width * 2, before.height * 2)
    assert difference(before, after.reduce(2)) < 2


def test_a_picture_is_turned_upright_before_it_isedited() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    opened(CAT).convert("RGB").save(buffer, "JPEG", exif=exif)
    width, height = opened(CAT).size

    assert edited("night", buffer.getvalue(), size="auto").size == (height, width)


@pytest.mark.parametrize("name", ["no_time_for_that_tiny.gif", "logo.png", "page.png", "retina.jpg"])
def test_every_kind_of_picture_can_beedited(name: str) -> None:
    assert edited("make it night", photograph(name)).size == (512, 512)
