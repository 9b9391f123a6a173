"""Whether and how a request can be carried out: pure, and decided before anything is held or paid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Self

from nanobot.errors import PersonError
from nanobot.generation.request import MAX_COUNT, MAX_PICTURES, MAX_PROMPT_CHARACTERS, GenerationRequest, Kind
from nanobot.nanogpt.catalogue import Catalogue, Needs, nearest_sizes
from nanobot.nanogpt.models import Model, RequestField
from nanobot.nanogpt.prices import plain_size
from nanobot.nanogpt.shapes import (
    GUIDANCE_SCALE_RANGE,
    PICTURES_RANGE,
    SEED_RANGE,
    STEPS_RANGE,
    STRENGTH_RANGE,
)
from nanobot.settings import Settings

_ALTERNATIVES: Final = 3
_NAMED_CHARACTERS: Final = 100


class RequestNotAccepted(PersonError):
    """The request cannot be carried out as it stands; the sentence says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDefaults:
    """The model of each job where the person named none."""

    imagine: str
    edit: str
    inpainting: str
    upscale: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return those that the operator chose."""
        return cls(
            imagine=settings.default_model,
            edit=settings.default_edit_model,
            inpainting=settings.default_inpainting_model,
            upscale=settings.default_upscale_model,
        )


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

    @property
    def left_out_options(self) -> tuple[str, ...]:
        """Return what is left out by the names that people know it by."""
        return tuple(_OPTIONS.get(field, field.value) for field in self.left_out)


_OPTIONS: Final = {RequestField.NUM_INFERENCE_STEPS: "steps"}


def choose_model(request: GenerationRequest, defaults: ModelDefaults) -> str:
    """Return the model that the person named, or the default for what they gave."""
    if request.model and request.model.strip():
        return request.model.strip()
    return default_model(
        defaults,
        kind=request.kind,
        has_pictures=bool(request.pictures),
        has_mask=request.mask is not None,
    )


def default_model(defaults: ModelDefaults, *, kind: Kind, has_pictures: bool, has_mask: bool) -> str:
    """Return the model of a job for which none is named."""
    if kind is Kind.UPSCALE:
        return defaults.upscale
    if has_mask:
        return defaults.inpainting
    return defaults.edit if has_pictures else defaults.imagine


def make_plan(request: GenerationRequest, *, catalogue: Catalogue, defaults: ModelDefaults) -> Plan:
    """Check everything that can be known before a picture is read, and decide what is sent.

    A model that is unknown is left to NanoGPT to judge where only the guide's few are known.

    Raises:
        RequestNotAccepted: the request cannot work; the sentence names the nearest values that can.
    """
    _check_request(request)
    named = choose_model(request, defaults)
    advice = _Advice(request=request, catalogue=catalogue, defaults=defaults, named=named)
    model = catalogue.find(named)
    if model is None and catalogue.is_live:
        raise RequestNotAccepted(
            f"NanoGPT lists no model `{_shown(named)}`. {advice.choose('Choose another')}."
        )
    if model is not None:
        _check_model(request, model, advice)
    orders = model.orders_of(request.count) if model else (request.count,)
    return Plan(
        model_id=model.id if model else named,
        model=model,
        count=sum(orders),
        orders=orders,
        size=_size_of(request.size, model),
        left_out=_left_out(request, model or Model(id=named, name=named)),
    )


def given_fields(request: GenerationRequest) -> dict[RequestField, Any]:
    """Return the optional fields that the person filled in, by their names on the wire."""
    fields: dict[RequestField, Any] = {
        RequestField.STRENGTH: request.strength,
        RequestField.GUIDANCE_SCALE: request.guidance_scale,
        RequestField.NUM_INFERENCE_STEPS: request.steps,
        RequestField.SEED: request.seed,
        RequestField.NEGATIVE_PROMPT: request.negative_prompt or None,
        RequestField.KONTEXT_MAX_MODE: request.kontext_max_mode,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _check_request(request: GenerationRequest) -> None:
    _check_prompt(request.prompt)
    _check_length("negative prompt", request.negative_prompt or "")
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
    # `maskDataUrl` goes with `imageDataUrl`: https://docs.nano-gpt.com/api-reference/image-generation#supported-image-to-image-models
    if request.mask is not None and len(request.pictures) > 1:
        raise RequestNotAccepted(
            f"A mask belongs to one picture; you gave {len(request.pictures)}. Give that one alone, or leave the mask out."
        )


def _check_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise RequestNotAccepted("Say in a few words what the picture should show.")
    _check_length("prompt", prompt)


def _check_length(name: str, words: str) -> None:
    if len(words) > MAX_PROMPT_CHARACTERS:
        raise RequestNotAccepted(
            f"The {name} has {len(words)} characters; {MAX_PROMPT_CHARACTERS} fit. Please shorten it."
        )


def _check_within(name: str, value: float | None, bounds: tuple[float, float]) -> None:
    low, high = bounds
    if value is not None and not low <= value <= high:
        raise RequestNotAccepted(f"`{name}` lies between {low:g} and {high:.10g}; you gave {value:.10g}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Advice:
    """Names the models that could do what was asked."""

    request: GenerationRequest
    catalogue: Catalogue
    defaults: ModelDefaults
    named: str

    def choose(self, words: str) -> str:
        """Return `words` and models that serve, if there are any, for the end of a sentence."""
        ids = self._ids()
        return f"{words}, such as {_either(ids)}" if ids else f"{words}; `/models` lists them"

    def _ids(self) -> list[str]:
        request = self.request
        needs = Needs(
            pictures=len(request.pictures),
            mask=request.mask is not None,
            allows_nsfw=request.is_age_restricted,
        )
        usual = self.catalogue.find(choose_model(replace(request, model=None), self.defaults))
        first = [usual.id] if usual is not None and needs.met_by(usual) and usual.id != self.named else []
        nearest = self.catalogue.nearest(self.named, needs, limit=_ALTERNATIVES)
        if self.catalogue.find(self.named) is None:
            first, nearest = nearest, first  # most likely misspelt
        return list(dict.fromkeys([*first, *nearest]))[:_ALTERNATIVES]


def _check_model(request: GenerationRequest, model: Model, advice: _Advice) -> None:
    if model.is_nsfw and not request.is_age_restricted:
        raise RequestNotAccepted(
            f"`{model.id}` is for age-restricted channels only. Use it in one, or "
            f"{advice.choose('choose another model')}."
        )
    _check_pictures(request, model, advice)
    if request.mask is not None and model.mask == "none":
        raise RequestNotAccepted(
            f"`{model.id}` takes no mask. Leave the mask out, or {advice.choose('choose a model that takes one')}."
        )
    if request.mask is None and model.mask == "required" and not request.pictures:
        raise RequestNotAccepted(
            f"`{model.id}` needs a picture and a mask: white where the picture may change, black elsewhere."
        )
    _check_size(request.size, model)
    most = PICTURES_RANGE[1]
    if (made := sum(model.orders_of(request.count))) > most:
        raise RequestNotAccepted(
            f"`{model.id}` would make {made} pictures, more than the {most} that fit into a message. "
            f"{advice.choose('Choose another')}."
        )


def _check_pictures(request: GenerationRequest, model: Model, advice: _Advice) -> None:
    given = len(request.pictures)
    if given and model.pictures == "none":
        raise RequestNotAccepted(
            f"`{model.id}` makes pictures from text alone. Leave the picture out, or "
            f"{advice.choose('choose a model that edits')}."
        )
    if not given and model.pictures == "required":
        raise RequestNotAccepted(
            f"`{model.id}` changes a picture and needs one. Attach one, or "
            f"{advice.choose('choose a model that paints from text')}."
        )
    if 0 < given < model.min_pictures:
        raise RequestNotAccepted(
            f"`{model.id}` works on {model.min_pictures} pictures together; you gave {given}. "
            f"Give more, or {advice.choose('choose another model')}."
        )
    if given > model.max_pictures > 0:
        takes = f"{model.max_pictures} pictures" if model.max_pictures > 1 else "one picture"
        raise RequestNotAccepted(
            f"`{model.id}` takes {takes}; you gave {given}. "
            f"Give fewer, or {advice.choose('choose a model that takes more')}."
        )


def _check_size(size: str | None, model: Model) -> None:
    if size is None or not size.strip() or not model.sizes or _size_of(size, model) in model.sizes:
        return
    nearest = [_priced(near, model) for near in nearest_sizes(model, size, _ALTERNATIVES)]
    raise RequestNotAccepted(f"`{model.id}` does not make `{_shown(size)}`. Choose {_either_of(nearest)}.")


def _size_of(size: str | None, model: Model | None) -> str | None:
    """Return the size as the model lists it, or as it was typed where nobody lists any."""
    if size is None or not size.strip():
        return None
    if model is None or not model.sizes:
        return size.strip()
    listed = {plain_size(known): known for known in reversed(model.sizes)}
    return listed.get(plain_size(size), size.strip())


def _left_out(request: GenerationRequest, model: Model) -> tuple[RequestField, ...]:
    pictures = len(request.pictures)
    # A mode that was declined is not missed.
    wanted = (name for name, value in given_fields(request).items() if value is not False)
    return tuple(name for name in wanted if not model.takes_field(name, pictures=pictures))


def _priced(size: str, model: Model) -> str:
    price = model.price_of(size)
    return f"`{size}`" if price is None else f"`{size}` (${price.normalize():f})"


def _either(ids: list[str]) -> str:
    return _either_of([f"`{id_}`" for id_ in ids])


def _either_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _shown(text: str) -> str:
    """Return what a person typed, short and unable to end the code span that it stands in."""
    return text.strip()[:_NAMED_CHARACTERS].replace("`", "'")
