"""The page of `/models` fits into a message, whatever the list holds, and says how far it can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nanobot.bot.replies.generation import MAX_CONTENT_CHARACTERS
from nanobot.bot.replies.models import ListAge, models_page
from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import Model

FRESH = ListAge(is_live=True, read_at=datetime(2026, 3, 18, 12, tzinfo=UTC))
PRICES = {"1024x1024": Decimal("0.04"), "512x512": Decimal("0.01")}


@pytest.mark.parametrize(
    ("model", "line"),
    [
        pytest.param(Model(id="plain", name="Plain"), "`plain` · text", id="only an id"),
        pytest.param(
            Model(id="fox-1", name="Fox *One*", prices=PRICES, sizes=tuple(PRICES)),
            r"`fox-1` · Fox \*One\* · $0.01 to $0.04 · text · 2 sizes",
            id="prices and sizes",
        ),
        pytest.param(
            Model(id="e", name="e", pictures="required", max_pictures=1, prices={"": Decimal("0.5")}),
            "`e` · $0.5 · one picture",
            id="a picture needed",
        ),
        pytest.param(
            Model(id="o", name="o", pictures="optional", max_pictures=3, mask="optional"),
            "`o` · text, up to 3 pictures, a mask",
            id="pictures and a mask if you like",
        ),
        pytest.param(
            Model(id="m", name="m", pictures="required", max_pictures=1, mask="required"),
            "`m` · a picture and a mask",
            id="a mask needed",
        ),
        pytest.param(
            Model(id="a", name="a", fixed_outputs=4, is_nsfw=True),
            "`a` · text · always 4 at once · for age-restricted channels",
            id="for adults, four at once",
        ),
    ],
)
def test_a_line_says_what_a_model_costs_and_takes(model: Model, line: str) -> None:
    assert models_page([model], FRESH) == line


def test_a_page_lists_the_first_models_that_fit_and_counts_the_others() -> None:
    """NanoGPT lists some 200 models, and a message holds about thirty: none is passed over in silence."""
    many = [Model(id=f"model-{number}", name="*" * 200, prices=PRICES) for number in range(250)]
    page = models_page(many, FRESH)

    *lines, last = page.splitlines()
    assert len(page) <= MAX_CONTENT_CHARACTERS
    assert len(lines) > 10
    assert [line.split("`")[1] for line in lines] == [model.id for model in many[: len(lines)]]
    assert last == f"-# {250 - len(lines)} more: narrow them down with `search` and `takes`."


@pytest.mark.parametrize("age", [FRESH, ListAge(is_live=False)], ids=["live", "built-in"])
def test_the_guides_models_fit_with_what_is_said_of_the_list(age: ListAge) -> None:
    page = models_page(list(GUIDE_MODELS.values()), age)

    assert len(page) <= MAX_CONTENT_CHARACTERS
    assert all(f"`{model_id}`" in page for model_id in GUIDE_MODELS)


def test_an_old_list_says_how_old_it_is() -> None:
    stale = ListAge(is_live=True, read_at=FRESH.read_at, is_stale=True)
    model = GUIDE_MODELS["hidream"]

    assert "\n" not in models_page([model], FRESH)
    assert models_page([model], stale).endswith(
        "\n-# Read from NanoGPT <t:1773835200:R>; it could not be read again since."
    )
    assert "built-in list" in models_page([model], ListAge(is_live=False))


def test_nothing_found_says_how_to_go_on() -> None:
    assert models_page([], FRESH).startswith("No model fits that. Use fewer letters in `search`")
