"""The models that the stand-in offers, and what each costs and takes. Imports nothing of nanobot.

The ids and what they take are those of the vendor's image guide; prices and resolutions are invented, of the
vendor's order of magnitude, since the guide says that clients must read them from the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

# https://docs.nano-gpt.com/api-reference/endpoint/image-generation-openai: `model` (optional, default `hidream`)
DEFAULT_MODEL_ID = "hidream"
KONTEXT_MAX_MODE_MODEL_ID = "flux-kontext"
AUTO = "auto"

_STANDARD_PIXELS = 1024 * 1024
_SMALLEST_PRICE_USD = Decimal("0.0001")
_WIDE_AND_TALL = ("1024x1024", "1344x768", "768x1344", "1152x896", "896x1152", "512x512", AUTO)
_GPT_SIZES = ("1024x1024", "1536x1024", "1024x1536", AUTO)
_SCALES = (AUTO, "2x")


class PictureInput(Enum):
    """Whether a model takes pictures."""

    NEVER = "never"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model; `price` is in USD for one picture of 1024x1024, larger ones cost in proportion to their area."""

    id: str
    name: str
    description: str
    owned_by: str
    price: Decimal
    pictures: PictureInput
    several_pictures: bool = False
    inpaints: bool = False
    upscales: bool = False
    resolutions: tuple[str, ...] = _WIDE_AND_TALL
    max_images: int = 4

    def price_of(self, resolution: str) -> Decimal:
        """Return the price in USD of one picture of `resolution`; `auto` and scales cost the standard price."""
        pixels = pixels_of(resolution)
        if pixels is None:
            return self.price
        width, height = pixels
        return (self.price * width * height / _STANDARD_PIXELS).quantize(_SMALLEST_PRICE_USD)

    def entry(self) -> dict[str, object]:
        """Return the model as `GET /api/v1/image-models?detailed=true` lists it."""
        modalities = {
            PictureInput.NEVER: ["text"],
            PictureInput.OPTIONAL: ["text", "image"],
            PictureInput.REQUIRED: ["text", "image"],
        }[self.pictures]
        return {
            "id": self.id,
            "object": "model",
            "name": self.name,
            "description": self.description,
            "owned_by": self.owned_by,
            "architecture": {"input_modalities": modalities, "output_modalities": ["image"]},
            "pricing": {
                "per_image": {
                    size.replace("x", "*"): float(self.price_of(size)) for size in self.resolutions
                },
                "currency": "USD",
            },
            "capabilities": {
                "image_generation": self.pictures is not PictureInput.REQUIRED,
                "image_to_image": self.pictures is not PictureInput.NEVER,
                "inpainting": self.inpaints,
                "nsfw": False,
            },
            "supported_parameters": {"resolutions": list(self.resolutions), "max_images": self.max_images},
            "tags": ["upscaling"] if self.upscales else [],
            "icon_url": None,
            "category": "image",
        }


def pixels_of(resolution: str) -> tuple[int, int] | None:
    """Return `(width, height)` of a resolution such as `1024x1024`, or None where it names no pixels."""
    width, _, height = resolution.partition("x")
    return (int(width), int(height)) if width.isdigit() and height.isdigit() else None


# https://docs.nano-gpt.com/api-reference/image-generation: "Supported Image-to-Image Models"
MODELS = {
    model.id: model
    for model in (
        Model(
            id="hidream",
            name="HiDream",
            description="Text to picture, quick and detailed",
            owned_by="hidream",
            price=Decimal("0.0140"),
            pictures=PictureInput.NEVER,
        ),
        Model(
            id="flux-dev-image-to-image",
            name="Flux Dev Image to Image",
            description="Image-to-image only",
            owned_by="black-forest-labs",
            price=Decimal("0.0300"),
            pictures=PictureInput.REQUIRED,
        ),
        Model(
            id="ghiblify",
            name="Ghiblify",
            description="Transform images to Studio Ghibli style",
            owned_by="nanogpt",
            price=Decimal("0.0500"),
            pictures=PictureInput.REQUIRED,
            max_images=1,
        ),
        Model(
            id="gemini-flash-edit",
            name="Gemini Flash Edit",
            description="Edit images with prompts",
            owned_by="google",
            price=Decimal("0.0300"),
            pictures=PictureInput.REQUIRED,
        ),
        Model(
            id="hidream-edit",
            name="HiDream Edit",
            description="Advanced image editing",
            owned_by="hidream",
            price=Decimal("0.0400"),
            pictures=PictureInput.REQUIRED,
        ),
        Model(
            id="bagel",
            name="Bagel",
            description="Both text-to-image and image-to-image",
            owned_by="bytedance",
            price=Decimal("0.0600"),
            pictures=PictureInput.OPTIONAL,
            max_images=2,
        ),
        Model(
            id="SDXL-ArliMix-v1",
            name="SDXL ArliMix",
            description="Artistic transformations",
            owned_by="arliai",
            price=Decimal("0.0035"),
            pictures=PictureInput.OPTIONAL,
        ),
        Model(
            id="Upscaler",
            name="Upscaler",
            description="Upscale images to higher resolution",
            owned_by="nanogpt",
            price=Decimal("0.0200"),
            pictures=PictureInput.REQUIRED,
            upscales=True,
            resolutions=_SCALES,
            max_images=1,
        ),
        Model(
            id="flux-kontext",
            name="Flux Kontext",
            description="Advanced context-aware generation",
            owned_by="black-forest-labs",
            price=Decimal("0.0400"),
            pictures=PictureInput.OPTIONAL,
            several_pictures=True,
        ),
        Model(
            id="flux-kontext/dev",
            name="Flux Kontext Dev",
            description="Development version (image-to-image only)",
            owned_by="black-forest-labs",
            price=Decimal("0.0250"),
            pictures=PictureInput.REQUIRED,
            several_pictures=True,
        ),
        Model(
            id="gpt-4o-image",
            name="GPT-4o Image",
            description="GPT-4 powered image generation",
            owned_by="openai",
            price=Decimal("0.0800"),
            pictures=PictureInput.OPTIONAL,
            several_pictures=True,
            resolutions=_GPT_SIZES,
            max_images=1,
        ),
        Model(
            id="gpt-image-1",
            name="GPT Image 1",
            description="Advanced multi-image processing",
            owned_by="openai",
            price=Decimal("0.0420"),
            pictures=PictureInput.OPTIONAL,
            several_pictures=True,
            resolutions=_GPT_SIZES,
        ),
        Model(
            id="flux-lora/inpainting",
            name="Flux LoRA Inpainting",
            description="Paints anew where the mask is white",
            owned_by="black-forest-labs",
            price=Decimal("0.0350"),
            pictures=PictureInput.REQUIRED,
            inpaints=True,
            max_images=1,
        ),
    )
}
