"""What a request will cost, as far as is known before it is paid: pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from nanobot.generation.plan import Plan
from nanobot.generation.request import GenerationRequest

# For one picture, in 2026: https://docs.nano-gpt.com/api-reference/endpoint/nsfw-image
_CHECK_USD: Final = Decimal("0.0015")


def estimated_usd(request: GenerationRequest, plan: Plan) -> Decimal | None:
    """Return the price of the model and of checking what it makes, in US dollars; `None` where there is no price.

    A check of the prompt, of which NanoGPT states no price, is not in it.
    """
    price = plan.model.price_of(plan.size) if plan.model is not None else None
    if price is None:
        return None
    return plan.count * (price + (_CHECK_USD if request.check_results else 0))
