"""Whether a request can be carried out, and by which model: pure, and decided before anything is held or paid."""

from __future__ import annotations

from dataclasses import dataclass

from nanobot.errors import PersonError
from nanobot.generation.request import MAX_COUNT, MAX_PICTURES, MAX_PROMPT_CHARACTERS, GenerationRequest, Kind
from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import Model, RequestField
from nanobot.nanogpt.shapes import GUIDANCE_SCALE_RANGE, SEED_RANGE, STEPS_RANGE, STRENGTH_RANGE


class RequestNotAccepted(PersonError):
    """The request cannot be carried out as it stands; the sentence says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDefaults:
    """The model of each job where the person named none."""

    imagine: str
    edit: str
    inpainting: str
    upscale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a request is carried out.

    `model` is `None` where the catalogue does not know `model_id` and NanoGPT is left to judge. `orders` are the `n`
    of each paid call; together they give `count` pictures, which are what is held. `size` is spelled as the model
    lists it; `left_out` are the optional fields that were given and that the model does not take.
    """

    model_id: str
    model: Model | None
    count: int
    orders: tuple[int, ...]
    size: str | None
    left_out: tuple[RequestField, ...]


def choose_model(request: GenerationRequest, defaults: ModelDefaults) -> str:
    """Return the model that the person named, or the default for what they gave."""
    if request.model:
        return request.model
    if request.kind is Kind.UPSCALE:
        return defaults.upscale
    if request.mask is not None:
        return defaults.inpainting
    return defaults.edit if request.pictures else defaults.imagine


def check_request(request: GenerationRequest, model_id: str) -> None:
    """Check everything that can be known before a picture is read.

    A model that is not in the table is left to NanoGPT to judge: it lists far more than the table does.

    Raises:
        RequestNotAccepted: the request cannot work.
    """
    _check_prompt(request.prompt)
    _check_within("seed", request.seed, SEED_RANGE)
    _check_within("guidance_scale", request.guidance_scale, GUIDANCE_SCALE_RANGE)
    _check_within("steps", request.steps, STEPS_RANGE)
    _check_within("strength", request.strength, STRENGTH_RANGE)
    if not 1 <= request.count <= MAX_COUNT:
        raise RequestNotAccepted(
            f"Between 1 and {MAX_COUNT} pictures can be made at once; you asked for {request.count}."
        )
    if len(request.pictures) > MAX_PICTURES:
        raise RequestNotAccepted(
            f"At most {MAX_PICTURES} pictures can be given at once; you gave {len(request.pictures)}."
        )
    if request.kind is Kind.EDIT and not request.pictures:
        raise RequestNotAccepted(
            "There is no picture to edit. Attach one, or reply to a message that has one."
        )
    if request.kind is Kind.UPSCALE and not request.pictures:
        raise RequestNotAccepted("There is no picture to enlarge. Attach one, or give a link to one.")
    if request.mask is not None and not request.pictures:
        raise RequestNotAccepted("A mask needs the picture that it belongs to. Attach that picture as well.")
    model = GUIDE_MODELS.get(model_id)
    if model is not None:
        _check_pictures(request, model)


def _check_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise RequestNotAccepted("Say in a few words what the picture should show.")
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise RequestNotAccepted(
            f"The prompt has {len(prompt)} characters; {MAX_PROMPT_CHARACTERS} fit. Please shorten it."
        )


def _check_within(name: str, value: float | None, bounds: tuple[float, float]) -> None:
    low, high = bounds
    if value is not None and not low <= value <= high:
        raise RequestNotAccepted(f"`{name}` lies between {low:g} and {high:.10g}; you gave {value:.10g}.")


def _check_pictures(request: GenerationRequest, model: Model) -> None:
    given = len(request.pictures)
    if given and model.pictures == "none":
        raise RequestNotAccepted(
            f"`{model.id}` makes pictures from text alone. Leave the picture out, or choose a model that edits, "
            "such as `flux-kontext`."
        )
    if not given and model.pictures == "required":
        raise RequestNotAccepted(
            f"`{model.id}` changes a picture and needs one. Attach one, or choose a model that paints from text, "
            "such as `hidream`."
        )
    if given > model.max_pictures > 0:
        takes = f"{model.max_pictures} pictures" if model.max_pictures > 1 else "one picture"
        raise RequestNotAccepted(
            f"`{model.id}` takes {takes}; you gave {given}. `flux-kontext` takes several."
        )
    if request.mask is not None and model.mask == "none":
        raise RequestNotAccepted(
            f"`{model.id}` takes no mask. Use `flux-lora/inpainting`, or leave the mask out."
        )
    if request.mask is None and model.mask == "required":
        raise RequestNotAccepted(
            f"`{model.id}` needs a mask: white where the picture may change, black elsewhere."
        )
