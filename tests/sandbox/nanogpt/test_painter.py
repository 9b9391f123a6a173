"""What the painter promises, of its own pictures."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.sandbox.nanogpt.painter import paint
from tests.sandbox.nanogpt.measures import brightness, difference, edited
from tests.sandbox.nanogpt.photographs import opened, photograph

TEXT = MODELS["hidream"]
CAT = photograph("chelsea.png")


def _painted(prompt: str, *, seed: int = 1, size: str = "512x512") -> Image.Image:
    return opened(paint(prompt, model=TEXT, seed=seed, size=size))


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
        ).stdout
        for hash_seed in ("1", "2")
    ]

    assert digests[0] == digests[1]
    assert len(digests[0].strip()) == 64


@pytest.mark.parametrize("prompt", ["zxcv qwer", "a castle in the desert", "space", "a harbour at noon"])
def test_another_seed_gives_another_picture(prompt: str) -> None:
    assert difference(_painted(prompt, seed=1), _painted(prompt, seed=2)) > 3


def test_another_model_gives_another_picture() -> None:
    one, other = (
        opened(paint("hills", model=MODELS[name], seed=1, size="512x512")) for name in ("hidream", "bagel")
    )

    assert difference(one, other) > 3


def test_words_set_the_light_and_the_colours() -> None:
    red, blue = (ImageStat.Stat(_painted(f"{colour} hills at noon")).mean for colour in ("red", "blue"))

    assert brightness(_painted("hills at night")) < 0.6 * brightness(_painted("hills at noon"))
    assert red[0] - red[2] > blue[0] - blue[2] + 40


SUBJECTS = [
    "fox",
    "cat",
    "dog",
    "bear",
    "panda",
    "rabbit",
    "wolf",
    "lion",
    "tiger",
    "owl",
    "mouse",
    "pig",
    "koala",
    "boat",
    "house",
    "lighthouse",
    "castle",
    "balloon",
    "rocket",
    "robot",
]


def _on_grey_paper(prompt: str) -> Image.Image:
    paper = io.BytesIO()
    Image.new("RGB", (512, 512), (128, 128, 128)).save(paper, "PNG")
    return edited(prompt, paper.getvalue())


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_the_prompt_names_stands_in_the_middle(name: str) -> None:
    drawn = ImageOps.grayscale(_on_grey_paper(f"add a {name}"))

    assert ImageStat.Stat(drawn.crop((176, 80, 336, 460))).stddev[0] > 20
    assert ImageStat.Stat(drawn.crop((0, 0, 90, 440))).stddev[0] == 0


def test_each_thing_looks_its_own_way() -> None:
    faces = {_on_grey_paper(f"add a {name}").crop((128, 60, 384, 476)).tobytes() for name in SUBJECTS}

    assert len(faces) == len(SUBJECTS)


@pytest.mark.parametrize(
    ("prompt", "count"), [("two cats", 2), ("three foxes", 3), ("a kitten and a puppy", 2), ("a bunny", 1)]
)
def test_as_many_stand_there_as_the_prompt_counts(prompt: str, count: int) -> None:
    """Evenly spread over the width; between neighbours the paper shows at the height of their heads."""
    drawn = ImageOps.grayscale(_on_grey_paper(prompt))
    paper = drawn.crop((0, 0, 4, 4)).getextrema()
    step = 512 // (count + 1)
    centres = [step * (number + 1) for number in range(count)]
    gaps = [step * number + step // 2 for number in range(1, count)]

    assert all(_heads_at(drawn, x).getextrema() != paper for x in centres)
    assert all(_heads_at(drawn, x).getextrema() == paper for x in gaps)


def _heads_at(picture: Image.Image, x: int) -> Image.Image:
    return picture.crop((x - 2, 340, x + 3, 375))


def test_a_colour_belongs_to_the_animal_it_stands_before() -> None:
    """The body of a red cat is red, that of a blue one blue."""
    red, blue = (
        ImageStat.Stat(_painted(f"a {colour} cat in a meadow at noon").crop((225, 290, 287, 340))).mean
        for colour in ("red", "blue")
    )

    assert red[0] > red[2] + 60
    assert blue[2] > blue[0] + 60


def test_the_prompt_stands_along_the_lower_edge() -> None:
    one, other = (edited(prompt, CAT, strength=0) for prompt in ("zxcv", "qwer"))
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
