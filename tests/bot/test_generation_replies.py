"""Captions, alt texts and progress, in the cases that journeys do not come by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nanobot.bot.replies import generation as words
from nanobot.generation.events import CheaperSize

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
    ("facts", "told"),
    [
        pytest.param(
            {"left_out": ("strength",)},
            "`strength` was left out: `hidream` does not take it for this request.",
            id="an option left out",
        ),
        pytest.param(
            {"left_out": ("seed", "steps")},
            "`seed` and `steps` were left out: `hidream` does not take them for this request.",
            id="options left out",
        ),
        pytest.param(
            {"asked": 1, "planned": 4, "shown": 4},
            "`hidream` makes a fixed number of pictures at once: 4 in place of 1.",
            id="a model with a fixed number",
        ),
        pytest.param(
            {
                "failed": 2,
                "failure": "NanoGPT is busy right now. Try again in a minute. Nothing was taken from your quota.",
            },
            "2 more could not be made and cost you nothing. NanoGPT is busy right now. Try again in a minute.",
            id="some failed",
        ),
        pytest.param({"failed": 1}, "1 more could not be made and cost you nothing.", id="nobody knows why"),
        pytest.param(
            {"flagged": 1},
            "The check of results flagged it, or could not be made: hidden as a spoiler.",
            id="the one is flagged",
        ),
        pytest.param(
            {"flagged": 1, "shown": 3},
            "The check of results flagged 1 of 3, or could not be made: hidden as a spoiler.",
            id="one of several is flagged",
        ),
    ],
)
def test_a_caption_tells_what_differs_from_the_wish(facts: dict[str, Any], told: str) -> None:
    assert caption(**facts) == f"<@7>: a fox\n-# `hidream` · 1024×768\n-# {told}"


def test_what_is_left_of_the_quota_is_told_where_it_is_known() -> None:
    assert words.done("LINK") == "Done: LINK"
    assert words.done("LINK", "3 pictures left") == "Done: LINK\n-# 3 pictures left"


def test_a_cheaper_size_is_named_with_both_prices() -> None:
    cheaper = CheaperSize(size="512x512", price=Decimal("0.0035"), instead_of=Decimal("0.0140"))

    assert words.done("LINK", "3 pictures left", cheaper).splitlines()[2] == (
        "-# The bot's balance is low. `size:512x512` costs $0.0035 a picture in place of $0.014."
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
        words.arrived(1, 4),
        words.arrived(3, 4),
    )
    last_words = (words.CANCELLED, words.POSTPONED, words.done("https://discord.com", "3 pictures left"), "")

    assert [text for text in progress if not words.is_progress(text)] == []
    assert [text for text in last_words if words.is_progress(text)] == []
