from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from nanobot.generation.estimate import estimated_usd
from nanobot.generation.plan import Plan
from nanobot.generation.request import GenerationRequest, Kind
from nanobot.nanogpt.models import Model, RequestField
from tests.generation.studio import ADDRESS, MEMBER, Given

PAINTER = Model(
    id="painter", name="Painter", prices={"512x512": Decimal("0.009"), "1024x1024": Decimal("0.014")}
)


def estimate(
    model: Model | None,
    *,
    size: str | None = "512x512",
    orders: tuple[int, ...] = (3,),
    left_out: tuple[RequestField, ...] = (),
    **asked: Any,
) -> Decimal | None:
    request = GenerationRequest(kind=Kind.IMAGINE, member=MEMBER, address=ADDRESS, prompt="a fox", **asked)
    plan = Plan(
        model_id="painter", model=model, count=sum(orders), orders=orders, size=size, left_out=left_out
    )
    return estimated_usd(request, plan)


def test_every_picture_costs_what_its_size_does() -> None:
    assert estimate(PAINTER) == Decimal("0.027")


def test_a_size_that_the_model_chooses_is_taken_for_its_dearest() -> None:
    assert estimate(PAINTER, size=None) == Decimal("0.042")


def test_checking_each_picture_is_part_of_what_it_costs() -> None:
    assert estimate(PAINTER, check_results=True) == Decimal("0.0315")


def test_checking_what_is_given_is_paid_for_in_each_call() -> None:
    """The prompt, each picture and the mask, whatever comes of them."""
    given: dict[str, Any] = {"moderation": True, "pictures": (Given(),), "mask": Given()}

    assert estimate(PAINTER, moderation=True) == Decimal("0.0285")
    assert estimate(PAINTER, orders=(1, 1, 1), **given) == Decimal("0.0405")


def test_the_mode_that_costs_more_is_held_where_the_model_takes_it() -> None:
    mode = RequestField.KONTEXT_MAX_MODE

    assert estimate(PAINTER, kontext_max_mode=True) == Decimal("0.054")
    assert estimate(PAINTER, kontext_max_mode=False) == Decimal("0.027")
    assert estimate(PAINTER, kontext_max_mode=True, left_out=(mode,)) == Decimal("0.027")


@pytest.mark.parametrize(
    "model",
    [pytest.param(None, id="unknown model"), pytest.param(Model(id="painter", name="P"), id="no price")],
)
def test_without_a_price_there_is_no_estimate(model: Model | None) -> None:
    assert estimate(model) is None
