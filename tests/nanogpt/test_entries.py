"""From the catalogue's JSON to models."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest

from nanobot.nanogpt.entries import read_models
from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import Model, RequestField
from nanobot.sandbox.nanogpt import NanoGPTStandIn

# As NanoGPT's reference shows an entry, with what its live list held besides in the autumn of 2026.
_LIVE = {
    "id": "fal-ai/fox/edit",
    "object": "model",
    "created": 1_790_000_000,
    "owned_by": "fal-ai",
    "name": "Fox Edit",
    "description": "Edits up to three pictures.",
    "architecture": {"modality": "text+image->image", "input_modalities": ["text", "image"]},
    "pricing": {"per_image": {"1024*1024": 0.04, "auto": 0.04}, "currency": "USD"},
    "capabilities": {"image_generation": True, "image_to_image": True, "inpainting": False, "nsfw": False},
    "supported_parameters": {
        "resolutions": ["auto", "1024x1024", None],
        "max_images": 4,
        "max_output_images": 2,
        "max_input_images": 3,
        "fixed_image_count": 1,
        "input_image_constraints": {"max_items": 3, "route": {"max_bytes": 31_457_280}},
        "parameters": {"seed": {"type": "range"}, "output_format": {}},
    },
    "tags": ["image-edit"],
    "meta": {"a": "field of tomorrow"},
}


def read(model_id: str = "fox-1", **said: Any) -> Model:
    (model,) = read_models([{"id": model_id, **said}])
    return model


def inputs(model: Model) -> tuple[str, int, str]:
    return model.pictures, model.max_pictures, model.mask


def test_an_entry_of_the_live_catalogue_is_understood() -> None:
    assert read_models([_LIVE]) == (
        Model(
            id="fal-ai/fox/edit",
            name="Fox Edit",
            description="Edits up to three pictures.",
            pictures="optional",
            max_pictures=3,
            max_outputs=2,
            fixed_outputs=1,
            sizes=("auto", "1024x1024"),
            prices={"": Decimal("0.04"), "auto": Decimal("0.04"), "1024x1024": Decimal("0.04")},
            fields=frozenset({RequestField.SEED}),
        ),
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, ("none", 0, "none"), id="nothing is said"),
        pytest.param({"capabilities": {"image_generation": True}}, ("none", 0, "none"), id="from text"),
        pytest.param(
            {"capabilities": {"image_generation": True, "image_to_image": True}},
            ("optional", 1, "none"),
            id="with or without one picture",
        ),
        pytest.param(
            {"capabilities": {"image_generation": False, "image_to_image": True}},
            ("required", 1, "none"),
            id="only with a picture",
        ),
        pytest.param({"capabilities": {"image_editing": True}}, ("optional", 1, "none"), id="called editing"),
        pytest.param(
            {"capabilities": {"image_to_image": False}, "architecture": {"input_modalities": ["text", "image"]}},
            ("none", 0, "none"),
            id="a capability counts more than what it reads",
        ),
        pytest.param({"architecture": {"input_modalities": ["text", "image"]}}, ("optional", 1, "none"), id="it reads both"),
        pytest.param({"architecture": {"input_modalities": ["image"]}}, ("required", 1, "none"), id="it reads pictures"),
        pytest.param({"architecture": {"modality": "text->image"}}, ("none", 0, "none"), id="text to image"),
        pytest.param({"architecture": {"modality": "text+image->image"}}, ("optional", 1, "none"), id="both to image"),
        pytest.param({"architecture": {"modality": "image->image"}}, ("required", 1, "none"), id="image to image"),
        pytest.param({"max_input_images": 5}, ("optional", 5, "none"), id="a number at the top"),
        pytest.param({"capabilities": {"max_input_images": "5"}}, ("optional", 5, "none"), id="in a string"),
        pytest.param(
            {"supported_parameters": {"max_input_images": 4, "input_image_constraints": {"max_items": 10}}},
            ("optional", 4, "none"),
            id="of two numbers the smaller",
        ),
        pytest.param(
            {"capabilities": {"image_to_image": True, "max_input_images": -1}}, ("optional", 1, "none"), id="no number"
        ),
        pytest.param(
            {"capabilities": {"image_to_image": True, "inpainting": True}}, ("optional", 1, "optional"), id="a mask too"
        ),
        pytest.param(
            {"capabilities": {"image_generation": True, "image_to_image": False, "inpainting": True}},
            ("optional", 1, "optional"),
            id="a picture with its mask or none",
        ),
        pytest.param(
            {"capabilities": {"image_generation": False, "image_to_image": False, "inpainting": True}},
            ("required", 1, "required"),
            id="only with a mask",
        ),
    ],
)  # fmt: skip
def test_what_a_model_takes_is_read_from_wherever_it_stands(
    said: dict[str, Any], expected: tuple[str, int, str]
) -> None:
    assert inputs(read(**said)) == expected


def test_a_model_may_need_more_than_one_picture() -> None:
    dresser = read(
        capabilities={"image_to_image": True},
        supported_parameters={"input_image_constraints": {"min_items": 2, "max_items": 2}},
    )

    assert [count for count in range(4) if dresser.takes_pictures(count)] == [2]


@pytest.mark.parametrize("model_id", GUIDE_MODELS)
def test_where_the_entry_is_silent_the_guide_speaks(model_id: str) -> None:
    guide, model = GUIDE_MODELS[model_id], read(model_id)

    assert model == guide


@pytest.mark.parametrize("model_id", GUIDE_MODELS)
def test_what_the_guide_says_of_a_need_holds_beside_an_entry_that_cannot_say_it(model_id: str) -> None:
    """Live entries give `image_generation: true` also to models that fail without a picture."""
    guide = GUIDE_MODELS[model_id]
    flags = {
        "image_generation": True,
        "image_to_image": guide.pictures != "none",
        "inpainting": guide.mask != "none",
    }

    assert inputs(read(model_id, capabilities=flags)) == inputs(guide)


def test_the_entry_counts_more_than_the_guide_where_it_speaks() -> None:
    kontext = read("flux-kontext", supported_parameters={"max_input_images": 2})
    hidream = read("hidream", capabilities={"image_to_image": True})
    bagel = read("bagel", capabilities={"image_to_image": False})

    assert inputs(kontext) == ("optional", 2, "none")
    assert inputs(hidream) == ("optional", 1, "none")
    assert inputs(bagel) == ("none", 0, "none")


@pytest.mark.parametrize(
    ("supported", "most", "fixed"),
    [
        pytest.param({}, None, None, id="nothing is said"),
        pytest.param({"max_images": 4}, 4, None, id="the older name"),
        pytest.param({"max_images": 4, "max_output_images": 1}, 1, None, id="the newer name counts more"),
        pytest.param({"max_images": 50}, 10, None, id="no more than one call may ask for"),
        pytest.param({"max_images": 0}, None, None, id="none at all is a slip"),
        pytest.param({"max_images": True}, None, None, id="a truth is no number"),
        pytest.param({"max_images": 2.5}, None, None, id="half a picture is none"),
        pytest.param({"max_images": float("nan")}, None, None, id="no number"),
        pytest.param({"fixed_image_count": 4}, None, 4, id="always four"),
    ],
)
def test_how_many_pictures_a_call_gives(
    supported: dict[str, Any], most: int | None, fixed: int | None
) -> None:
    model = read(supported_parameters=supported)

    assert (model.max_outputs, model.fixed_outputs) == (most, fixed)


@pytest.mark.parametrize(
    ("supported", "sizes"),
    [
        pytest.param({"resolutions": ["1024x1024", None, "auto", "auto", 7, ""]}, ("1024x1024", "auto"), id="a list"),
        pytest.param({"resolutions": [{"value": "2k"}]}, ("2k",), id="a list of objects"),
        pytest.param(
            {"parameters": {"size": {"options": [{"value": "1:1", "label": "Square"}, {"value": None}]}}},
            ("1:1",),
            id="options of a parameter",
        ),
        pytest.param({"resolution": {"values": ["1k", "2k"]}}, ("1k", "2k"), id="values of a parameter"),
        pytest.param({"resolutions": [None], "resolution": {"values": ["1k"]}}, ("1k",), id="the first that holds some"),
        pytest.param({"resolutions": "1024x1024"}, (), id="no list"),
        pytest.param({"resolutions": ["x" * 101, "a\nb", "\ud800"]}, (), id="no values to send or to show"),
    ],
)  # fmt: skip
def test_sizes_are_read_from_wherever_they_stand(supported: dict[str, Any], sizes: tuple[str, ...]) -> None:
    assert read(supported_parameters=supported).sizes == sizes


def test_a_price_is_found_by_the_size_as_the_model_spells_it() -> None:
    model = read(
        supported_parameters={"resolutions": ["1024*1024", "2K"]},
        pricing={"per_image": {"1024x1024": 0.01, "2k": 0.02}},
    )

    assert [model.price_of(size) for size in model.sizes] == [Decimal("0.01"), Decimal("0.02")]


@pytest.mark.parametrize(
    ("supported", "fields"),
    [
        pytest.param({}, None, id="nothing is said"),
        pytest.param({"parameters": {"quality": {}}}, set(), id="none of those that people can set"),
        pytest.param({"parameters": {}}, set(), id="none at all"),
        pytest.param({"parameters": "many"}, None, id="nothing that can be understood"),
        pytest.param({"parameters": {"seed": {}, "strength": None}}, {"seed"}, id="those that are named"),
        pytest.param({"seed": {"type": "range"}, "strength": False}, {"seed"}, id="directly"),
        pytest.param({"parameters": ["seed", "guidance_scale"]}, {"seed", "guidance_scale"}, id="as a list"),
        pytest.param(["negative_prompt", 7], {"negative_prompt"}, id="as nothing but a list"),
    ],
)
def test_a_model_takes_exactly_the_fields_that_are_named(supported: Any, fields: set[str] | None) -> None:
    assert read(supported_parameters=supported).fields == fields


def test_what_only_one_model_knows_the_guide_adds() -> None:
    kontext = read("flux-kontext", supported_parameters={"parameters": {"seed": {}}})

    assert kontext.fields == frozenset({RequestField.SEED, RequestField.KONTEXT_MAX_MODE})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, False, id="nothing is said"),
        pytest.param({"id": "fal/remove-background"}, True, id="it cuts out"),
        pytest.param({"name": "Crystal Upscaler"}, True, id="it enlarges"),
        pytest.param({"tags": ["upscaling"]}, True, id="a tag says that it enlarges"),
        pytest.param({"capabilities": {"inpainting": True}}, True, id="it paints within a mask"),
        pytest.param(
            {"supported_parameters": {"parameters": {"background": {"type": "string"}}}},
            True,
            id="a parameter",
        ),
        pytest.param({"supported_parameters": {"background": False}}, False, id="a parameter denied"),
        pytest.param({"id": "gpt-image-1"}, True, id="the guide's table"),
        pytest.param({"name": 7, "tags": "upscaling"}, False, id="nonsense"),
    ],
)
def test_transparency_is_of_use_only_where_something_says_so(said: dict[str, Any], expected: bool) -> None:
    (model,) = read_models([{"id": "fox-1", **said}])

    assert model.uses_transparency is expected


@pytest.mark.parametrize("said", [{"capabilities": {"nsfw": True}}, {"nsfw": True}])
def test_a_model_for_adults_is_known_as_one(said: dict[str, Any]) -> None:
    assert read(**said).is_nsfw
    assert not read().is_nsfw


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(None, id="nothing"),
        pytest.param("hidream", id="a string"),
        pytest.param([], id="a list"),
        pytest.param({}, id="no id"),
        pytest.param({"id": ""}, id="an empty id"),
        pytest.param({"id": 7}, id="a number for an id"),
        pytest.param({"id": 10**5000}, id="a number without end for an id"),
        pytest.param({"id": "x" * 101}, id="an id too long to be chosen"),
        pytest.param({"id": "a\x1b[31mb"}, id="an id that cannot be printed"),
        pytest.param({"id": "\ud800"}, id="an id that is no text"),
        pytest.param({"id": " fox"}, id="an id that nobody can type"),
        pytest.param({"id": "fox", "fixed_image_count": 64}, id="more at once than a call may ask for"),
    ],
)
def test_an_entry_that_cannot_be_used_is_left_out_and_told_once(
    entry: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The others stay."""
    with caplog.at_level(logging.WARNING):
        models = read_models([entry, {"id": "fox-1"}, entry])

    assert [model.id for model in models] == ["fox-1"]
    assert len(caplog.records) == 1
    assert caplog.messages[0].startswith("2 entries of NanoGPT's catalogue cannot be understood")
    assert caplog.messages[0].isprintable()


def test_of_entries_with_one_id_the_first_counts() -> None:
    models = read_models([{"id": "fox", "name": "First"}, {"id": "bear"}, {"id": "fox", "name": "Second"}])

    assert [(model.id, model.name) for model in models] == [("fox", "First"), ("bear", "bear")]


def test_names_fit_on_a_line() -> None:
    model = read(name="Fox\n\x1b[31mOne", description="x" * 5000)

    assert model.name == "Fox [31mOne"
    assert len(model.description) == 300


async def test_every_model_of_the_stand_in_is_understood() -> None:
    """It lists what the vendor's documents say; a model's row in the guide says the same."""
    stand_in = NanoGPTStandIn(api_key="sk-nano-catalogue")
    models = {model.id: model for model in read_models(stand_in.catalogue.listed(is_detailed=True))}

    assert set(models) >= set(GUIDE_MODELS)
    for model_id, guide in GUIDE_MODELS.items():
        assert (models[model_id].pictures, models[model_id].mask) == (guide.pictures, guide.mask)
