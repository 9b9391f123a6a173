"""The models that NanoGPT's guide describes, as data. Imports only this package and the standard library.

NanoGPT offers many more, and asks that capabilities be read from its live catalogue: this table stands in where the
catalogue was never read, and fills in what it does not say (whether a picture or a mask is required).
Source: https://docs.nano-gpt.com/api-reference/image-generation#supported-image-to-image-models
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from nanobot.nanogpt.models import Model, RequestField

# The guide says "multiple" and names no number; its own example sends three.
SEVERAL_PICTURES: Final = 4
_KONTEXT_FIELDS = frozenset(RequestField)

# What is transparent is for `nanobot.nanogpt.transparency` to tell, of which the guide says nothing; OpenAI's models take it:
# https://platform.openai.com/docs/api-reference/images/createEdit
_GUIDE = (
    Model(
        id="hidream",
        name="HiDream",
        description="Text-to-image, NanoGPT's default",
        pictures="none",
        max_pictures=0,
    ),
    Model(
        id="flux-dev-image-to-image",
        name="Flux Dev Image to Image",
        description="Image-to-image only",
        pictures="required",
        max_pictures=1,
    ),
    Model(
        id="ghiblify",
        name="Ghiblify",
        description="Turns a picture into Studio Ghibli style",
        pictures="required",
        max_pictures=1,
    ),
    Model(
        id="gemini-flash-edit",
        name="Gemini Flash Edit",
        description="Edits a picture by a prompt",
        pictures="required",
        max_pictures=1,
    ),
    Model(
        id="hidream-edit",
        name="HiDream Edit",
        description="Advanced picture editing",
        pictures="required",
        max_pictures=1,
    ),
    Model(
        id="bagel",
        name="Bagel",
        description="Text-to-image and image-to-image",
        pictures="optional",
        max_pictures=1,
    ),
    Model(
        id="SDXL-ArliMix-v1",
        name="SDXL ArliMix",
        description="Artistic transformations",
        pictures="optional",
        max_pictures=1,
    ),
    Model(
        id="Upscaler",
        name="Upscaler",
        description="Scales a picture up to a higher resolution",
        pictures="required",
        max_pictures=1,
        uses_transparency=True,
    ),
    Model(
        id="flux-kontext",
        name="Flux Kontext",
        description="Advanced generation that understands the pictures given",
        pictures="optional",
        max_pictures=SEVERAL_PICTURES,
        fields=_KONTEXT_FIELDS,
    ),
    Model(
        id="flux-kontext/dev",
        name="Flux Kontext Dev",
        description="Development version of flux-kontext, image-to-image only",
        pictures="required",
        max_pictures=SEVERAL_PICTURES,
    ),
    Model(
        id="gpt-4o-image",
        name="GPT-4o Image",
        description="Picture generation by GPT-4o",
        pictures="optional",
        max_pictures=SEVERAL_PICTURES,
        uses_transparency=True,
    ),
    Model(
        id="gpt-image-1",
        name="GPT Image 1",
        description="Advanced work on several pictures",
        pictures="optional",
        max_pictures=SEVERAL_PICTURES,
        uses_transparency=True,
    ),
    Model(
        id="flux-lora/inpainting",
        name="Flux LoRA Inpainting",
        description="Paints anew the white region of a mask",
        pictures="required",
        max_pictures=1,
        mask="required",
        uses_transparency=True,
    ),
)

GUIDE_MODELS: Final[Mapping[str, Model]] = MappingProxyType({model.id: model for model in _GUIDE})
"""By id, in the guide's order."""
