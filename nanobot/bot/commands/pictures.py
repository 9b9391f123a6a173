"""`/imagine`, `/edit` and `/upscale`."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from nanobot.bot.asking import acknowledge, ask, attachment_source, given_pictures
from nanobot.bot.client import Interaction
from nanobot.bot.commands.completion import complete_count, complete_model, complete_size
from nanobot.bot.destination import member_of_interaction
from nanobot.bot.replies.models import MAX_CHOICE_CHARACTERS
from nanobot.generation.request import MAX_COUNT, MAX_PROMPT_CHARACTERS, GenerationRequest, Kind
from nanobot.nanogpt.shapes import GUIDANCE_SCALE_RANGE, SEED_RANGE, STEPS_RANGE, STRENGTH_RANGE

# The ranges of https://docs.nano-gpt.com/api-reference/image-generation#additional-parameters-for-image-to-image
Prompt = app_commands.Range[str, 1, MAX_PROMPT_CHARACTERS]
Count = app_commands.Range[int, 1, MAX_COUNT]
Seed = app_commands.Range[int, *SEED_RANGE]
GuidanceScale = app_commands.Range[float, *GUIDANCE_SCALE_RANGE]
Steps = app_commands.Range[int, *STEPS_RANGE]
Strength = app_commands.Range[float, *STRENGTH_RANGE]
ModelId = app_commands.Range[str, 1, MAX_CHOICE_CHARACTERS]
Size = app_commands.Range[str, 1, MAX_CHOICE_CHARACTERS]

# NanoGPT wants a prompt of every request; people find it in their history.
_UPSCALE_PROMPT = "Make the picture larger and sharper"
_DESCRIPTIONS = {
    "model": "Which model paints; left empty, the bot chooses one that fits",
    "size": "Width x height, such as 1024x1024",
    "count": "How many pictures; each counts in your quota",
    "seed": "The same seed and prompt give a similar picture again",
    "negative_prompt": "What should not be in the picture",
    "guidance_scale": "How closely to follow the prompt, 0 to 20",
    "steps": "More steps: finer, but slower, 1 to 100",
    "strength": "How much of the given picture may change, 0 to 1",
    "kontext_max_mode": "Let flux-kontext look more closely at the context",
    "image2": "Another picture",
    "image3": "Another picture",
    "image4": "Another picture",
    "mask": "White where the picture may change, black elsewhere",
    "image_url": "A link to a picture",
}


@app_commands.command(
    name="imagine", description="Make a picture from a prompt, with pictures as a reference if you like"
)
@app_commands.describe(
    prompt="What the picture should show", image="A picture to start from", **_DESCRIPTIONS
)
async def imagine(
    interaction: Interaction,
    prompt: Prompt,
    model: ModelId | None = None,
    size: Size | None = None,
    count: Count = 1,
    seed: Seed | None = None,
    negative_prompt: Prompt | None = None,
    guidance_scale: GuidanceScale | None = None,
    steps: Steps | None = None,
    strength: Strength | None = None,
    kontext_max_mode: bool | None = None,
    image: discord.Attachment | None = None,
    image2: discord.Attachment | None = None,
    image3: discord.Attachment | None = None,
    image4: discord.Attachment | None = None,
    mask: discord.Attachment | None = None,
    image_url: str | None = None,
) -> None:
    await acknowledge(interaction)
    request = GenerationRequest(
        kind=Kind.IMAGINE,
        member=member_of_interaction(interaction),
        prompt=prompt,
        model=model,
        count=count,
        size=size,
        seed=seed,
        negative_prompt=negative_prompt,
        guidance_scale=guidance_scale,
        steps=steps,
        strength=strength,
        kontext_max_mode=kontext_max_mode,
        pictures=given_pictures(interaction, (image, image2, image3, image4), image_url),
        mask=attachment_source(interaction, mask),
    )
    await ask(interaction, request)


@app_commands.command(name="edit", description="Edit a picture: say what to change")
@app_commands.describe(prompt="What to change", image="The picture to edit", **_DESCRIPTIONS)
async def edit(
    interaction: Interaction,
    prompt: Prompt,
    image: discord.Attachment | None = None,
    image2: discord.Attachment | None = None,
    image3: discord.Attachment | None = None,
    image4: discord.Attachment | None = None,
    mask: discord.Attachment | None = None,
    image_url: str | None = None,
    model: ModelId | None = None,
    size: Size | None = None,
    count: Count = 1,
    seed: Seed | None = None,
    negative_prompt: Prompt | None = None,
    guidance_scale: GuidanceScale | None = None,
    steps: Steps | None = None,
    strength: Strength | None = None,
    kontext_max_mode: bool | None = None,
) -> None:
    await acknowledge(interaction)
    request = GenerationRequest(
        kind=Kind.EDIT,
        member=member_of_interaction(interaction),
        prompt=prompt,
        model=model,
        count=count,
        size=size,
        seed=seed,
        negative_prompt=negative_prompt,
        guidance_scale=guidance_scale,
        steps=steps,
        strength=strength,
        kontext_max_mode=kontext_max_mode,
        pictures=given_pictures(interaction, (image, image2, image3, image4), image_url),
        mask=attachment_source(interaction, mask),
    )
    await ask(interaction, request)


@app_commands.command(name="upscale", description="Make a picture larger and sharper")
@app_commands.describe(image="The picture to enlarge", image_url="A link to a picture")
async def upscale(
    interaction: Interaction, image: discord.Attachment | None = None, image_url: str | None = None
) -> None:
    await acknowledge(interaction)
    request = GenerationRequest(
        kind=Kind.UPSCALE,
        member=member_of_interaction(interaction),
        prompt=_UPSCALE_PROMPT,
        pictures=given_pictures(interaction, (image,), image_url),
    )
    await ask(interaction, request)


_command: app_commands.Command[Any, ..., Any]
for _command in (imagine, edit):
    _command.autocomplete("model")(complete_model)
    _command.autocomplete("size")(complete_size)
    _command.autocomplete("count")(complete_count)

COMMANDS: tuple[app_commands.Command[Any, ..., None], ...] = (imagine, edit, upscale)
