"""What a request for pictures must be like, per model, and the order that a good one becomes. Imports nothing of nanobot.

The vendor's OpenAPI file lists the fields and does not say what happens to others, so a field that neither it nor
the vendor's image guide knows is refused: a misspelt one is then seen instead of silently doing nothing.
Which optional fields a model takes is what its entry in the catalogue names; where that names none, it takes all but
`kontext_max_mode`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from nanobot.sandbox.nanogpt.models import AUTO, Model, Takes
from nanobot.sandbox.nanogpt.offer import DEFAULT_MODEL_ID, KONTEXT_MAX_MODE, KONTEXT_MAX_MODE_MODEL_ID
from nanobot.sandbox.nanogpt.pictures import InputPicture, read_picture
from nanobot.sandbox.nanogpt.refusals import Refusal, invalid

# The schema OpenAIImageGenerationsRequest of https://docs.nano-gpt.com/openapi.json
_RESPONSE_FORMATS = ("b64_json", "url")
_DEFAULT_STRENGTH = 0.8
# https://docs.nano-gpt.com/api-reference/image-generation: "Optional parameters (model-specific)", and the negative
# prompt of its best practices.
OPTIONAL_FIELDS = (
    "strength",
    "guidance_scale",
    "num_inference_steps",
    "seed",
    "negative_prompt",
    KONTEXT_MAX_MODE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request that keeps every rule. `size` is one of the model's resolutions, `seed` None leaves it to the painter."""

    model: Model
    prompt: str
    n: int
    size: str
    as_url: bool
    pictures: tuple[InputPicture, ...]
    mask: InputPicture | None
    strength: float
    seed: int | None
    kontext_max_mode: bool


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _between(low: float, high: float) -> Callable[[object], bool]:
    return lambda value: _is_number(value) and low <= value <= high


@dataclass(frozen=True, slots=True)
class _Rule:
    """Whether a value suits a field, and how the refusal names what would."""

    suits: Callable[[object], bool]
    takes: str


# In the order in which they are checked.
_FIELDS = {
    "model": _Rule(_is_text, "a string"),
    "prompt": _Rule(
        lambda value: isinstance(value, str) and bool(value.strip()), "a string that is not empty"
    ),
    "n": _Rule(lambda value: _is_integer(value) and value >= 1, "a whole number of at least 1"),
    "size": _Rule(_is_text, "a string"),
    "response_format": _Rule(lambda value: value in _RESPONSE_FORMATS, 'either "b64_json" or "url"'),
    "user": _Rule(_is_text, "a string"),
    "negative_prompt": _Rule(_is_text, "a string"),
    "strength": _Rule(_between(0, 1), "a number from 0 to 1"),
    "guidance_scale": _Rule(_between(0, 20), "a number from 0 to 20"),
    "num_inference_steps": _Rule(
        lambda value: _is_integer(value) and 1 <= value <= 100, "a whole number from 1 to 100"
    ),
    "seed": _Rule(_is_integer, "a whole number"),
    "kontext_max_mode": _Rule(lambda value: isinstance(value, bool), "true or false"),
    "imageDataUrl": _Rule(_is_text, "a data URL"),
    "imageDataUrls": _Rule(
        lambda value: isinstance(value, list) and bool(value), "a list with at least one data URL"
    ),
    "maskDataUrl": _Rule(_is_text, "a data URL"),
}


def read_order(body: object, models: Mapping[str, Model]) -> Order:
    """Check `body`, the JSON of a request, against the rules; `models` are those on offer, by id.

    Raises:
        Refusal: the first rule that it breaks.
    """
    if not isinstance(body, Mapping):
        raise Refusal(status=400, code="invalid_json", message="The body must be a JSON object.")
    _check_fields(body)
    model = _model_named(body.get("model", DEFAULT_MODEL_ID), models)
    _check_against_model(body, model)
    _check_optional_fields(body, model)
    _check_picture_fields(body, model)
    urls = body.get("imageDataUrls", [body["imageDataUrl"]] if "imageDataUrl" in body else [])
    pictures = tuple(read_picture(url, _picture_param(body)) for url in urls)
    mask = read_picture(body["maskDataUrl"], "maskDataUrl") if "maskDataUrl" in body else None
    _check_mask_size(mask, pictures)
    return Order(
        model=model,
        prompt=body["prompt"],
        n=body.get("n", model.fixed_count or 1),
        size=_size_of(body, model),
        as_url=body.get("response_format") == "url",
        pictures=pictures,
        mask=mask,
        strength=float(body.get("strength", _DEFAULT_STRENGTH)),
        seed=body.get("seed"),
        kontext_max_mode=body.get(KONTEXT_MAX_MODE, False),
    )


