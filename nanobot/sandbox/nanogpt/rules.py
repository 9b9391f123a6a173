"""What a request for pictures must be like, per model, and the order that a good one becomes. Imports nothing of nanobot.

The vendor's OpenAPI file lists the fields and does not say what happens to others, so a field that neither it nor
the vendor's image guide knows is refused: a misspelt one is then seen instead of silently doing nothing.
`negative_prompt` stands in the guide without a list of the models that take it, so every model takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from nanobot.sandbox.nanogpt.catalogue import (
    AUTO,
    DEFAULT_MODEL_ID,
    KONTEXT_MAX_MODE_MODEL_ID,
    MODELS,
    Model,
    PictureInput,
)
from nanobot.sandbox.nanogpt.pictures import InputPicture, read_picture
from nanobot.sandbox.nanogpt.refusals import Refusal, invalid

# The schema OpenAIImageGenerationsRequest of https://docs.nano-gpt.com/openapi.json
_RESPONSE_FORMATS = ("b64_json", "url")
_DEFAULT_STRENGTH = 0.8


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


def read_order(body: object) -> Order:
    """Check `body`, the JSON of a request, against the rules.

    Raises:
        Refusal: the first rule that it breaks.
    """
    if not isinstance(body, Mapping):
        raise Refusal(status=400, code="invalid_json", message="The body must be a JSON object.")
    _check_fields(body)
    model = _model_named(body.get("model", DEFAULT_MODEL_ID))
    _check_against_model(body, model)
    _check_picture_fields(body, model)
    urls = body.get("imageDataUrls", [body["imageDataUrl"]] if "imageDataUrl" in body else [])
    param = "imageDataUrls" if "imageDataUrls" in body else "imageDataUrl"
    return Order(
        model=model,
        prompt=body["prompt"],
        n=body.get("n", 1),
        size=_size_of(body, model),
        as_url=body.get("response_format") == "url",
        pictures=tuple(read_picture(url, param) for url in urls),
        mask=read_picture(body["maskDataUrl"], "maskDataUrl") if "maskDataUrl" in body else None,
        strength=float(body.get("strength", _DEFAULT_STRENGTH)),
        seed=body.get("seed"),
        kontext_max_mode=body.get("kontext_max_mode", False),
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


def _model_named(model_id: str) -> Model:
    if model_id not in MODELS:
        raise Refusal(
            status=404,
            code="model_not_found",
            message=f"The model {model_id!r} does not exist or is not available.",
            param="model",
        )
    return MODELS[model_id]


def _size_of(body: Mapping[str, str], model: Model) -> str:
    default = AUTO if model.pictures is PictureInput.REQUIRED else model.resolutions[0]
    return body.get("size", default)


def _check_against_model(body: Mapping[str, object], model: Model) -> None:
    n = body.get("n", 1)
    if _is_integer(n) and n > model.max_images:
        raise invalid("n", f"{model.id} makes at most {model.max_images} pictures at once.")
    if "size" in body and body["size"] not in model.resolutions:
        raise invalid("size", f"{model.id} takes the sizes {', '.join(model.resolutions)}.")
    if "kontext_max_mode" in body and model.id != KONTEXT_MAX_MODE_MODEL_ID:
        raise invalid("kontext_max_mode", f"kontext_max_mode is for {KONTEXT_MAX_MODE_MODEL_ID} only.")


def _check_picture_fields(body: Mapping[str, object], model: Model) -> None:
    if "imageDataUrl" in body and "imageDataUrls" in body:
        raise invalid("imageDataUrls", "Send either imageDataUrl or imageDataUrls, not both.")
    param = "imageDataUrls" if "imageDataUrls" in body else "imageDataUrl"
    if param in body and model.pictures is PictureInput.NEVER:
        raise invalid(param, f"{model.id} takes no picture.")
    if param not in body and model.pictures is PictureInput.REQUIRED:
        raise invalid(param, f"{model.id} needs a picture.")
    several = body.get("imageDataUrls")
    if isinstance(several, list) and len(several) > 1 and not model.several_pictures:
        raise invalid("imageDataUrls", f"{model.id} takes one picture.")
    if "maskDataUrl" in body and not model.inpaints:
        raise invalid("maskDataUrl", f"{model.id} takes no mask.")
    if model.inpaints and not {"imageDataUrl", "maskDataUrl"} <= body.keys():
        raise invalid("maskDataUrl", f"{model.id} needs both imageDataUrl and maskDataUrl.")
