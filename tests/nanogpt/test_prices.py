"""What a catalogue entry says of prices."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanobot.nanogpt.models import ANY_SIZE
from nanobot.nanogpt.prices import plain_size, read_prices


def read(per_image: Any, **others: Any) -> dict[str, str]:
    prices = read_prices({"per_image": per_image, "currency": "USD", **others})
    return {size: str(price) for size, price in prices.items()}


@pytest.mark.parametrize(
    ("per_image", "prices"),
    [
        pytest.param({"1024*1024": 0.005}, {"1024x1024": "0.005"}, id="by size, as the vendor shows it"),
        pytest.param(
            {"1024x1024": 0.1, "2K": 0.2}, {"1024x1024": "0.1", "2k": "0.2"}, id="sizes of any form"
        ),
        pytest.param(0.04, {ANY_SIZE: "0.04"}, id="one number for all"),
        pytest.param("0.0035", {ANY_SIZE: "0.0035"}, id="a number in a string"),
        pytest.param("$0.02", {ANY_SIZE: "0.02"}, id="with its sign"),
        pytest.param(0, {ANY_SIZE: "0"}, id="free"),
        pytest.param(
            {"default": 0.04, "2048*2048": 0.08}, {ANY_SIZE: "0.04", "2048x2048": "0.08"}, id="default"
        ),
        pytest.param({"auto": 0.04}, {"auto": "0.04", ANY_SIZE: "0.04"}, id="auto holds for what has none"),
        pytest.param(
            {"auto": 0.04, "default": 0.05}, {"auto": "0.04", ANY_SIZE: "0.05"}, id="unless a default is said"
        ),
        pytest.param(
            {"low": {"1024*1024": 0.01}, "high": {"1024*1024": 0.17}},
            {"1024x1024": "0.17"},
            id="by quality, then by size: the dearest",
        ),
        pytest.param(
            {"1024*1024": {"high": 0.17, "low": 0.01}}, {"1024x1024": "0.17"}, id="by size, then by quality"
        ),
        pytest.param({"standard": 0.04, "hd": 0.08}, {ANY_SIZE: "0.08"}, id="by quality alone"),
        pytest.param({"4" * 101: 0.04}, {ANY_SIZE: "0.04"}, id="by something too long to be a size"),
        pytest.param([0.01, "0.03", None], {ANY_SIZE: "0.03"}, id="a list"),
    ],
)
def test_prices_are_read_from_every_known_shape(per_image: Any, prices: dict[str, str]) -> None:
    """They are exact: a tenth of a dollar is a tenth, not its nearest binary fraction."""
    assert read(per_image) == prices


@pytest.mark.parametrize(
    "per_image",
    [
        pytest.param(None, id="null"),
        pytest.param(-0.01, id="negative"),
        pytest.param(float("nan"), id="no number"),
        pytest.param(float("inf"), id="infinite"),
        pytest.param("-1", id="a negative string"),
        pytest.param("NaN", id="a string that is no number"),
        pytest.param("Infinity", id="an infinite string"),
        pytest.param("1e999999999", id="an exponent without reason"),
        pytest.param("9" * 5000, id="digits without end"),
        pytest.param(10**5000, id="a number without end"),
        pytest.param(5000, id="more than any picture costs"),
        pytest.param("cheap", id="words"),
        pytest.param(True, id="a truth"),
        pytest.param({}, id="no sizes"),
        pytest.param({"a": {"b": {"c": {"d": {"e": 0.1}}}}}, id="deeper than anything known"),
    ],
)
def test_what_is_no_price_is_ignored(per_image: Any) -> None:
    """It does not take a good price beside it along."""
    assert read(per_image) == {}
    assert read({"1024*1024": 0.04, "512*512": per_image}) == {"1024x1024": "0.04"}


@pytest.mark.parametrize("pricing", [None, 0.04, "0.04", [], [{"per_image": 1}], {}, {"per_second": 0.1}])
def test_prices_of_an_unknown_form_are_none(pricing: Any) -> None:
    assert read_prices(pricing) == {}


@pytest.mark.parametrize(
    ("currency", "is_known"),
    [("USD", True), ("usd", True), (None, True), ("EUR", False), ("XNO", False), (840, False)],
)
def test_only_dollars_are_understood(currency: Any, *, is_known: bool) -> None:
    """The bot's books are in US dollars, and an amount in another currency would be wrong there."""
    assert bool(read(0.04, currency=currency)) is is_known


@pytest.mark.parametrize("size", ["1024x1024", "1024*1024", "1024 x 1024", " 1024X1024 ", "1024×1024"])
def test_a_size_is_the_same_in_each_spelling(size: str) -> None:
    assert plain_size(size) == "1024x1024"


@given(
    price=st.decimals(min_value=0, max_value=100, places=6), size=st.sampled_from(["1024*1024", "auto", "4k"])
)
def test_a_price_comes_out_as_it_went_in(price: Decimal, size: str) -> None:
    assert read_prices(json.loads(json.dumps({"per_image": {size: str(price)}})))[plain_size(size)] == price
