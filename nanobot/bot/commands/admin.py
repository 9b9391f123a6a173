"""What the command groups for admins have in common: Manage Server, in a server that the bot is a member of."""

from __future__ import annotations

import discord
from discord import app_commands
from typing_extensions import override

from nanobot.bot.client import Interaction
from nanobot.bot.trouble import DISCORD_TROUBLE


class AdminCommands(app_commands.Group):
    """A group for those who may manage the server; each call is answered "thinking" before it runs.

    Discord hides the group from others by `default_permissions`; that is only a hint, so each call is checked too.
    """

    def __init__(self, *, name: str, description: str) -> None:
        super().__init__(
            name=name,
            description=description,
            default_permissions=discord.Permissions(manage_guild=True),
            # Not guild_only, which the tree's own contexts would override: the group would be offered in direct messages.
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )

    @override
    async def interaction_check(self, interaction: Interaction, /) -> bool:  # type: ignore[override]  # our own client
        if not interaction.is_guild_integration():
            raise app_commands.NoPrivateMessage
        if not interaction.permissions.manage_guild:
            raise app_commands.MissingPermissions(["manage_guild"])
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
        except DISCORD_TROUBLE as error:
            # Of what a check raises, only an error of discord.py's commands reaches the door.
            raise app_commands.CheckFailure from error
        return True


async def answer(interaction: Interaction, text: str) -> None:
    """Say the last word of such a command, to the admin alone."""
    await interaction.edit_original_response(content=text)
