"""What the painter promises, measured on real photographs."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.sandbox.nanogpt.painter import paint
from tests.sandbox.nanogpt.photographs import disc_mask, opened, photograph

TEXT = MODELS["hidream"]
EDITOR = MODELS["flux-kontext"]
INPAINTER = MODELS["flux-lora/inpainting"]
CAT = photograph("chelsea.png")


def _painted(prompt: str, *, seed: int = 1, size: str = "512x512") -> Image.Image:
    return opened(paint(prompt, model=TEXT, seed=seed, size=size))


def _edited(prompt: str, *pictures: bytes, size: str = "512x512", strength: float = 0.8) -> Image.Image:
    return opened(paint(prompt, model=EDITOR, seed=1, size=size, pictures=pictures, strength=strength))


def _brightness(picture: Image.Image) -> float:
    return ImageStat.Stat(ImageOps.grayscale(picture)).mean[0]


def _difference(one: Image.Image, other: Image.Image) -> float:
    return ImageStat.Stat(ImageOps.grayscale(ImageChops.difference(one, other))).mean[0]


def _likeness(one: Image.Image, other: Image.Image) -> float:
    """Return Pearson's correlation of two pictures' brightness, over 32x32 fields of the part without letters."""
    fields = []
    for picture in (one, other):
        without_letters = picture.crop((0, 0, picture.width, picture.height * 9 // 10))
        small = ImageOps.grayscale(without_letters).resize((32, 32), Image.Resampling.BOX)
        values = list(small.tobytes())
        mean = sum(values) / len(values)
        fields.append([value - mean for value in values])
    a, b = fields
    squares = sum(x * x for x in a) * sum(y * y for y in b)
    return float(sum(x * y for x, y in zip(a, b, strict=True)) / squares**0.5)


@pytest.mark.parametrize("size", ["512x512", "1024x1024", "1344x768", "768x1344"])
def test_a_painting_has_the_size_asked_for(size: str) -> None:
    width, height = _painted("a red fox", size=size).size

    assert f"{width}x{height}" == size


def test_the_same_order_gives_the_same_picture_in_another_process() -> None:
    """Text's hash differs from process to process; the painter does not rest on it."""
    program = (
        "import hashlib\n"
        "from nanobot.sandbox.nanogpt.catalogue import MODELS\n"
        "from nanobot.sandbox.nanogpt.painter import paint\n"
        "png = paint('zxcv qwer', model=MODELS['hidream'], seed=3, size='512x512')\n"
        "print(hashlib.sha256(png).hexdigest())"
    )
    digests = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for hash_seed in ("1", "2")
    ]

    assert digests[0] == digests[1]
    assert len(digests[0].strip()) == 64


@pytest.mark.parametrize("prompt", ["zxcv qwer", "a castle in the desert", "space", "a harbour at noon"])
def test_another_seed_gives_another_picture(prompt: str) -> None:
    assert _difference(_painted(prompt, seed=1), _painted(prompt, seed=2)) > 3


def test_another_model_gives_another_picture() -> None:
    one, other = (
        opened(paint("hills", model=MODELS[name], seed=1, size="512x512")) for name in ("hidream", "bagel")
    )

    assert _difference(one, other) > 3


def test_words_set_the_light_and_the_colours() -> None:
    red, blue = (ImageStat.Stat(_painted(f"{colour} hills at noon")).mean for colour in ("red", "blue"))

    assert _brightness(_painted("hills at night")) < 0.6 * _brightness(_painted("hills at noon"))
    assert red[0] - red[2] > blue[0] - blue[2] + 40


@pytest.mark.parametrize(
    ("bare", "named"),
    [
        ("a forest at noon", "a forest at noon with a fox"),
        ("the sea at noon", "the sea at noon and a sailboat"),
        ("a forest at noon", "a forest at noon with two cats"),
        ("a meadow at noon", "a meadow at noon with a castle"),
    ],
)
def test_what_the_prompt_names_stands_in_the_picture(bare: str, named: str) -> None:
    middle = (128, 200, 384, 470)

    assert _difference(_painted(bare).crop(middle), _painted(named).crop(middle)) > 15


