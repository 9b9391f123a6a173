"""What a typed line means."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanobot.sandbox.terminal.lines import (
    HELP,
    Attach,
    Become,
    Command,
    Go,
    Help,
    Leave,
    Line,
    LineUnclear,
    Menu,
    Place,
    Press,
    Reply,
    Say,
    Suggest,
    read_line,
)


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [
        ("/imagine prompt:a red fox", Command("/imagine prompt:a red fox")),
        ("  hello there ", Say("hello there")),
        ("say help", Say("help")),
        ("replying is fun", Say("replying is fun")),
        ("as ever, thanks", Say("as ever, thanks")),
        ("reply make it night", Reply(None, "make it night")),
        ("reply #12 make it night", Reply(12, "make it night")),
        ("reply #12 #2 make it night", Reply(12, "#2 make it night")),
        ("press Again", Press(None, "Again")),
        ("press #3 Edit…", Press(3, "Edit…")),
        ("menu Edit image", Menu(None, "Edit image")),
        ("menu #4 Edit image", Menu(4, "Edit image")),
        ("attach my fox.png", Attach(Path("my fox.png"), None)),
        ("attach my fox.png as mask", Attach(Path("my fox.png"), "mask")),
        ("suggest /imagine model:fl", Suggest("/imagine model:fl")),
        ("as bob", Become("bob")),
        ("as @bob", Become("bob")),
        ("dm", Go(Place.DM)),
        ("channel", Go(Place.CHANNEL)),
        ("help", Help()),
        ("exit", Leave()),
        ("quit", Leave()),
    ],
)
def test_a_line_is_read(typed: str, meaning: Line | Leave) -> None:
    assert read_line(typed) == meaning


@pytest.mark.parametrize("word", ["reply", "press", "menu", "attach", "suggest", "say"])
def test_a_word_without_its_rest_is_explained(word: str) -> None:
    with pytest.raises(LineUnclear, match=f"^{word} needs "):
        read_line(word)


@pytest.mark.parametrize(
    "word", ["reply", "press", "menu", "attach", "suggest", "as ", "dm", "channel", "say", "exit"]
)
def test_help_tells_of_every_word(word: str) -> None:
    assert word in HELP
