"""Whatever is wrong with a picture is said in one whole sentence, which survives the way between processes."""

from __future__ import annotations

import pickle

import pytest

from nanobot.errors import PersonError
from nanobot.images import errors

ALL = [
    errors.PictureError("fox.png"),
    errors.PictureUnreadable("fox.png"),
    errors.NotAPicture("fox.png"),
    errors.PictureTooLarge(90_000, 80_000, "fox.png"),
    errors.PictureTooComplex("fox.png"),
    errors.PictureTooCostly("fox.png"),
    errors.MaskEmpty("fox.png"),
    errors.LinkRefused(),
    errors.LinkUnreachable(),
    errors.LinkUnreachable(404),
    errors.LinkTooLarge(25_000_000),
    errors.LinkTooSlow(20),
    errors.LinkNotAPicture(),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_the_sentence_says_what_is_wrong_and_what_to_do(error: PersonError) -> None:
    assert error.sentence.endswith(".")
    assert ": " in error.sentence
    assert ("fox.png" in error.sentence) == isinstance(error, errors.PictureError)


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_an_error_crosses_processes_whole(error: PersonError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - these are the bytes of the line's own making

    assert type(copy) is type(error)
    assert copy.sentence == error.sentence


def test_every_class_is_covered_here() -> None:
    classes = {
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, PersonError)
    }

    assert classes - {PersonError, errors.LinkError} == {type(error) for error in ALL}


@pytest.mark.parametrize(
    ("name", "start"),
    [
        (None, "The picture is damaged"),
        ("", "The picture is damaged"),
        ("two\nlines.png", "two lines.png is damaged"),
        ("x" * 500 + ".png", "x" * 80 + "… is damaged"),
    ],
    ids=["unknown", "empty", "two-lines", "long"],
)
def test_a_files_name_stays_on_one_short_line(name: str | None, start: str) -> None:
    assert errors.PictureUnreadable(name).sentence.startswith(start)
