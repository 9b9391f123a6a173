"""What a model of the stand-in takes, what it makes and what it costs. Imports nothing of nanobot."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Literal, TypeAlias

AUTO = "auto"
WIDE_AND_TALL = ("1024x1024", "1344x768", "768x1344", "1152x896", "896x1152", "512x512", AUTO)

PriceShape: TypeAlias = Literal["by_size", "number", "text", "with_default", "by_quality"]
SizeShape: TypeAlias = Literal["resolutions", "with_null", "options", "values"]
FieldShape: TypeAlias = Literal["parameters", "keys"]
InputShape: TypeAlias = Literal["parameter", "capability", "top", "constraints"]
OutputShape: TypeAlias = Literal["max_images", "max_output_images"]

_STANDARD_PIXELS = 1024 * 1024
_SMALLEST_PRICE_USD = Decimal("0.0001")


class Takes(Enum):
    """Whether a model takes pictures, or a mask."""

    NEVER = "never"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """In which of the shapes that the live catalogue mixes a model says each thing; see `entries`.

    `prices` decides what is charged as well: "number" and "text" are one price for every size.
    """

    prices: PriceShape = "by_size"
    sizes: SizeShape = "resolutions"
    fields: FieldShape = "parameters"
    inputs: InputShape = "parameter"
    outputs: OutputShape = "max_images"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model; `price` is in USD for one picture of 1024x1024, larger ones cost in proportion to their area.

    `max_pictures` go in at once where pictures go in at all, `max_images` come out of one call, or always `fixed_count`.
    `fields` are the optional fields that it takes; with None its entry names none, and the guide's rules alone hold.
    A model with `is_task` answers with the id of a task, which `POST /api/check-midjourney-status` tells more about.
    """

    id: str
    name: str
    price: Decimal
    description: str = ""
    owned_by: str = "nanogpt"
    pictures: Takes = Takes.NEVER
    max_pictures: int = 1
    mask: Takes = Takes.NEVER
    fields: frozenset[str] | None = None
    upscales: bool = False
    resolutions: tuple[str, ...] = WIDE_AND_TALL
    max_images: int = 4
    fixed_count: int | None = None
    is_nsfw: bool = False
    is_task: bool = False
    listing: Listing = field(default_factory=Listing)

    def price_of(self, resolution: str) -> Decimal:
        """Return the price in USD of one picture of `resolution`; `auto` and scales cost the standard price."""
        pixels = pixels_of(resolution)
        if pixels is None or self.listing.prices in ("number", "text"):
            return self.price
        width, height = pixels
        return (self.price * width * height / _STANDARD_PIXELS).quantize(_SMALLEST_PRICE_USD)


def pixels_of(resolution: str) -> tuple[int, int] | None:
    """Return `(width, height)` of a resolution such as `1024x1024`, or None where it names no pixels."""
    width, _, height = resolution.partition("x")
    return (int(width), int(height)) if width.isdigit() and height.isdigit() else None
