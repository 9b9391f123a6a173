"""Pages about the bot and about a person fit into a message, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nanobot.bot.replies.about import (
    HELP,
    HELP_ADMIN,
    HELP_COSTS,
    HELP_EDITS,
    HELP_OPTIONS,
    HELP_PROMPTS,
    PRIVACY,
    erased,
    history_page,
)
from nanobot.bot.replies.generation import MAX_CONTENT_CHARACTERS
from nanobot.store.privacy import Erasure
from nanobot.store.tables import Generation, GenerationStatus

ID = 2**63 - 1


def made(prompt: str, model: str) -> Generation:
    noon = datetime(2026, 3, 18, 12, tzinfo=UTC)
    return Generation(
        id="0" * 32,
        created_at=noon,
        updated_at=noon,
        kind="imagine",
        guild_id=ID,
        channel_id=ID,
        user_id=ID,
        images_wanted=1,
        request={"prompt": prompt, "model": model},
        cost=Decimal("0.0145"),
        status=GenerationStatus.POSTED,
        posted_channel_id=ID,
        posted_message_id=ID,
    )


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(f"{HELP}\n{HELP_ADMIN}", id="help"),
        pytest.param(PRIVACY, id="privacy"),
        pytest.param(HELP_PROMPTS, id="help on prompts"),
        pytest.param(HELP_EDITS, id="help on edits"),
        pytest.param(HELP_OPTIONS, id="help on options"),
        pytest.param(HELP_COSTS, id="help on spending little"),
        pytest.param(history_page([made("fox *" * 500, "m" * 100)] * 8), id="history"),
    ],
)
def test_a_page_fits_into_a_message(page: str) -> None:
    assert 0 < len(page) <= MAX_CONTENT_CHARACTERS


def test_what_was_erased_is_still_counted_in_the_history() -> None:
    row = made("a fox", "hidream")
    row.request = {}
    row.posted_message_id = None

    assert history_page([row]) == "**1** (erased)\n-# <t:1773835200:R> · `?` · $0.0145 · posted"


@pytest.mark.parametrize(
    ("erasure", "sentence"),
    [
        pytest.param(Erasure(erased=1, still_open=0), "Erased: your data of 1 request.", id="one"),
        pytest.param(
            Erasure(erased=2, still_open=1),
            "Erased: your data of 2 requests. One is still in the making and was left; ask again when it is done.",
            id="one left",
        ),
        pytest.param(
            Erasure(erased=0, still_open=3),
            "Erased: your data of 0 requests. 3 are still in the making and were left; "
            "ask again when they are done.",
            id="three left",
        ),
    ],
)
def test_an_erasure_is_confirmed_in_numbers(erasure: Erasure, sentence: str) -> None:
    assert erased(erasure) == sentence
