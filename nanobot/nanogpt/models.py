"""The models that NanoGPT's guide describes, as data. Imports only the standard library.

NanoGPT offers many more, and asks that capabilities be read from its live catalogue instead of a table
(`GET /api/v1/image-models?detailed=true`); a model that is not here is therefore not unknown to NanoGPT, only to us.
Source: https://docs.nano-gpt.com/api-reference/image-generation#supported-image-to-image-models
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

InputPictures: TypeAlias = Literal["none", "optional", "required"]

# The guide says "multiple" and names no number; its own example sends three.
SEVERAL_PICTURES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a model takes: `images` input pictures, up to `max_images` of them (0 for "none"), and a mask or not."""

    id: str
    description: str
    images: InputPictures
    max_images: int
    needs_mask: bool = False
    takes_kontext_max_mode: bool = False

    def __post_init__(self) -> None:
        if (self.images == "none") != (self.max_images == 0):
            raise ValueError("a model takes no input pictures exactly where max_images is 0")

    def takes(self, pictures: int) -> bool:
        """Whether the model can work on this many input pictures."""
        fewest = 1 if self.images == "required" else 0
        return fewest <= pictures <= self.max_images


_GUIDE = (
    Model(id="hidream", description="Text-to-image, NanoGPT's default", images="none", max_images=0),
    Model(id="flux-dev-image-to-image", description="Image-to-image only", images="required", max_images=1),
    Model(
        id="ghiblify", description="Turns a picture into Studio Ghibli style", images="required", max_images=1
    ),
    Model(id="gemini-flash-edit", description="Edits a picture by a prompt", images="required", max_images=1),
    Model(id="hidream-edit", description="Advanced picture editing", images="required", max_images=1),
    Model(id="bagel", description="Text-to-image and image-to-image", images="optional", max_images=1),
    Model(id="SDXL-ArliMix-v1", description="Artistic transformations", images="optional", max_images=1),
    Model(
        id="Upscaler",
        description="Scales a picture up to a higher resolution",
        images="required",
        max_images=1,
    ),
    Model(
        id="flux-kontext",
        description="Advanced generation that understands the pictures given",
        images="optional",
        max_images=SEVERAL_PICTURES,
        takes_kontext_max_mode=True,
    ),
    Model(
        id="flux-kontext/dev",
        description="Development version of flux-kontext, image-to-image only",
        images="required",
        max_images=SEVERAL_PICTURES,
    ),
    Model(
        id="gpt-4o-image",
        description="Picture generation by GPT-4o",
        images="optional",
        max_images=SEVERAL_PICTURES,
    ),
    Model(
        id="gpt-image-1",
        description="Advanced work on several pictures",
        images="optional",
        max_images=SEVERAL_PICTURES,
    ),
    Model(
        id="flux-lora/inpainting",
        description="Paints anew the white region of a mask",
        images="required",
        max_images=1,
        needs_mask=True,
    ),
)

MODELS: Final[Mapping[str, Model]] = MappingProxyType({model.id: model for model in _GUIDE})


def known_model(model_id: str) -> Model | None:
    return MODELS.get(model_id)
