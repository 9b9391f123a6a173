"""Models, sizes and counts as people read them: in `/models`, and beside what they type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from discord.utils import format_dt

from nanobot.bot.replies.generation import MAX_CONTENT_CHARACTERS, money, quote, shorten
from nanobot.bot.replies.quotas import pictures
from nanobot.nanogpt.models import Model

# https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-choice-structure
MAX_CHOICE_CHARACTERS = 100
NO_MODEL_FITS = "No model fits that. Use fewer letters in `search`, or leave `takes` out: `/models` alone shows where to begin."
_MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAge:
    """Where the list of models is from: NanoGPT's own or the bot's, read when, and whether that is too long ago."""

    is_live: bool
    read_at: datetime | None = None
    is_stale: bool = False


def model_choice(model: Model, size: str | None) -> str:
    """Name a model in a list of suggestions, with what a picture costs."""
    name = "" if model.name.casefold() == model.id.casefold() else f" · {model.name}"
    return _choice(f"{model.id}{name}", model.price_of(size))


def size_choice(model: Model, size: str) -> str:
    """Name a size in a list of suggestions, with what a picture costs."""
    return _choice(size, model.price_of(size))


def count_choice(model: Model | None, made: int, size: str | None) -> str:
    """Name a number of pictures in a list of suggestions, with what all of them cost."""
    price = model.price_of(size) if model is not None else None
    is_fixed = model is not None and model.fixed_outputs == made
    what = f"{pictures(made)}, as always with this model" if is_fixed else pictures(made)
    return _choice(what, None if price is None else price * made)


def models_page(found: Sequence[Model], age: ListAge) -> str:
    """List the models in their order, as many as fit into one message, and say how many more there are."""
    tail = list_age(age)
    if not found:
        return f"{NO_MODEL_FITS}{tail}"
    # Reserved for the longest line that tells how many more there are.
    room = MAX_CONTENT_CHARACTERS - len(tail) - len(_more(len(found)))
    lines: list[str] = []
    for model in found:
        line = _model_line(model)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join(lines) + _more(len(found) - len(lines)) + tail


def list_age(age: ListAge) -> str:
    """Say where the list of models is from if it may be out of date, else nothing."""
    if not age.is_live:
        return "\n-# This is the bot's built-in list, without prices: NanoGPT's own has not been read yet."
    if age.is_stale and age.read_at is not None:
        return f"\n-# Read from NanoGPT {format_dt(age.read_at, 'R')}; it could not be read again since."
    return ""


def _more(number: int) -> str:
    if not number:
        return ""
    return f"\n-# {number} more: narrow them down with `search` and `takes`."


def _model_line(model: Model) -> str:
    name = "" if model.name.casefold() == model.id.casefold() else quote(model.name, _MAX_NAME_CHARACTERS)
    price = _prices(model)
    sizes = f"{len(model.sizes)} sizes" if len(model.sizes) > 1 else ""
    fixed = f"always {model.fixed_outputs} at once" if (model.fixed_outputs or 1) > 1 else ""
    adults = "for age-restricted channels" if model.is_nsfw else ""
    facts = [part for part in (name, price, _takes(model), sizes, fixed, adults) if part]
    return " · ".join([f"`{model.id.replace('`', '')}`", *facts])


def _takes(model: Model) -> str:
    if model.mask == "required":
        return "a picture and a mask"
    if model.pictures == "none":
        return "text"
    number = f"up to {model.max_pictures} pictures" if model.max_pictures > 1 else "one picture"
    words = number if model.pictures == "required" else f"text, {number}"
    return f"{words}, a mask" if model.mask == "optional" else words


def _prices(model: Model) -> str:
    if not model.prices:
        return ""
    low, high = min(model.prices.values()), max(model.prices.values())
    return money(low) if low == high else f"{money(low)} to {money(high)}"


def _choice(what: str, price: Decimal | None) -> str:
    tail = "" if price is None else f" · {money(price)}"
    return shorten(what, MAX_CHOICE_CHARACTERS - len(tail)) + tail
