"""What is suggested while a person types a command: pure, so that it is there before the next key is pressed.

Imports the catalogue and the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from discord.app_commands import Choice

from nanobot.bot.replies.models import MAX_CHOICE_CHARACTERS, count_choice, model_choice, size_choice
from nanobot.generation.plan import ModelDefaults, default_model
from nanobot.generation.request import MAX_COUNT, Kind
from nanobot.nanogpt.catalogue import Catalogue, Needs, nearest_sizes
from nanobot.nanogpt.models import Model
from nanobot.nanogpt.prices import plain_size
from nanobot.settings import Settings

# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-autocomplete
MAX_CHOICES: Final = 25
_PICTURES: Final = frozenset(("image", "image2", "image3", "image4", "image_url"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What is filled in already while another option of the command is being typed."""

    kind: Kind
    pictures: int = 0
    has_mask: bool = False
    model: str | None = None
    size: str | None = None


def read_filled(command: str, options: Iterable[Mapping[str, Any]]) -> Filled:
    """Read the options of an unfinished command as Discord sends them: files are named, but not described.

    https://docs.discord.com/developers/interactions/application-commands#autocomplete
    """
    given = {str(option.get("name")): option.get("value") for option in options if option.get("value")}
    return Filled(
        kind=Kind(command),
        pictures=len(given.keys() & _PICTURES),
        has_mask="mask" in given,
        model=str(given["model"]).strip() if "model" in given else None,
        size=str(given["size"]) if "size" in given else None,
    )


def model_choices(
    catalogue: Catalogue, filled: Filled, typed: str, *, allows_nsfw: bool
) -> list[Choice[str]]:
    """Suggest models that can work on what is filled in, the likeliest first."""
    needs = Needs(
        pictures=filled.pictures,
        mask=filled.has_mask,
        allows_nsfw=allows_nsfw,
        edits_only=filled.kind is Kind.EDIT,
    )
    return [
        Choice(name=model_choice(model, filled.size), value=model.id)
        for model in catalogue.matches(typed, needs, limit=MAX_CHOICES)
        if len(model.id) <= MAX_CHOICE_CHARACTERS
    ]


def size_choices(model: Model | None, typed: str) -> list[Choice[str]]:
    """Suggest sizes of `model`: those that begin with what was typed or hold it, or else those that come closest to it."""
    if model is None:
        return []
    wanted = plain_size(typed)
    holding = [size for size in model.sizes if wanted in plain_size(size)]
    holding.sort(key=lambda size: not plain_size(size).startswith(wanted))
    return [
        Choice(name=size_choice(model, size), value=size)
        for size in holding or nearest_sizes(model, typed, limit=MAX_CHOICES)
        if len(size) <= MAX_CHOICE_CHARACTERS
    ][:MAX_CHOICES]


def count_choices(model: Model | None, size: str | None) -> list[Choice[int]]:
    """Suggest how many pictures, each number that `model` can make once."""
    made = dict.fromkeys(
        sum(model.orders_of(count)) if model is not None else count for count in range(1, MAX_COUNT + 1)
    )
    # A model may always make more than may be asked for: asking for the most gives just that then.
    return [
        Choice(name=count_choice(model, number, size), value=min(number, MAX_COUNT))
        for number in made
        if number <= MAX_COUNT or number == min(made)
    ]


def model_meant(catalogue: Catalogue, filled: Filled, settings: Settings) -> Model | None:
    """Return the model that is filled in, or the one that the bot would choose, if the catalogue has it."""
    return catalogue.find(filled.model or _default_model_id(filled, settings))


def _default_model_id(filled: Filled, settings: Settings) -> str:
    """Return the model that the bot takes where none is named; an edit gets its picture sooner or later."""
    return default_model(
        ModelDefaults.of(settings),
        kind=filled.kind,
        has_pictures=bool(filled.pictures) or filled.kind is Kind.EDIT,
        has_mask=filled.has_mask,
    )
