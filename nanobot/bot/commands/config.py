"""`/config`, for those who may manage the server: which pictures it wants checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Literal, TypeAlias

from discord import app_commands

from nanobot.bot.client import Interaction
from nanobot.bot.commands.admin import AdminCommands, answer
from nanobot.bot.replies import config as words
from nanobot.store import guild_settings
from nanobot.store.guild_settings import GuildSettings

Choice: TypeAlias = Literal["on", "off", "default"]
_CHOSEN: Final[dict[Choice, bool | None]] = {"on": True, "off": False, "default": None}
_DEFAULT = "default: whatever the bot's own settings say"


class ConfigCommands(AdminCommands):
    """The server's own choices, where the bot has defaults."""

    def __init__(self) -> None:
        super().__init__(name="config", description="Decide what is checked in this server")

    @app_commands.command(
        name="show", description="Show what is checked here, what it costs, and who chose it"
    )
    async def show(self, interaction: Interaction) -> None:
        async with interaction.client.services.database.read() as session:
            chosen = await guild_settings.get(session, interaction.guild_id or 0)
        await answer(interaction, _page(interaction, chosen))

    @app_commands.command(
        name="moderation", description="Check prompts and given pictures before they are used"
    )
    @app_commands.describe(to=_DEFAULT)
    async def moderation(self, interaction: Interaction, to: Choice) -> None:
        chosen = await _change(interaction, lambda chosen: replace(chosen, moderation=_CHOSEN[to]))
        await answer(interaction, _page(interaction, chosen))

    @app_commands.command(
        name="check_results", description="Check finished pictures, and hide those that are not for everybody"
    )
    @app_commands.describe(to=_DEFAULT)
    async def check_results(self, interaction: Interaction, to: Choice) -> None:
        chosen = await _change(interaction, lambda chosen: replace(chosen, check_results=_CHOSEN[to]))
        await answer(interaction, _page(interaction, chosen))


async def _change(
    interaction: Interaction, change: Callable[[GuildSettings], GuildSettings]
) -> GuildSettings:
    """Store what `change` makes of the server's choices, and return it."""
    services = interaction.client.services
    guild_id = interaction.guild_id or 0
    async with services.database.begin() as session:
        chosen = change(await guild_settings.get(session, guild_id))
        await guild_settings.put(
            session, guild_id, chosen, actor_id=interaction.user.id, now=services.clock.now()
        )
    return chosen


def _page(interaction: Interaction, chosen: GuildSettings) -> str:
    settings = interaction.client.services.settings
    return words.config_page(
        chosen, moderation_default=settings.moderation, check_results_default=settings.check_results
    )
