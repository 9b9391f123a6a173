"""The models that the stand-in offers from its start. Imports nothing of nanobot beside this package.

The first thirteen, and what they take, are those of the vendor's image guide; prices, resolutions and the fields that an
entry names are invented, of the vendor's order of magnitude, since the guide says that clients must read them from
the catalogue. The others stand for what the live catalogue has beyond the guide.
"""

from __future__ import annotations

from decimal import Decimal

from nanobot.sandbox.nanogpt.models import AUTO, Listing, Model, Takes

# https://docs.nano-gpt.com/api-reference/endpoint/image-generation-openai: `model` (optional, default `hidream`)
DEFAULT_MODEL_ID = "hidream"
# https://docs.nano-gpt.com/api-reference/image-generation: "Enhanced context (flux-kontext only)"
KONTEXT_MAX_MODE = "kontext_max_mode"
KONTEXT_MAX_MODE_MODEL_ID = "flux-kontext"

_GPT_SIZES = ("1024x1024", "1536x1024", "1024x1536", AUTO)
_SCALES = (AUTO, "2x")
_NOTHING: frozenset[str] = frozenset()
_SEED_ONLY = frozenset({"seed"})
_FLUX_FIELDS = frozenset({"strength", "guidance_scale", "num_inference_steps", "seed", "negative_prompt"})

# https://docs.nano-gpt.com/api-reference/image-generation: "Supported Image-to-Image Models"
GUIDE_MODELS = (
    Model(
        id="hidream",
        name="HiDream",
        description="Text to picture, quick and detailed",
        owned_by="hidream",
        price=Decimal("0.0140"),
    ),
    Model(
        id="flux-dev-image-to-image",
        name="Flux Dev Image to Image",
        description="Image-to-image only",
        owned_by="black-forest-labs",
        price=Decimal("0.0300"),
        pictures=Takes.REQUIRED,
        fields=_FLUX_FIELDS,
        listing=Listing(outputs="max_output_images"),
    ),
    Model(
        id="ghiblify",
        name="Ghiblify",
        description="Transform images to Studio Ghibli style",
        price=Decimal("0.0500"),
        pictures=Takes.REQUIRED,
        fields=_SEED_ONLY,
        max_images=1,
        listing=Listing(prices="number"),
    ),
    Model(
        id="gemini-flash-edit",
        name="Gemini Flash Edit",
        description="Edit images with prompts",
        owned_by="google",
        price=Decimal("0.0300"),
        pictures=Takes.REQUIRED,
        fields=_SEED_ONLY,
        listing=Listing(prices="text", fields="keys", inputs="capability"),
    ),
    Model(
        id="hidream-edit",
        name="HiDream Edit",
        description="Advanced image editing",
        owned_by="hidream",
        price=Decimal("0.0400"),
        pictures=Takes.REQUIRED,
        fields=_FLUX_FIELDS,
        listing=Listing(prices="with_default", fields="keys"),
    ),
    Model(
        id="bagel",
        name="Bagel",
        description="Both text-to-image and image-to-image",
        owned_by="bytedance",
        price=Decimal("0.0600"),
        pictures=Takes.OPTIONAL,
        max_images=2,
        listing=Listing(sizes="with_null"),
    ),
    Model(
        id="SDXL-ArliMix-v1",
        name="SDXL ArliMix",
        description="Artistic transformations",
        owned_by="arliai",
        price=Decimal("0.0035"),
        pictures=Takes.OPTIONAL,
    ),
    Model(
        id="Upscaler",
        name="Upscaler",
        description="Upscale images to higher resolution",
        price=Decimal("0.0200"),
        pictures=Takes.REQUIRED,
        fields=_NOTHING,
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
        pictures=Takes.OPTIONAL,
        max_pictures=4,
        fields=_FLUX_FIELDS | {KONTEXT_MAX_MODE},
    ),
    Model(
        id="flux-kontext/dev",
        name="Flux Kontext Dev",
        description="Development version (image-to-image only)",
        owned_by="black-forest-labs",
        price=Decimal("0.0250"),
        pictures=Takes.REQUIRED,
        max_pictures=4,
        fields=_FLUX_FIELDS,
        listing=Listing(inputs="top"),
    ),
    Model(
        id="gpt-4o-image",
        name="GPT-4o Image",
        description="GPT-4 powered image generation",
        owned_by="openai",
        price=Decimal("0.0800"),
        pictures=Takes.OPTIONAL,
        max_pictures=5,
        fields=_NOTHING,
        resolutions=_GPT_SIZES,
        max_images=1,
        listing=Listing(sizes="options"),
    ),
    Model(
        id="gpt-image-1",
        name="GPT Image 1",
        description="Advanced multi-image processing",
        owned_by="openai",
        price=Decimal("0.0420"),
        pictures=Takes.OPTIONAL,
        max_pictures=16,
        fields=_NOTHING,
        resolutions=_GPT_SIZES,
        listing=Listing(
            prices="by_quality", sizes="options", inputs="constraints", outputs="max_output_images"
        ),
    ),
    Model(
        id="flux-lora/inpainting",
        name="Flux LoRA Inpainting",
        description="Paints anew where the mask is white",
        owned_by="black-forest-labs",
        price=Decimal("0.0350"),
        pictures=Takes.REQUIRED,
        mask=Takes.REQUIRED,
        fields=_FLUX_FIELDS,
        max_images=1,
    ),
)
OTHER_MODELS = (
    Model(
        id="midjourney",
        name="Midjourney",
        description="Takes its time: answers with a task that is asked after",
        owned_by="midjourney",
        price=Decimal("0.1000"),
        fields=_NOTHING,
        resolutions=(AUTO,),
        max_images=1,
        is_task=True,
        listing=Listing(prices="number"),
    ),
    Model(
        id="higgsfield-soul",
        name="Higgsfield Soul",
        description="Four pictures at a time, no more and no fewer",
        owned_by="higgsfield",
        price=Decimal("0.0300"),
        fields=_SEED_ONLY,
        max_images=4,
        fixed_count=4,
    ),
    Model(
        id="lustify-sdxl",
        name="Lustify SDXL",
        description="For adults",
        owned_by="community",
        price=Decimal("0.0050"),
        pictures=Takes.OPTIONAL,
        is_nsfw=True,
    ),
    Model(
        id="seedream-v4",
        name="Seedream 4",
        description="Text to picture and edits with several pictures",
        owned_by="bytedance",
        price=Decimal("0.0280"),
        pictures=Takes.OPTIONAL,
        max_pictures=10,
        fields=_SEED_ONLY,
        resolutions=("1024x1024", "2048x2048", "1536x1024", AUTO),
        listing=Listing(
            prices="with_default", sizes="values", inputs="constraints", outputs="max_output_images"
        ),
    ),
    Model(
        id="ideogram/v3-edit",
        name="Ideogram V3 Edit",
        description="Edits a whole picture, or its masked region",
        owned_by="ideogram",
        price=Decimal("0.0600"),
        pictures=Takes.OPTIONAL,
        mask=Takes.OPTIONAL,
        fields=frozenset({"seed", "negative_prompt"}),
        listing=Listing(prices="text", outputs="max_output_images"),
    ),
)