def _check_fields(body: Mapping[str, object]) -> None:
    for name in body:
        if name not in _FIELDS:
            raise Refusal(
                status=400, code="unknown_parameter", message=f"Unknown parameter: {name}.", param=name
            )
    if "prompt" not in body:
        raise Refusal(
            status=400,
            code="missing_required_parameter",
            message="Missing required parameter: prompt.",
            param="prompt",
        )
    for name, rule in _FIELDS.items():
        if name in body and not rule.suits(body[name]):
            raise invalid(name, f"{name} must be {rule.takes}.")


def _model_named(model_id: str, models: Mapping[str, Model]) -> Model:
    if model_id not in models:
        raise Refusal(
            status=404,
            code="model_not_found",
            message=f"The model {model_id!r} does not exist or is not available.",
            param="model",
        )
    return models[model_id]


def _size_of(body: Mapping[str, str], model: Model) -> str:
    default = AUTO if model.pictures is Takes.REQUIRED else model.resolutions[0]
    return body.get("size", default)


def _picture_param(body: Mapping[str, object]) -> str:
    return "imageDataUrls" if "imageDataUrls" in body else "imageDataUrl"


def _check_against_model(body: Mapping[str, object], model: Model) -> None:
    n = body.get("n", model.fixed_count or 1)
    if model.fixed_count is not None and n != model.fixed_count:
        raise invalid("n", f"{model.id} always makes {model.fixed_count} pictures.")
    if _is_integer(n) and n > model.max_images:
        raise invalid("n", f"{model.id} makes at most {model.max_images} pictures at once.")
    if "size" in body and body["size"] not in model.resolutions:
        raise invalid("size", f"{model.id} takes the sizes {', '.join(model.resolutions)}.")
    if KONTEXT_MAX_MODE in body and model.id != KONTEXT_MAX_MODE_MODEL_ID:
        raise invalid(KONTEXT_MAX_MODE, f"{KONTEXT_MAX_MODE} is for {KONTEXT_MAX_MODE_MODEL_ID} only.")


def _check_optional_fields(body: Mapping[str, object], model: Model) -> None:
    for name in OPTIONAL_FIELDS:
        if name in body and model.fields is not None and name not in model.fields:
            raise Refusal(
                status=400,
                code="unsupported_parameter",
                message=f"{model.id} does not take {name}.",
                param=name,
            )
    if "strength" in body and _picture_param(body) not in body:
        raise invalid("strength", "strength is about an input picture, and there is none.")


def _check_picture_fields(body: Mapping[str, object], model: Model) -> None:
    if "imageDataUrl" in body and "imageDataUrls" in body:
        raise invalid("imageDataUrls", "Send either imageDataUrl or imageDataUrls, not both.")
    param = _picture_param(body)
    if param in body and model.pictures is Takes.NEVER:
        raise invalid(param, f"{model.id} takes no picture.")
    if param not in body and model.pictures is Takes.REQUIRED:
        raise invalid(param, f"{model.id} needs a picture.")
    several = body.get("imageDataUrls")
    if isinstance(several, list) and len(several) > model.max_pictures:
        raise invalid("imageDataUrls", f"{model.id} takes at most {model.max_pictures} pictures.")
    if "maskDataUrl" in body and model.mask is Takes.NEVER:
        raise invalid("maskDataUrl", f"{model.id} takes no mask.")
    has_both = {"imageDataUrl", "maskDataUrl"} <= body.keys()
    if not has_both and ("maskDataUrl" in body or model.mask is Takes.REQUIRED):
        raise invalid("maskDataUrl", f"{model.id} needs both imageDataUrl and maskDataUrl.")


def _check_mask_size(mask: InputPicture | None, pictures: Sequence[InputPicture]) -> None:
    """Refuse a mask that does not lie on its picture pixel by pixel.

    https://docs.nano-gpt.com/api-reference/image-generation: "`maskDataUrl` (mask)" over "`imageDataUrl` (base image)"
    """
    if mask is not None and mask.upright_size != pictures[0].upright_size:
        width, height = pictures[0].upright_size
        raise invalid("maskDataUrl", f"The mask must have the picture's {width}x{height} pixels.")
