"""From the catalogue's JSON to models. Imports only this package and the standard library.

The catalogue grows fields without notice and is written by hand, so that everything but the id may be missing, of
another type, or wrong. https://docs.nano-gpt.com/api-reference/endpoint/image-models
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypedDict, TypeGuard

from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.nanogpt.models import Model, Need, RequestField
from nanobot.nanogpt.prices import plain_size, read_prices
from nanobot.nanogpt.shapes import PICTURES_RANGE
from nanobot.nanogpt.transparency import can_use_transparency
from nanobot.nanogpt.vendor_text import clean

_log = logging.getLogger(__name__)

_MAX_ID_LENGTH: Final = 100
_MAX_SIZE_LENGTH: Final = 100
_MAX_SIZES: Final = 100
# The catalogue's largest number of input pictures is 15; beyond this it is a slip.
_MAX_PICTURES: Final = 100
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def read_models(entries: Iterable[object]) -> tuple[Model, ...]:
    """Return a model for each entry that can be understood, in their order; of entries with one id the first counts.

    Never raises, whatever the JSON is; what is left out is told once, in the log.
    """
    models: dict[str, Model] = {}
    left_out: list[object] = []
    for entry in entries:
        model = _read_model(entry)
        if model is None:
            left_out.append(entry)
        else:
            models.setdefault(model.id, model)
    if left_out:
        _log.warning(
            "%d entries of NanoGPT's catalogue cannot be understood and are left out, the first is %s",
            len(left_out),
            _shown(left_out[0]),
        )
    return tuple(models.values())


def _shown(entry: object) -> str:
    """Tell which entry it is in a few words that may stand in a log."""
    model_id = entry.get("id") if isinstance(entry, Mapping) else entry
    return repr(clean(model_id)) if isinstance(model_id, str) else f"named by a {type(model_id).__name__}"


def _read_model(entry: object) -> Model | None:
    if not isinstance(entry, Mapping) or not _is_id(model_id := entry.get("id")):
        return None
    said = _Said(entry)
    fixed_outputs = said.number("fixed_image_count")
    if fixed_outputs is not None and fixed_outputs > PICTURES_RANGE[1]:
        return None
    guide = GUIDE_MODELS.get(model_id)
    sizes = tuple(dict.fromkeys(_sizes(said)))[:_MAX_SIZES]
    most = said.number("max_output_images") or said.number("max_images")
    inputs = _inputs(said, guide)
    return Model(
        id=model_id,
        name=clean(entry.get("name")) or (guide.name if guide else model_id),
        description=clean(entry.get("description")) or (guide.description if guide else ""),
        max_outputs=None if most is None else min(most, PICTURES_RANGE[1]),
        fixed_outputs=fixed_outputs,
        sizes=sizes,
        prices=_prices(entry, sizes),
        fields=_fields(said, guide),
        is_nsfw=True in (said.capabilities.get("nsfw"), entry.get("nsfw")),
        uses_transparency=_uses_transparency(said, guide, inputs),
        **inputs,
    )


def _uses_transparency(said: _Said, guide: Model | None, inputs: _Inputs) -> bool:
    names = [text for text in (said.entry.get("id"), said.entry.get("name")) if isinstance(text, str)]
    return (guide is not None and guide.uses_transparency) or can_use_transparency(
        texts=names + _strings(said.entry.get("tags")),
        parameters=said.named_parameters(),
        paints_in_mask=inputs["mask"] != "none",
    )


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= _MAX_ID_LENGTH and _is_plain(value)


def _is_plain(text: str) -> bool:
    return text.isprintable() and text == text.strip()


class _Said:
    """One entry, as far as its parts are of the types that they should be."""

    __slots__ = ("architecture", "capabilities", "entry", "parameters", "supported")

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.entry = entry
        self.architecture = _mapping(entry.get("architecture"))
        self.capabilities = _mapping(entry.get("capabilities"))
        self.supported = _mapping(entry.get("supported_parameters"))
        self.parameters = _mapping(self.supported.get("parameters"))

    def number(self, name: str) -> int | None:
        """Return the smallest number above 0 under this name; it may stand in any of three places."""
        places = (self.entry, self.capabilities, self.supported)
        return min((count for place in places if (count := _count(place.get(name)))), default=None)

    def flag(self, *names: str) -> bool | None:
        """Tell whether one of these capabilities is there, `None` where nothing is said of them."""
        flags = [flag for name in names if isinstance(flag := self.capabilities.get(name), bool)]
        return any(flags) if flags else None

    def named_parameters(self) -> list[str]:
        """Return what the model takes beside the prompt, in any of the places where it may stand."""
        places = (self.supported.get("parameters"), self.entry.get("supported_parameters"))
        listed = [name for place in places for name in _strings(place)]
        said = [
            name for place in (self.parameters, self.supported) for name in place if _is_named(place, name)
        ]
        return listed + said

    def input_kinds(self) -> list[str]:
        """Return what the model reads, such as `["text", "image"]`; empty where nobody says."""
        kinds = _strings(self.architecture.get("input_modalities"))
        modality = self.architecture.get("modality")
        if not kinds and isinstance(modality, str) and "->" in modality:
            kinds = modality.partition("->")[0].split("+")
        return [kind.strip().lower() for kind in kinds]


class _Inputs(TypedDict):
    pictures: Need
    max_pictures: int
    min_pictures: int
    mask: Need


def _inputs(said: _Said, guide: Model | None) -> _Inputs:
    """Read which pictures the model takes.

    The catalogue has no word for "needs a picture": editors say `image_generation: true` like everybody. So what the
    guide says of a need holds, wherever the catalogue does not deny that the model takes pictures at all.
    """
    kinds = said.input_kinds()
    edits, inpaints = _edits(said, kinds), said.flag("inpainting")
    takes = True if inpaints else edits
    if takes is None:
        takes = guide is not None and guide.pictures != "none"
    if not takes:
        return _Inputs(pictures="none", max_pictures=0, min_pictures=1, mask="none")
    mask = _mask(said, guide, edits=edits)
    constraints = _mapping(said.supported.get("input_image_constraints"))
    fewest = _count(constraints.get("min_items"))
    needs_one = (
        mask == "required"
        or said.flag("image_generation") is False
        or (bool(kinds) and "text" not in kinds)
        or fewest is not None
        or (guide is not None and guide.pictures == "required")
    )
    known = [
        count for count in (said.number("max_input_images"), _count(constraints.get("max_items"))) if count
    ]
    most = min(known, default=max(guide.max_pictures if guide else 1, 1))
    return _Inputs(
        pictures="required" if needs_one else "optional",
        max_pictures=most,
        min_pictures=min(fewest or 1, most),
        mask=mask,
    )


def _edits(said: _Said, kinds: list[str]) -> bool | None:
    flag = said.flag("image_to_image", "image_editing")
    if flag is not None:
        return flag
    if kinds:
        return "image" in kinds
    return True if said.number("max_input_images") else None


def _mask(said: _Said, guide: Model | None, *, edits: bool | None) -> Need:
    inpaints = said.flag("inpainting")
    if inpaints is None:
        return guide.mask if guide else "none"
    if not inpaints:
        return "none"
    if guide is not None and guide.mask == "required":
        return "required"
    return "optional" if edits or said.flag("image_generation") else "required"


def _sizes(said: _Said) -> list[str]:
    size = _mapping(said.parameters.get("size"))
    resolution = _mapping(said.supported.get("resolution"))
    places = (said.supported.get("resolutions"), size.get("options"), resolution.get("values"))
    return next((sizes for place in places if (sizes := _sizes_in(place))), [])


def _sizes_in(value: object) -> list[str]:
    items = value if isinstance(value, list) else []
    values = [item.get("value") if isinstance(item, Mapping) else item for item in items]
    return [size for size in _strings(values) if 0 < len(size) <= _MAX_SIZE_LENGTH and _is_plain(size)]


def _prices(entry: Mapping[str, Any], sizes: tuple[str, ...]) -> Mapping[str, Decimal]:
    """Read the prices, and give those of the model's sizes the spelling that the sizes have."""
    prices = read_prices(entry.get("pricing"))
    respelled = {size: prices[plain] for size in sizes if (plain := plain_size(size)) in prices}
    return MappingProxyType({**prices, **respelled})


def _fields(said: _Said, guide: Model | None) -> frozenset[RequestField] | None:
    """Read the optional fields that the model takes, `None` where nothing is said and the guide knows no better.

    `parameters` names all that a model takes: where it is there and names none of them, the model takes none.
    """
    known = guide.fields if guide else None
    parameters = said.named_parameters()
    named = frozenset(name for name in RequestField if name in parameters)
    if not named and not isinstance(said.supported.get("parameters"), Mapping):
        return known
    # The catalogue has no place for what only one model knows.
    return named | ((known or frozenset()) & {RequestField.KONTEXT_MAX_MODE})


def _is_named(place: Mapping[str, Any], name: str) -> bool:
    value = place.get(name)
    return value is not None and value is not False


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NOTHING


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _count(value: object) -> int | None:
    """Return a number of pictures from 1 on, also where it is written `"4"` or `4.0`; `None` for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= len(str(_MAX_PICTURES)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= _MAX_PICTURES:
        return None
    return int(value) if value == int(value) else None
