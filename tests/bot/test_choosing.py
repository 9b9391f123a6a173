"""What is suggested while a person types, from what is filled in already."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from nanobot.bot.choosing import (
    MAX_CHOICES,
    Filled,
    count_choices,
    model_choices,
    model_meant,
    read_filled,
    size_choices,
)
from nanobot.generation.request import Kind
from nanobot.nanogpt.catalogue import Catalogue
from nanobot.nanogpt.models import ANY_SIZE, Model
from nanobot.settings import Settings

PAINTER = Model(
    id="painter",
    name="The Painter",
    sizes=("1024x1024", "1536x1024", "512x512"),
    prices={"1024x1024": Decimal("0.04"), "1536x1024": Decimal("0.06"), "512x512": Decimal("0.01")},
)
EDITOR = Model(
    id="editor", name="editor", pictures="required", max_pictures=1, prices={ANY_SIZE: Decimal("0.03")}
)
MIXER = Model(id="mixer", name="Mixer", pictures="optional", max_pictures=3)
INPAINTER = Model(id="inpainter", name="Inpainter", pictures="required", max_pictures=1, mask="required")
ADULT = Model(id="adult", name="Adult", is_nsfw=True)
CATALOGUE = Catalogue((PAINTER, EDITOR, MIXER, INPAINTER, ADULT))
IMAGINE = Filled(kind=Kind.IMAGINE)


def ids(filled: Filled, typed: str = "", *, allows_nsfw: bool = False) -> set[str]:
    return {choice.value for choice in model_choices(CATALOGUE, filled, typed, allows_nsfw=allows_nsfw)}


@pytest.mark.parametrize(
    ("filled", "suggested"),
    [
        pytest.param(IMAGINE, {"painter", "mixer"}, id="nothing attached"),
        pytest.param(replace(IMAGINE, pictures=1), {"editor", "mixer", "inpainter"}, id="a picture"),
        pytest.param(replace(IMAGINE, pictures=2), {"mixer"}, id="two pictures"),
        pytest.param(replace(IMAGINE, pictures=4), set(), id="more than any takes"),
        pytest.param(replace(IMAGINE, pictures=1, has_mask=True), {"inpainter"}, id="a picture and a mask"),
        pytest.param(replace(IMAGINE, has_mask=True), {"inpainter"}, id="a mask before its picture"),
        pytest.param(
            Filled(kind=Kind.EDIT), {"editor", "mixer", "inpainter"}, id="an edit before its picture"
        ),
    ],
)
def test_only_models_that_can_work_on_what_is_filled_in_are_suggested(
    filled: Filled, suggested: set[str]
) -> None:
    assert ids(filled) == suggested


def test_models_for_adults_are_suggested_where_only_adults_are() -> None:
    assert "adult" not in ids(IMAGINE, "adult")
    assert "adult" in ids(IMAGINE, "adult", allows_nsfw=True)


def test_a_suggestion_names_the_model_and_the_price_of_the_size_that_is_filled_in() -> None:
    """A name that only repeats the id is left out, and so is a price that nobody knows."""
    dearest = model_choices(CATALOGUE, IMAGINE, "painter", allows_nsfw=False)[0]
    small = model_choices(CATALOGUE, replace(IMAGINE, size="512x512"), "painter", allows_nsfw=False)[0]
    editor = model_choices(CATALOGUE, Filled(kind=Kind.EDIT), "editor", allows_nsfw=False)[0]
    mixer = model_choices(CATALOGUE, IMAGINE, "mixer", allows_nsfw=False)[0]

    assert dearest.name == "painter · The Painter · $0.06"
    assert small.name == "painter · The Painter · $0.01"
    assert editor.name == "editor · $0.03"
    assert mixer.name == "mixer"


def test_suggestions_stay_within_what_discord_takes() -> None:
    """At most 25 choices, names and values of at most 100 characters: one that is longer would spoil them all."""
    sizes = (*(f"{side}x{side}" for side in range(100, 160)), "9" * 101)
    prices = {ANY_SIZE: Decimal("0.123456")}
    long = [Model(id=f"m{n}" + "i" * 100, name="n", sizes=sizes, prices=prices) for n in range(3)]
    named = [Model(id=f"m{n}" + "i" * 96, name="n" * 300, prices=prices) for n in range(30)]
    models = model_choices(Catalogue(long + named), IMAGINE, "m", allows_nsfw=False)
    painted = size_choices(long[0], "")

    assert 0 < len(models) <= MAX_CHOICES
    assert len(painted) == MAX_CHOICES
    for choice in (*models, *painted):
        assert len(choice.name) <= 100
        assert len(choice.value) <= 100
        assert choice.name.endswith(" · $0.123456")


@pytest.mark.parametrize(
    ("typed", "sizes"),
    [
        pytest.param("", ["1024x1024", "1536x1024", "512x512"], id="nothing"),
        pytest.param("15", ["1536x1024"], id="the beginning of one"),
        pytest.param("5", ["512x512", "1536x1024"], id="a digit of two"),
        pytest.param("512 X 512", ["512x512"], id="with spaces"),
        pytest.param("512*512", ["512x512"], id="with a star"),
        pytest.param("1500x1000", ["1536x1024", "1024x1024", "512x512"], id="a size that there is not"),
    ],
)
def test_sizes_of_the_model_are_suggested(typed: str, sizes: list[str]) -> None:
    """What comes closest is suggested where nothing holds what was typed: an empty list would help nobody."""
    suggested = [choice.value for choice in size_choices(PAINTER, typed)]

    assert suggested == sizes


def test_a_size_has_its_price_beside_it() -> None:
    assert [choice.name for choice in size_choices(PAINTER, "512")] == ["512x512 · $0.01"]
    assert size_choices(None, "512") == size_choices(MIXER, "512") == []


@pytest.mark.parametrize(
    ("model", "suggested"),
    [
        pytest.param(
            PAINTER,
            [
                ("1 picture · $0.01", 1),
                ("2 pictures · $0.02", 2),
                ("3 pictures · $0.03", 3),
                ("4 pictures · $0.04", 4),
            ],
            id="any number",
        ),
        pytest.param(
            replace(PAINTER, fixed_outputs=4),
            [("4 pictures, as always with this model · $0.04", 4)],
            id="always four",
        ),
        pytest.param(
            replace(PAINTER, fixed_outputs=2),
            [("2 pictures, as always with this model · $0.02", 2), ("4 pictures · $0.04", 4)],
            id="always two",
        ),
        pytest.param(
            replace(PAINTER, fixed_outputs=3),
            [("3 pictures, as always with this model · $0.03", 3)],
            id="always three",
        ),
        pytest.param(
            replace(PAINTER, fixed_outputs=8),
            [("8 pictures, as always with this model · $0.08", 4)],
            id="always eight",
        ),
        pytest.param(
            None, [("1 picture", 1), ("2 pictures", 2), ("3 pictures", 3), ("4 pictures", 4)], id="unknown"
        ),
    ],
)
def test_counts_are_suggested_with_what_all_of_them_cost(
    model: Model | None, suggested: list[tuple[str, int]]
) -> None:
    """Of a model that makes a fixed number, only what it can make is suggested."""
    assert [(choice.name, choice.value) for choice in count_choices(model, "512x512")] == suggested


def option(name: str, value: object, **more: object) -> dict[str, Any]:
    return {"name": name, "type": 3, "value": value, **more}


@pytest.mark.parametrize(
    ("options", "filled"),
    [
        pytest.param([], IMAGINE, id="nothing"),
        pytest.param(
            [option("prompt", "a fox"), option("model", "", focused=True)], IMAGINE, id="an empty option"
        ),
        pytest.param(
            [option("image", "123"), option("image3", "124"), option("image_url", "https://x.org/a.png")],
            replace(IMAGINE, pictures=3),
            id="files and a link",
        ),
        pytest.param([option("mask", "125")], replace(IMAGINE, has_mask=True), id="a mask"),
        pytest.param(
            [option("model", " flux "), option("size", "512x512"), option("count", "2", focused=True)],
            replace(IMAGINE, model="flux", size="512x512"),
            id="a model and a size",
        ),
    ],
)
def test_what_is_filled_in_is_read_without_its_files(options: list[dict[str, Any]], filled: Filled) -> None:
    assert read_filled("imagine", options) == filled


@pytest.mark.parametrize(
    ("filled", "model_id"),
    [
        pytest.param(IMAGINE, "painter", id="from text"),
        pytest.param(replace(IMAGINE, pictures=1), "mixer", id="from a picture"),
        pytest.param(Filled(kind=Kind.EDIT), "mixer", id="an edit before its picture"),
        pytest.param(replace(IMAGINE, pictures=1, has_mask=True), "inpainter", id="with a mask"),
        pytest.param(replace(IMAGINE, model="EDITOR"), "editor", id="named, in any case"),
        pytest.param(replace(IMAGINE, model="nobody"), None, id="unknown"),
    ],
)
def test_sizes_and_counts_are_those_of_the_model_that_would_paint(
    filled: Filled, model_id: str | None
) -> None:
    settings = Settings.model_validate(
        {"default_model": "painter", "default_edit_model": "mixer", "default_inpainting_model": "inpainter"}
    )
    meant = model_meant(CATALOGUE, filled, settings)

    assert (meant.id if meant is not None else None) == model_id
