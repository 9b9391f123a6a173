"""`/history`: what a member made here, page by page, with the pictures small on a sheet."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from typing_extensions import override

from nanobot.bot.client import Interaction
from nanobot.bot.destination import accounting_guild_id
from nanobot.bot.history_sheet import sheet_of
from nanobot.bot.id_button import GENERATION_ID, IdButton
from nanobot.bot.replies import about as words
from nanobot.store import history
from nanobot.store.history import HistoryPage

_PAGE_LENGTH = 8
_SHEET_NAME = "history.webp"


@app_commands.command(name="history", description="What you made here lately")
async def history_command(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await _show(interaction)


class OlderButton(IdButton, template=f"older:{GENERATION_ID}"):
    """Turns to what was made before the generation that it names. Only the person sees it, and each sees their own."""

    action = "older"
    label = "Older"

    @override
    async def press(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        await _show(interaction, before=self.generation_id)


class NewerButton(IdButton, template=f"newer:{GENERATION_ID}"):
    """Turns to what was made after the generation that it names."""

    action = "newer"
    label = "Newer"

    @override
    async def press(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        await _show(interaction, after=self.generation_id)


async def _show(interaction: Interaction, *, before: str | None = None, after: str | None = None) -> None:
    """Show the list at once, and once more with the sheet: all of it both times, whichever page is turned meanwhile."""
    page = await _read(interaction, before, after)
    content, view = words.history_page(page.generations), _turning(page)
    await interaction.edit_original_response(content=content, view=view, attachments=[])
    sheet = await sheet_of(interaction.client, page.generations, shown_in=interaction.channel)
    if sheet is not None:
        file = discord.File(io.BytesIO(sheet), _SHEET_NAME, description=words.HISTORY_SHEET)
        await interaction.edit_original_response(content=content, view=view, attachments=[file])


async def _read(interaction: Interaction, before: str | None, after: str | None) -> HistoryPage:
    user_id, guild_id = interaction.user.id, accounting_guild_id(interaction)
    async with interaction.client.services.database.read() as session:
        if after is not None:
            return await history.page_after(
                session, user_id=user_id, guild_id=guild_id, limit=_PAGE_LENGTH, after=after
            )
        return await history.first_page(
            session, user_id=user_id, guild_id=guild_id, limit=_PAGE_LENGTH, before=before
        )


def _turning(page: HistoryPage) -> discord.ui.View | None:
    view = discord.ui.View(timeout=None)
    if page.newer is not None:
        view.add_item(NewerButton(page.newer))
    if page.older is not None:
        view.add_item(OlderButton(page.older))
    return view if view.children else None
