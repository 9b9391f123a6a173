"""Captions, alt texts and progress, in the cases that journeys do not come by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nanobot.bot.replies import generation as words

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def caption(**changes: Any) -> str:
    facts = words.Caption(
        user_id=7, prompt="a fox", model="hidream", width=1024, height=768, seed=None, cost=None, seconds=None
    )
    return words.caption(replace(facts, **changes))


def test_a_caption_tells_what_is_known_and_nothing_else() -> None:
    assert caption() == "<@7>: a fox\n-# `hidream` · 1024×768"
    assert caption(seed=0, cost=Decimal("0.0140"), seconds=12.34, lost=1) == (
        "<@7>: a fox\n-# `hidream` · 1024×768 · seed 0 · $0.014 · 12.3 s\n"
        "-# 1 more could not be fetched and cost you nothing."
    )


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("a fox " * 600, id="words"),
        pytest.param("*" * 4000, id="markdown"),
        pytest.param("\\" * 4000, id="backslashes"),
        pytest.param("🦊" * 4000, id="foxes"),
    ],
)
def test_a_caption_never_exceeds_a_message_and_its_facts_are_never_cut(prompt: str) -> None:
    text = caption(prompt=prompt, seed=2**32)

    assert len(text) <= words.MAX_CONTENT_CHARACTERS
    assert text.endswith("…\n-# `hidream` · 1024×768 · seed 4294967296")


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        pytest.param("a\n# heading", "a # heading", id="one line"),
        pytest.param("**bold** `code`", r"\*\*bold\*\* \`code\`", id="markdown"),
        pytest.param("# heading", r"\# heading", id="heading"),
        pytest.param("- item", r"\- item", id="list"),
        pytest.param("[a](b) [c](d)", r"\[a\](b) \[c\](d)", id="masked links, every one"),
        pytest.param("https://x.example/a_b", r"https:\//x.example/a\_b", id="address"),
        pytest.param("<t:0> <:fox:7> </imagine:7>", r"\<t:0\> \<:fox:7\> \</imagine:7\>", id="angles"),
        pytest.param("half-light, 1/2, C#", "half-light, 1/2, C#", id="plain words"),
        pytest.param("@everyone", "@\u200beveryone", id="mention"),
    ],
)
def test_a_prompt_is_quoted_as_text(prompt: str, shown: str) -> None:
    """It neither formats nor pings, whatever is in it."""
    assert words.quote(prompt, 100) == shown


def test_a_cut_does_not_leave_half_an_escape_behind() -> None:
    """A lone backslash would turn the ellipsis, or what follows, into something else."""
    assert words.quote("aaa*", 5) == r"aaa\*"
    assert words.quote("aaa*bc", 5) == "aaa…"


def test_an_alt_text_counts_pictures_and_fits() -> None:
    assert words.alt_text("a fox", 1, 1) == "Picture made from the prompt: a fox"
    assert words.alt_text("a fox", 2, 3) == "Picture 2 of 3 made from the prompt: a fox"
    assert len(words.alt_text("fox " * 1000, 1, 1)) == words.MAX_ALT_TEXT_CHARACTERS


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        pytest.param("0", "$0", id="free"),
        pytest.param("0.000", "$0", id="free, precisely"),
        pytest.param("0.0030", "$0.003", id="small"),
        pytest.param("0.0000001", "$0.0000001", id="tiny, without an exponent"),
        pytest.param("0.014000000000000002", "$0.014", id="as floating point has it"),
        pytest.param("1E-400", "$0", id="absurdly small"),
        pytest.param("1", "$1.00", id="a dollar"),
        pytest.param("12.345", "$12.34", id="much"),
    ],
)
def test_money_has_as_many_decimals_as_it_needs(cost: str, shown: str) -> None:
    assert words.money(Decimal(cost)) == shown


def test_the_last_words_are_told_from_progress() -> None:
    """The sandbox waits for the last word by this."""
    progress = (
        words.STARTING,
        words.UPLOADING,
        words.queued(1),
        words.queued(12),
        words.preparing(1),
        words.preparing(3),
        words.generating("flux-lora/inpainting", NOON),
    )
    last_words = (words.CANCELLED, words.POSTPONED, words.done("https://discord.com", "3 pictures left"), "")

    assert [text for text in progress if not words.is_progress(text)] == []
    assert [text for text in last_words if words.is_progress(text)] == []
