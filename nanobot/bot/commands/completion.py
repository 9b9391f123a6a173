"""Suggestions for the options of `/imagine` and `/edit`: what Discord asks for at each key, without waiting for anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discord.app_commands import Choice

from nanobot.bot.choosing import Filled, count_choices, model_choices, model_meant, read_filled, size_choices
from nanobot.bot.client import Interaction
from nanobot.bot.safety import is_age_restricted
from nanobot.nanogpt.models import Model


async def complete_model(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Suggest models that can work on what is filled in; those for adults only where Discord lets adults in alone."""
    return model_choices(
        interaction.client.services.catalogue.current,
        _filled(interaction),
        current,
        allows_nsfw=is_age_restricted(interaction.channel),
    )


async def complete_size(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Suggest the sizes of the model that is filled in or would be chosen, with their prices."""
    return size_choices(_model(interaction, _filled(interaction)), current)


async def complete_count(interaction: Interaction, current: str) -> list[Choice[int]]:
    """Suggest how many pictures, with the price of all of them; there are too few numbers to narrow them down."""
    del current
    filled = _filled(interaction)
    return count_choices(_model(interaction, filled), filled.size)


def _filled(interaction: Interaction) -> Filled:
    data: Mapping[str, Any] = interaction.data or {}
    return read_filled(str(data.get("name")), data.get("options", ()))


def _model(interaction: Interaction, filled: Filled) -> Model | None:
    services = interaction.client.services
    return model_meant(services.catalogue.current, filled, services.settings)
