"""What a request will cost, as far as is known before it is paid: pure.

An estimate errs on the side of the owner's money; what NanoGPT says it charged replaces it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from nanobot.generation.plan import Plan
from nanobot.generation.request import GenerationRequest
from nanobot.nanogpt.models import RequestField

# For one picture, in 2026: https://docs.nano-gpt.com/api-reference/endpoint/nsfw-image
_CHECK_USD: Final = Decimal("0.0015")

# NanoGPT prices the check of an input by the tokens of a moderation model that may change, $0.10 a million in its
# example: for a prompt or a picture of up to 15,000 tokens that is no more than this.
# https://docs.nano-gpt.com/api-reference/endpoint/moderation-models
_MODERATION_USD: Final = Decimal("0.0015")

# NanoGPT's list has one price of flux-kontext; its maker takes twice as much for [max] as for [pro].
# https://docs.bfl.ml/quick_start/pricing
_MAX_MODE_TIMES: Final = 2


def estimated_usd(request: GenerationRequest, plan: Plan) -> Decimal | None:
    """Return US dollars for the model and for checking what it is given and what it makes; `None` where there is no price."""
    price = plan.model.price_of(plan.size) if plan.model is not None else None
    if price is None:
        return None
    if request.kontext_max_mode and RequestField.KONTEXT_MAX_MODE not in plan.left_out:
        price *= _MAX_MODE_TIMES
    if request.check_results:
        price += _CHECK_USD
    return plan.count * price + _moderation_usd(request, plan)


def _moderation_usd(request: GenerationRequest, plan: Plan) -> Decimal:
    """Return the price of having every call's prompt and pictures checked before it is carried out."""
    if not request.moderation:
        return Decimal(0)
    inputs = 1 + len(request.pictures) + (request.mask is not None)
    return len(plan.orders) * inputs * _MODERATION_USD
