"""The button that withdraws a request before it is sent and paid."""

from __future__ import annotations

import re
from typing import Any

import discord
from typing_extensions import override

from nanobot.bot.client import Interaction
from nanobot.bot.replies import generation as words

_ID = r"(?P<id>[0-9a-f]{32})"


class CancelButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=f"cancel:{_ID}"):
    """Only the person who asked sees or may press it."""

    def __init__(self, generation_id: str) -> None:
        super().__init__(
            discord.ui.Button(
                label="Cancel", style=discord.ButtonStyle.secondary, custom_id=f"cancel:{generation_id}"
            )
        )
        self._generation_id = generation_id

    @classmethod
    @override
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> CancelButton:
        return cls(match["id"])

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        pressed: Interaction = interaction
        services = pressed.client.services
        generation = await services.books.find(self._generation_id)
        if generation is not None and generation.user_id != interaction.user.id:
            await interaction.response.send_message(words.NOT_YOURS, ephemeral=True)
        elif services.generator.cancel(self._generation_id):
            await interaction.response.defer()
        else:
            await interaction.response.send_message(words.TOO_LATE_TO_CANCEL, ephemeral=True)


def cancel_button(generation_id: str) -> discord.ui.View:
    """Return a view with nothing but the button."""
    view = discord.ui.View(timeout=None)
    view.add_item(CancelButton(generation_id))
    return view