def test_a_colour_belongs_to_the_animal_it_stands_before() -> None:
    """The body of a red cat is red, that of a blue one blue."""
    red, blue = (
        ImageStat.Stat(_painted(f"a {colour} cat in a meadow at noon").crop((225, 290, 287, 340))).mean
        for colour in ("red", "blue")
    )

    assert red[0] > red[2] + 60
    assert blue[2] > blue[0] + 60


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
    after = _edited(prompt, photograph(name))

    assert _difference(before, after) > 4
    assert _likeness(before, after) > 0.75


def test_likeness_tells_pictures_apart() -> None:
    """The measure of the test above would notice a picture that does not derive from its input."""
    one, other = (
        ImageOps.fit(opened(photograph(name)).convert("RGB"), (512, 512))
        for name in ("chelsea.png", "astronaut.png")
    )

    assert abs(_likeness(one, other)) < 0.5


def test_night_darkens_and_snow_brightens() -> None:
    before = _brightness(_edited("x", CAT, strength=0))

    assert _brightness(_edited("make it night", CAT)) < 0.6 * before
    assert _brightness(_edited("make it snow", photograph("rocket.jpg"))) > 1.3 * _brightness(
        _edited("x", photograph("rocket.jpg"), strength=0)
    )


def test_strength_says_how_far_an_edit_goes() -> None:
    before = ImageOps.fit(opened(CAT).convert("RGB"), (512, 512)).crop((0, 0, 512, 450))
    differences = [
        _difference(before, _edited("make it night", CAT, strength=strength).crop((0, 0, 512, 450)))
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

    assert _difference(opened(CAT).convert("RGB"), after) == 0


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_several_pictures_become_a_collage_of_all(count: int) -> None:
    """Leaving any one picture out changes the collage."""
    names = ["chelsea.png", "astronaut.png", "coffee.png", "rocket.jpg", "retina.jpg"][:count]
    whole = _edited("combine these", *(photograph(name) for name in names))
    for left_out in range(count):
        others = [
            photograph("hubble_deep_field.jpg" if n == left_out else name) for n, name in enumerate(names)
        ]

        assert _difference(whole, _edited("combine these", *others)) > 3


def test_an_edit_of_automatic_size_keeps_the_size_of_its_picture() -> None:
    assert _edited("night", CAT, size="auto").size == opened(CAT).size


def test_the_upscaler_doubles_a_picture_and_changes_nothing_else() -> None:
    before = opened(CAT).convert("RGB")
    after = opened(paint("larger", model=MODELS["Upscaler"], seed=1, size="auto", pictures=[CAT]))

    assert after.size == (before.width * 2, before.height * 2)
    assert _difference(before, after.reduce(2)) < 2


def test_a_picture_is_turned_upright_before_it_is_edited() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    opened(CAT).convert("RGB").save(buffer, "JPEG", exif=exif)
    width, height = opened(CAT).size

    assert _edited("night", buffer.getvalue(), size="auto").size == (height, width)


@pytest.mark.parametrize("name", ["no_time_for_that_tiny.gif", "logo.png", "page.png", "retina.jpg"])
def test_every_kind_of_picture_can_be_edited(name: str) -> None:
    assert _edited("make it night", photograph(name)).size == (512, 512)


def test_the_prompt_stands_along_the_lower_edge() -> None:
    one, other = (_edited(prompt, CAT, strength=0) for prompt in ("zxcv", "qwer"))
    letters = ImageChops.difference(one, other).getbbox()
    assert letters is not None

    assert letters[1] > 512 * 0.93


@pytest.mark.parametrize(
    "prompt",
    ["x" * 20_000, "狐" * 300, "a fox 🦊 in the snow", "two\nlines\tand a tab", "!"],
    ids=["long", "Chinese", "emoji", "lines", "no word"],
)
def test_any_prompt_can_be_painted(prompt: str) -> None:
    assert _painted(prompt).size == (512, 512)
