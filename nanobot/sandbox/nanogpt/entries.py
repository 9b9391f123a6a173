"""A model as `GET /api/v1/image-models?detailed=true` lists it, in the mixture of shapes that the live catalogue has.

Imports nothing of nanobot beside this package. https://docs.nano-gpt.com/api-reference/endpoint/image-models names the
fields; the shapes beyond it are those that clients of the live service met in autumn 2026.
"""

from __future__ import annotations

from typing import assert_never

from nanobot.sandbox.nanogpt.models import AUTO, Model, Takes, pixels_of

# What the optional fields look like where an entry describes them.
_DESCRIPTIONS: dict[str, dict[str, object]] = {
    "strength": {"type": "number", "min": 0, "max": 1, "default": 0.8},
    "guidance_scale": {"type": "number", "min": 0, "max": 20, "default": 7.5},
    "num_inference_steps": {"type": "integer", "min": 1, "max": 100, "default": 30},
    "seed": {"type": "integer", "nullable": True},
    "negative_prompt": {"type": "string"},
    "kontext_max_mode": {"type": "boolean", "default": False},
}
# Ours. This route has no field for the quality, so that every order is charged the medium one.
_QUALITIES = {"low": 0.5, "medium": 1.0, "high": 2.0}


def entry_of(model: Model) -> dict[str, object]:
    """Return the detailed entry of `model`."""
    entry: dict[str, object] = {
        "id": model.id,
        "object": "model",
        "created": 1_760_000_000,
        "name": model.name,
        "description": model.description,
        "owned_by": model.owned_by,
        "architecture": _architecture(model),
        "pricing": {"per_image": _prices(model), "currency": "USD"},
        "capabilities": _capabilities(model),
        "supported_parameters": _parameters(model),
        "tags": ["upscaling"] if model.upscales else [],
        "icon_url": None,
        "category": "image",
        "meta": {"is_task": True} if model.is_task else {},
    }
    if model.listing.inputs == "top" and model.pictures is not Takes.NEVER:
        entry["max_input_images"] = model.max_pictures
    return entry


def brief_entry_of(model: Model) -> dict[str, object]:
    """Return the entry of `model` as a request with `detailed=false` gets it."""
    return {"id": model.id, "object": "model", "owned_by": model.owned_by}


def _architecture(model: Model) -> dict[str, object]:
    inputs = ["text"] if model.pictures is Takes.NEVER else ["text", "image"]
    return {
        "modality": f"{'+'.join(inputs)}->image",
        "input_modalities": inputs,
        "output_modalities": ["image"],
    }


def _capabilities(model: Model) -> dict[str, object]:
    needs_mask = model.mask is Takes.REQUIRED
    capabilities: dict[str, object] = {
        "image_generation": model.pictures is not Takes.REQUIRED,
        "image_to_image": model.pictures is not Takes.NEVER and not needs_mask,
        "inpainting": model.mask is not Takes.NEVER,
        "nsfw": model.is_nsfw,
    }
    if model.listing.inputs == "capability" and model.pictures is not Takes.NEVER:
        capabilities["max_input_images"] = model.max_pictures
    return capabilities


def _prices(model: Model) -> object:
    by_size = {_price_key(size): float(model.price_of(size)) for size in model.resolutions}
    match model.listing.prices:
        case "by_size":
            return by_size
        case "number":
            return float(model.price)
        case "text":
            return str(model.price)
        case "with_default":
            other = {size: price for size, price in by_size.items() if price != float(model.price)}
            return {"default": float(model.price), **other}
        case "by_quality":
            return {
                quality: {size: round(price * factor, 4) for size, price in by_size.items()}
                for quality, factor in _QUALITIES.items()
            }
    assert_never(model.listing.prices)


def _price_key(size: str) -> str:
    return size if pixels_of(size) is None else size.replace("x", "*")


def _parameters(model: Model) -> dict[str, object]:
    supported: dict[str, object] = {}
    named: dict[str, object] = {name: _DESCRIPTIONS[name] for name in sorted(model.fields or ())}
    match model.listing.sizes:
        case "resolutions":
            supported["resolutions"] = list(model.resolutions)
        case "with_null":
            supported["resolutions"] = [*model.resolutions, None]
        case "options":
            options = [{"value": size, "label": size} for size in model.resolutions]
            named["size"] = {"type": "select", "default": AUTO, "options": options}
        case "values":
            sizes = list(model.resolutions)
            supported["resolution"] = {"type": "enum", "values": sizes, "default": sizes[0]}
        case _:
            assert_never(model.listing.sizes)
    supported[model.listing.outputs] = model.max_images
    if model.fixed_count is not None:
        supported["fixed_image_count"] = model.fixed_count
    if model.pictures is not Takes.NEVER:
        supported |= _inputs(model)
    if model.listing.fields == "keys":
        return supported | named
    return supported if model.fields is None else supported | {"parameters": named}


def _inputs(model: Model) -> dict[str, object]:
    if model.listing.inputs == "parameter":
        return {"max_input_images": model.max_pictures}
    if model.listing.inputs == "constraints":
        fewest = 1 if model.pictures is Takes.REQUIRED else 0
        return {"input_image_constraints": {"min_items": fewest, "max_items": model.max_pictures}}
    return {}
