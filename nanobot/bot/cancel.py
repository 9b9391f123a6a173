"""The button that withdraws a request before it is sent and paid."""

from __future__ import annotations

import discord
from typing_extensions import override

from nanobot.bot.client import Interaction
from nanobot.bot.id_button import GENERATION_ID, IdButton
from nanobot.bot.replies import generation as words
from nanobot.store.tables import OPEN_STATUSES


class CancelButton(IdButton, template=f"cancel:{GENERATION_ID}"):
    """Only the person who asked may press it."""

    action = "cancel"
    label = "Cancel"

    @override
    async def press(self, interaction: Interaction) -> None:
        await interaction.response.defer()  # before the database is asked, which may be busy
        services = interaction.client.services
        generation = await services.books.find(self.generation_id)
        if generation is not None and generation.user_id != interaction.user.id:
            await interaction.followup.send(words.NOT_YOURS_TO_CANCEL, ephemeral=True)
        elif not services.generator.cancel(self.generation_id):
            is_open = generation is not None and generation.status in OPEN_STATUSES
            why_not = words.TOO_LATE_TO_CANCEL if is_open else words.NOTHING_TO_CANCEL
            await interaction.followup.send(why_not, ephemeral=True)


def cancel_button(generation_id: str) -> discord.ui.View:
    """Return a view with nothing but the button."""
    view = discord.ui.View(timeout=None)
    view.add_item(CancelButton(generation_id))
    return view
