"""Which models there are, and which fit what somebody wants."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nanobot.nanogpt.catalogue import ANYTHING, Catalogue, Needs, nearest_sizes
from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import ANY_SIZE, Model


def model(model_id: str, *, price: str | None = None, **said: Any) -> Model:
    prices = {} if price is None else {ANY_SIZE: Decimal(price)}
    return Model(**{"id": model_id, "name": model_id, "prices": prices, **said})


TEXT = model("fox-text", price="0.02")
EITHER = model("fox-either", price="0.03", pictures="optional", max_pictures=2)
EDITOR = model("fox-edit", price="0.01", pictures="required", max_pictures=1)
DRESSER = model("fox-dress", pictures="required", max_pictures=2, min_pictures=2)
INPAINTER = model("fox-inpaint", pictures="required", max_pictures=1, mask="required")
ADULT = model("fox-adult", price="0.001", is_nsfw=True)
FOXES = Catalogue([TEXT, EITHER, EDITOR, DRESSER, INPAINTER, ADULT])


def ids(models: list[Model]) -> list[str]:
    return [one.id for one in models]


def test_until_a_list_was_read_there_are_the_models_of_the_guide() -> None:
    for catalogue in (Catalogue(), Catalogue(None), Catalogue([])):
        assert not catalogue.is_live
        assert list(catalogue.models) == list(GUIDE_MODELS.values())


def test_a_list_takes_the_place_of_the_guide() -> None:
    assert FOXES.is_live
    assert len(FOXES.models) == 6
    assert "hidream" not in ids(FOXES.offered(ANYTHING))


def test_a_model_is_found_by_its_id_in_any_case() -> None:
    """Its own spelling wins where ids differ in nothing else."""
    lower, upper = model("fox"), model("FOX")
    both = Catalogue([lower, upper])

    assert (both.find("fox"), both.find("FOX"), both.find(" Fox ")) == (lower, upper, lower)
    assert both.find("bear") is None
    assert Catalogue().find("upscaler") is GUIDE_MODELS["Upscaler"]


def test_a_model_of_the_guide_is_found_even_where_the_list_lacks_it() -> None:
    """What the list says of a model counts more."""
    listed = model("hidream", price="0.5")

    assert Catalogue([listed]).find("hidream") is listed
    assert Catalogue([listed]).find("Bagel") is GUIDE_MODELS["bagel"]


def test_a_listed_model_counts_more_than_the_guides_in_another_case() -> None:
    """Its id is the one that NanoGPT knows now."""
    listed = model("upscaler")

    assert Catalogue([listed]).find("Upscaler") is listed


@pytest.mark.parametrize(
    ("needs", "serve"),
    [
        pytest.param(Needs(), {"fox-text", "fox-either"}, id="from text"),
        pytest.param(Needs(pictures=1), {"fox-either", "fox-edit", "fox-inpaint"}, id="one picture"),
        pytest.param(Needs(pictures=2), {"fox-either", "fox-dress"}, id="two pictures"),
        pytest.param(Needs(pictures=3), set(), id="three pictures"),
        pytest.param(Needs(pictures=1, mask=True), {"fox-inpaint"}, id="a picture and a mask"),
        pytest.param(Needs(mask=True), {"fox-inpaint"}, id="a mask, whose picture will follow"),
        pytest.param(
            Needs(edits_only=True), {"fox-either", "fox-edit", "fox-dress", "fox-inpaint"}, id="a picture will follow"
        ),
        pytest.param(Needs(pictures=2, edits_only=True), {"fox-either", "fox-dress"}, id="two have come"),
        pytest.param(Needs(allows_nsfw=True), {"fox-text", "fox-either", "fox-adult"}, id="among adults"),
        pytest.param(ANYTHING, {one.id for one in FOXES.models}, id="whatever there is"),
    ],
)  # fmt: skip
def test_only_models_that_serve_are_offered(needs: Needs, serve: set[str]) -> None:
    assert set(ids(FOXES.offered(needs))) == serve
    assert set(ids(FOXES.matches("fox", needs, limit=25))) == serve
    assert set(FOXES.nearest("fox", needs, limit=25)) == serve


def test_a_mask_lies_on_one_picture() -> None:
    """Even a model that takes several pictures takes its mask with a single one."""
    catalogue = Catalogue([model("fox-both", pictures="optional", max_pictures=4, mask="optional")])

    assert ids(catalogue.offered(Needs(pictures=1, mask=True))) == ["fox-both"]
    assert catalogue.offered(Needs(pictures=2, mask=True)) == []


def test_the_guides_models_are_offered_first_and_then_the_cheapest() -> None:
    """A model of no known price comes last."""
    catalogue = Catalogue(
        [model("unpriced"), model("dear", price="2"), model("cheap", price="0.1"), model("hidream")]
    )

    assert ids(catalogue.offered(Needs())) == ["hidream", "cheap", "dear", "unpriced"]
    assert ids(catalogue.matches("  ", Needs(), limit=2)) == ["hidream", "cheap"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("flux", ["flux-dev", "fal-ai/flux", "influx"], id="start, then word, then within"),
        pytest.param("FAL-AI/FLUX", ["fal-ai/flux"], id="the id in any case"),
        pytest.param("ai flux", ["fal-ai/flux", "influx"], id="words in any order of punctuation"),
        pytest.param("banana", ["google/nb-2"], id="a word of the name"),
        pytest.param("nano ban", ["google/nb-2"], id="words of the name as far as typed"),
        pytest.param("hidreem", ["hidream"], id="a slip"),
        pytest.param("zzzz", [], id="nothing like it"),
        pytest.param("x" * 6000, [], id="more than anybody types"),
        pytest.param("***", [], id="no word"),
    ],
)
def test_what_was_typed_finds_the_models_that_may_be_meant(typed: str, found: list[str]) -> None:
    catalogue = Catalogue(
        [
            model("influx"),
            model("fal-ai/flux"),
            model("flux-dev", name="Dev"),
            model("google/nb-2", name="Nano Banana 2"),
            model("hidream"),
        ]
    )

    assert ids(catalogue.matches(typed, Needs(), limit=25)) == found


def test_no_more_are_found_than_wanted_and_none_twice() -> None:
    catalogue = Catalogue([model(f"fox-{number}") for number in range(40)])

    found = ids(catalogue.matches("fox", Needs(), limit=25))

    assert len(found) == len(set(found)) == 25


def test_the_exact_id_comes_before_longer_ones() -> None:
    catalogue = Catalogue([model("fox-kit", price="0.01"), model("fox", price="5")])

    assert ids(catalogue.matches("fox", Needs(), limit=2)) == ["fox", "fox-kit"]


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        pytest.param("flux-contxt", "flux-kontext", id="a slip"),
        pytest.param("GPT image", "gpt-image-1", id="words"),
        pytest.param("dalle-9000", "hidream", id="nothing like it: what is offered first"),
    ],
)
def test_the_nearest_models_are_named_for_a_wrong_one(wrong: str, nearest: str) -> None:
    """There are always some, so that the person has a way on."""
    named = Catalogue().nearest(wrong, Needs())

    assert named[0] == nearest
    assert len(named) == len(set(named)) == 3


def test_only_models_that_serve_are_named_as_the_nearest() -> None:
    assert Catalogue().nearest("hidream-edot", Needs(pictures=1))[0] == "hidream-edit"
    assert "hidream-edit" not in Catalogue().nearest("hidream-edot", Needs(), limit=25)


@pytest.mark.parametrize(
    ("size", "nearest"),
    [
        pytest.param("1920x1080", ["1344x768", "1024x1024"], id="of the same shape"),
        pytest.param("1000*1000", ["1024x1024", "1344x768"], id="in another spelling"),
        pytest.param("500 x 500", ["512x512", "1024x1024"], id="of the same area"),
        pytest.param("Auto", ["auto", "1024x1024"], id="a word"),
        pytest.param("0x512", ["512x512", "1024x1024"], id="no area at all: by spelling"),
        pytest.param("9" * 9000, ["auto", "1024x1024"], id="nonsense: the first"),
    ],
)
def test_the_nearest_sizes_are_named_for_a_wrong_one(size: str, nearest: list[str]) -> None:
    painter = model("fox", sizes=("auto", "1024x1024", "1344x768", "512x512"))

    assert nearest_sizes(painter, size, limit=2) == nearest


def test_a_model_without_sizes_has_none_to_name() -> None:
    assert nearest_sizes(TEXT, "1024x1024") == []
