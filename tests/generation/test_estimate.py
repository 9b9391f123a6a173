from __future__ import annotations

from decimal import Decimal

import pytest

from nanobot.generation.estimate import estimated_usd
from nanobot.generation.plan import Plan
from nanobot.generation.request import GenerationRequest, Kind
from nanobot.nanogpt.models import Model
from tests.generation.studio import ADDRESS, MEMBER

PAINTER = Model(
    id="painter", name="Painter", prices={"512x512": Decimal("0.009"), "1024x1024": Decimal("0.014")}
)


def estimate(
    model: Model | None, *, size: str | None = "512x512", count: int = 3, check_results: bool = False
) -> Decimal | None:
    request = GenerationRequest(
        kind=Kind.IMAGINE, member=MEMBER, address=ADDRESS, prompt="a fox", check_results=check_results
    )
    plan = Plan(model_id="painter", model=model, count=count, orders=(count,), size=size, left_out=())
    return estimated_usd(request, plan)


def test_every_picture_costs_what_its_size_does() -> None:
    assert estimate(PAINTER) == Decimal("0.027")


def test_a_size_that_the_model_chooses_is_taken_for_its_dearest() -> None:
    assert estimate(PAINTER, size=None) == Decimal("0.042")


def test_checking_each_picture_is_part_of_what_it_costs() -> None:
    assert estimate(PAINTER, check_results=True) == Decimal("0.0315")


@pytest.mark.parametrize(
    "model",
    [pytest.param(None, id="unknown model"), pytest.param(Model(id="painter", name="P"), id="no price")],
)
def test_without_a_price_there_is_no_estimate(model: Model | None) -> None:
    assert estimate(model) is None
