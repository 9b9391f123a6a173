"""How a picture was made, as “Image details” tells it."""

from __future__ import annotations

from collections.abc import Mapping

from discord.utils import format_dt

from nanobot.bot.replies.generation import money, quote
from nanobot.images.metadata import PictureDetails
from nanobot.store.tables import Generation

_MAX_PROMPT_CHARACTERS = 1_200
_MAX_NEGATIVE_CHARACTERS = 400
_MAX_MODEL_CHARACTERS, _LEAST_MODEL_CHARACTERS = 80, 16

NO_DETAILS = (
    "This picture tells nothing about how it was made. Many programs and sites take such notes out of a file, "
    "and photographs never had them."
)
NO_PICTURE = "That message has no picture."


def generation_details(generation: Generation) -> str:
    """Tell what the bot itself knows of the pictures of a message."""
    asked = generation.request
    facts = [f"`{asked.get('model', '?')}`"]
    if asked.get("size"):
        facts.append(str(asked["size"]).replace("x", "×"))
    if asked.get("seed") is not None:
        facts.append(f"seed {asked['seed']}")
    if generation.cost is not None:
        made = generation.images_made
        facts.append(money(generation.cost) + (f" for {made} pictures" if made > 1 else ""))
    facts.append(format_dt(generation.created_at, "R"))
    return _lines(str(asked["prompt"]), asked.get("negative_prompt"), facts, share=1)


def file_details(found: Mapping[int, PictureDetails], total: int) -> str:
    """Tell what up to ten files say of themselves, within one message: `found` by the picture's number among `total`."""
    share = 1 if len(found) == 1 else 2 * len(found)
    told = [
        (f"**Picture {number}**: " if total > 1 else "") + _file(details, share)
        for number, details in found.items()
    ]
    note = "-# Read out of the file, where anybody can write what they like."
    return "\n".join([*told, note])


def _file(details: PictureDetails, share: int) -> str:
    facts = []
    if details.model is not None:
        facts.append(quote(details.model, max(_MAX_MODEL_CHARACTERS // share, _LEAST_MODEL_CHARACTERS)))
    if details.width is not None:
        facts.append(f"{details.width}×{details.height}")
    if details.seed is not None:
        facts.append(f"seed {details.seed}")
    return _lines(details.prompt, details.negative_prompt, facts, share=share)


def _lines(prompt: str, negative: str | None, facts: list[str], *, share: int) -> str:
    """Return a prompt and what belongs to it, cut to one part in `share` of the usual."""
    lines = [quote(prompt, _MAX_PROMPT_CHARACTERS // share) or "(no prompt)"]
    if negative:
        lines.append(f"-# without: {quote(negative, _MAX_NEGATIVE_CHARACTERS // share)}")
    if facts:
        lines.append(f"-# {' · '.join(facts)}")
    return "\n".join(lines)
