"""A saved picture is named for what it shows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanobot.images.filenames import picture_filename


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A red fox in snow", "a-red-fox-in-snow-1.png"),
        ("Émile's café, 1920s — très chic!", "emiles-cafe-1920s-tres-chic-1.png"),
        ("雪の中の狐", "picture-1.png"),
        ("", "picture-1.png"),
        ("../../etc/passwd\x00.exe", "etc-passwd-exe-1.png"),
        ("a" * 300, "a" * 60 + "-1.png"),
        ("word " * 30, "-".join(["word"] * 12) + "-1.png"),
    ],
    ids=["plain", "accents", "no-latin", "empty", "path", "one-long-word", "many-words"],
)
def test_the_name_says_what_the_picture_shows(prompt: str, expected: str) -> None:
    assert picture_filename(prompt, 1, ".png") == expected


@given(prompt=st.text(), index=st.integers(1, 10))
def test_every_prompt_gives_a_name_that_every_file_system_takes(prompt: str, index: int) -> None:
    name = picture_filename(prompt, index, ".webp")

    assert re.fullmatch(rf"[a-z0-9]([a-z0-9-]{{0,58}}[a-z0-9])?-{index}\.webp", name)
