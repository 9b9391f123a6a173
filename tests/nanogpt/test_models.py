"""What a model takes and what it costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import ANY_SIZE, Model, RequestField


def model(**said: Any) -> Model:
    return Model(**{"id": "fox-1", "name": "Fox 1", **said})


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"pictures": "optional"}, id="takes none of those it takes"),
        pytest.param({"max_pictures": 2}, id="takes some of those it does not take"),
        pytest.param(
            {"pictures": "required", "max_pictures": 1, "min_pictures": 2}, id="needs more than it takes"
        ),
        pytest.param({"max_outputs": 0}, id="makes none"),
        pytest.param({"fixed_outputs": 0}, id="always makes none"),
    ],
)
def test_a_model_that_cannot_be_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(a model takes|a call gives)"):
        model(**said)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        pytest.param({}, [0], id="from text only"),
        pytest.param({"pictures": "optional", "max_pictures": 2}, [0, 1, 2], id="with or without"),
        pytest.param({"pictures": "required", "max_pictures": 2}, [1, 2], id="only with"),
        pytest.param(
            {"pictures": "required", "max_pictures": 3, "min_pictures": 2}, [2, 3], id="two at least"
        ),
    ],
)
def test_a_model_takes_so_many_pictures(said: dict[str, Any], taken: list[int]) -> None:
    assert [count for count in range(6) if model(**said).takes_pictures(count)] == taken


def test_strength_is_about_a_picture() -> None:
    named = model(fields=frozenset({RequestField.STRENGTH}))

    assert not named.takes_field(RequestField.STRENGTH, pictures=0)
    assert named.takes_field(RequestField.STRENGTH, pictures=1)
    assert not named.takes_field(RequestField.SEED, pictures=1)


def test_where_nobody_says_every_model_takes_what_the_guide_gives_to_all() -> None:
    """The guide keeps `kontext_max_mode` for flux-kontext."""
    assert {name for name in RequestField if model().takes_field(name, pictures=1)} == set(RequestField) - {
        RequestField.KONTEXT_MAX_MODE
    }
    assert [
        id_ for id_, one in GUIDE_MODELS.items() if one.takes_field(RequestField.KONTEXT_MAX_MODE, pictures=1)
    ] == ["flux-kontext"]


@pytest.mark.parametrize(
    ("prices", "size", "price"),
    [
        pytest.param({"512x512": 1, "2k": 3}, "512x512", 1, id="its own"),
        pytest.param({"512x512": 1, "2k": 3}, "4k", 3, id="of no known size: the dearest"),
        pytest.param({"512x512": 1, "2k": 3}, None, 3, id="of no size: the dearest"),
        pytest.param({ANY_SIZE: 2, "2k": 3}, "4k", 2, id="that of all others"),
        pytest.param({ANY_SIZE: 2, "2k": 3}, None, 2, id="that of the default"),
        pytest.param({}, "2k", None, id="none known"),
    ],
)
def test_a_price_is_never_guessed_too_low(
    prices: dict[str, int], size: str | None, price: int | None
) -> None:
    priced = model(prices={name: Decimal(amount) for name, amount in prices.items()})

    assert priced.price_of(size) == price


@pytest.mark.parametrize(
    ("said", "count", "orders"),
    [
        pytest.param({}, 4, (4,), id="any number at once"),
        pytest.param({"max_outputs": 4}, 3, (3,), id="fewer than the most"),
        pytest.param({"max_outputs": 1}, 3, (1, 1, 1), id="one at a time"),
        pytest.param({"max_outputs": 3}, 4, (3, 1), id="a rest"),
        pytest.param({"fixed_outputs": 4}, 1, (4,), id="always four"),
        pytest.param({"fixed_outputs": 4}, 5, (4, 4), id="twice four for five"),
    ],
)
def test_pictures_are_ordered_in_calls_that_the_model_takes(
    said: dict[str, Any], count: int, orders: tuple[int, ...]
) -> None:
    assert model(**said).orders_of(count) == orders


@given(
    count=st.integers(min_value=1, max_value=10),
    most=st.none() | st.integers(min_value=1, max_value=10),
    fixed=st.none() | st.integers(min_value=1, max_value=10),
)
def test_the_calls_give_what_was_asked_for(count: int, most: int | None, fixed: int | None) -> None:
    """More than asked for only where every call gives a fixed number, and then less than one call too many."""
    orders = model(max_outputs=most, fixed_outputs=fixed).orders_of(count)

    assert count <= sum(orders) < count + (fixed or 1)
    assert all(order <= (fixed or most or count) for order in orders)


def test_the_guide_lists_the_models_of_the_document() -> None:
    assert len(GUIDE_MODELS) == 13
    assert {id_ for id_, one in GUIDE_MODELS.items() if one.max_pictures > 1} == {
        "flux-kontext",
        "flux-kontext/dev",
        "gpt-4o-image",
        "gpt-image-1",
    }
