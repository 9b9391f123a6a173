"""`/help`, `/usage` and `/privacy`: what a member may know."""

from __future__ import annotations

import asyncio
import io
import json
import re
from typing import Any, Final, Literal, Self, TypeAlias

import discord
from discord import app_commands
from typing_extensions import override

from nanobot.bot.client import Interaction
from nanobot.bot.destination import member_of_interaction
from nanobot.bot.doors import show_error
from nanobot.bot.replies import about as words
from nanobot.bot.replies.quotas import usage_page
from nanobot.store.privacy import erase_person, export_person

Topic: TypeAlias = Literal["prompts", "edits", "options", "spending little"]

_TOPICS: Final[dict[Topic, str]] = {
    "prompts": words.HELP_PROMPTS,
    "edits": words.HELP_EDITS,
    "options": words.HELP_OPTIONS,
    "spending little": words.HELP_COSTS,
}


@app_commands.command(name="help", description="How to make and edit pictures")
@app_commands.describe(topic="More about one thing; left empty: everything in brief")
async def help_command(interaction: Interaction, topic: Topic | None = None) -> None:
    if topic is not None:
        await interaction.response.send_message(_TOPICS[topic], ephemeral=True)
        return
    is_admin = interaction.guild_id is not None and interaction.permissions.manage_guild
    text = f"{words.HELP}\n{words.HELP_ADMIN}" if is_admin else words.HELP
    await interaction.response.send_message(text, ephemeral=True)


@app_commands.command(
    name="usage", description="What you used of your quota, what is left, and when it starts anew"
)
async def usage_command(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    services = interaction.client.services
    async with services.database.read() as session:
        member = member_of_interaction(interaction)
        standing = await services.desk.standing(session, member)
        by_model = await services.desk.usage_by_model(session, member, standing.window)
    await interaction.edit_original_response(content=usage_page(standing, by_model))


class PrivacyCommands(app_commands.Group):
    """Discord's developer terms ask for an easy way to see and erase what is stored.

    https://support-dev.discord.com/hc/articles/8562894815383
    """

    def __init__(self) -> None:
        super().__init__(name="privacy", description="What is stored about you, and how to erase it")

    @app_commands.command(name="about", description="What is stored about you")
    async def about(self, interaction: Interaction) -> None:
        await interaction.response.send_message(words.PRIVACY, ephemeral=True)

    @app_commands.command(name="export", description="Get everything that is stored about you as a file")
    async def export(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with interaction.client.services.database.read() as session:
            stored = await export_person(session, interaction.user.id)
        # In a thread, since years of use make megabytes.
        text = await asyncio.to_thread(json.dumps, stored, indent=2, ensure_ascii=False)
        file = discord.File(io.BytesIO(text.encode()), filename="my-data.json")
        await interaction.edit_original_response(content=words.EXPORTED, attachments=[file])

    @app_commands.command(name="delete", description="Erase what is stored about you")
    async def delete(self, interaction: Interaction) -> None:
        await interaction.response.send_message(words.DELETE_QUESTION, view=_erase_view(), ephemeral=True)


class EraseButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template="erase:my-data"):
    """Asks once more before anything is erased; lasts, like all buttons, so that it never stays without an answer.

    Only the person sees it, and it erases the data of whoever presses it.
    """

    def __init__(self) -> None:
        super().__init__(
            discord.ui.Button(
                label=words.DELETE_LABEL, style=discord.ButtonStyle.danger, custom_id="erase:my-data"
            )
        )

    @classmethod
    @override
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls()

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await _erase(interaction)
        except Exception as error:  # noqa: BLE001 - the outermost door of this button
            await show_error(interaction, error, "erasing a person's data")


async def _erase(interaction: Interaction) -> None:
    await interaction.response.defer()
    async with interaction.client.services.database.begin() as session:
        erasure = await erase_person(session, interaction.user.id)
    await interaction.edit_original_response(content=words.erased(erasure), view=None)


def _erase_view() -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(EraseButton())
    return view


COMMANDS: tuple[app_commands.Command[Any, ..., None], ...] = (
    help_command,
    usage_command,
)
