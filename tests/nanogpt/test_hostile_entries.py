"""No JSON makes the reading of the catalogue fail, and whatever is read can be used."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nanobot.nanogpt.catalogue import ANYTHING, Catalogue, nearest_sizes
from nanobot.nanogpt.entries import read_models
from nanobot.nanogpt.prices import read_prices

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**400)
ANY_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
"""Anything that `json.loads` may return, also the numbers that are none."""

PARTS = (
    "name",
    "description",
    "architecture",
    "pricing",
    "capabilities",
    "supported_parameters",
    "max_input_images",
)
CAPABILITIES = (
    "image_generation",
    "image_to_image",
    "image_editing",
    "inpainting",
    "nsfw",
    "max_input_images",
)
SUPPORTED = (
    "resolutions",
    "resolution",
    "parameters",
    "max_images",
    "max_output_images",
    "max_input_images",
    "fixed_image_count",
    "input_image_constraints",
    "seed",
)


def objects(names: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), values)


@given(pricing=ANY_JSON)
def test_no_json_makes_the_reading_fail(pricing: Any) -> None:
    """Whatever is read is a price that the bot can reckon with and store."""
    for read_from in (pricing, {"per_image": pricing}):
        for size, price in read_prices(read_from).items():
            assert isinstance(size, str)
            assert Decimal(0) <= price <= 100


@given(entries=st.lists(ANY_JSON | objects(("id", *PARTS), ANY_JSON)))
def test_no_list_makes_the_reading_fail(entries: list[Any]) -> None:
    assert len(read_models(entries)) <= len(entries)


@given(
    parts=objects(PARTS, ANY_JSON),
    capabilities=objects(CAPABILITIES, st.booleans() | ANY_JSON),
    supported=objects(SUPPORTED, st.integers(min_value=-1, max_value=12) | ANY_JSON),
    typed=st.text(max_size=20),
)
def test_whatever_is_said_of_a_model_it_can_be_found_and_ordered(
    parts: dict[str, Any], capabilities: dict[str, Any], supported: dict[str, Any], typed: str
) -> None:
    """Unless every call of it would give more pictures than one call may ask for."""
    entry = {"capabilities": capabilities, "supported_parameters": supported, **parts, "id": "fox"}
    for model in read_models([entry]):
        catalogue = Catalogue([model])
        catalogue.matches(typed, ANYTHING, limit=25)

        assert catalogue.nearest(typed, ANYTHING) == ["fox"]
        assert set(nearest_sizes(model, typed)) <= set(model.sizes)
        assert 1 <= sum(model.orders_of(1)) <= 10
