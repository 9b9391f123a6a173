"""A plan and prepared pictures as the paid calls that NanoGPT is sent: pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from nanobot.generation.gather import GivenPictures
from nanobot.generation.plan import Plan, given_fields
from nanobot.generation.request import GenerationRequest
from nanobot.nanogpt.models import Model
from nanobot.nanogpt.shapes import SEED_RANGE, ImageRequest


def image_requests(
    request: GenerationRequest,
    plan: Plan,
    given: GivenPictures,
    *,
    user: str,
    response_format: Literal["url", "b64_json"],
) -> tuple[ImageRequest, ...]:
    """Return one call for each of the plan's orders, with the fields that the model takes and no others."""
    model = plan.model or Model(id=plan.model_id, name=plan.model_id)
    sent = {
        name.value: value
        for name, value in given_fields(request).items()
        if model.takes_field(name, pictures=len(given.data_urls))
    }
    base = ImageRequest(
        prompt=request.prompt,
        model=plan.model_id,
        size=plan.size,
        response_format=response_format,
        user=user,
        image_data_urls=given.data_urls,
        mask_data_url=given.mask_data_url,
        moderation=request.moderation,
        **sent,
    )
    made_before = (sum(plan.orders[:place]) for place in range(len(plan.orders)))
    return tuple(
        replace(base, n=count, seed=_seed(base.seed, before))
        for count, before in zip(plan.orders, made_before, strict=True)
    )


def with_pictures(order: ImageRequest, given: GivenPictures) -> ImageRequest:
    """Return the same call on other pictures."""
    return replace(order, image_data_urls=given.data_urls, mask_data_url=given.mask_data_url)


def _seed(seed: int | None, made_before: int) -> int | None:
    """Return another seed for each call: the same one would give the same pictures again."""
    return None if seed is None else (seed + made_before) % (SEED_RANGE[1] + 1)
