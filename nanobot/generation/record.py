"""What the rows of a generation keep of its request and of answers, for people and for another process to go on with: pure."""

from __future__ import annotations

from nanobot.generation.plan import Plan
from nanobot.generation.request import GenerationRequest, ReturnAddress
from nanobot.nanogpt.shapes import HostedPicture, ImageAnswer, InlinePicture, PendingPicture, Picture
from nanobot.store.generations import InteractionTicket
from nanobot.store.pictures import NewPicture


def describe(request: GenerationRequest, plan: Plan) -> dict[str, object]:
    """Return what is kept of a request: enough to show it again and to make it again."""
    fields: dict[str, object] = {
        "prompt": request.prompt,
        "model": plan.model_id,
        "count": request.count,
        "size": plan.size,
        "seed": request.seed,
        "negative_prompt": request.negative_prompt,
        "guidance_scale": request.guidance_scale,
        "steps": request.steps,
        "strength": request.strength,
        "kontext_max_mode": request.kontext_max_mode,
        "is_age_restricted": request.is_age_restricted or None,
        "moderation": request.moderation or None,
        "check_results": request.check_results or None,
        "pictures": [source.name for source in request.pictures],
        "picture_references": [source.reference for source in request.pictures],
        "mask": request.mask.name if request.mask else None,
        "mask_reference": request.mask.reference if request.mask else None,
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}


def ticket_of(address: ReturnAddress) -> InteractionTicket | None:
    """Return what it takes to answer the command from another process, if it was one."""
    if (
        address.application_id is None
        or address.interaction_token is None
        or address.interaction_expires_at is None
    ):
        return None
    return InteractionTicket(
        application_id=address.application_id,
        token=address.interaction_token,
        expires_at=address.interaction_expires_at,
    )


def to_stored(answer: ImageAnswer) -> list[NewPicture]:
    """Return the pictures of an answer in the form in which they are kept."""
    is_priced = answer.cost is not None
    return [_to_stored(picture, is_priced=is_priced) for picture in answer.pictures]


def _to_stored(picture: Picture, *, is_priced: bool) -> NewPicture:
    match picture:
        case HostedPicture(url=url):
            return NewPicture(url=url, is_priced=is_priced)
        case InlinePicture(data=data):
            return NewPicture(data=data, is_priced=is_priced)
        case PendingPicture(task_id=task_id):
            return NewPicture(task_id=task_id, is_priced=is_priced)
