"""`/config`, for those who may manage the server: what is checked, whose midnight counts, and where changes are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal, TypeAlias

import discord
from discord import app_commands

from nanobot.bot.announcing import announce, may_be_told
from nanobot.bot.client import Interaction
from nanobot.bot.commands.admin import AdminCommands, answer
from nanobot.bot.replies import config as words
from nanobot.bot.timezones import matching_timezones
from nanobot.errors import PersonError
from nanobot.store import guild_settings
from nanobot.store.guild_settings import GuildSettings

Choice: TypeAlias = Literal["on", "off", "default"]
_CHOSEN: Final[dict[Choice, bool | None]] = {"on": True, "off": False, "default": None}
_DEFAULT = "default: whatever the bot's own settings say"
TimezoneName = app_commands.Range[str, 1, 64]
# https://docs.discord.com/developers/interactions/application-commands#autocomplete
_MAX_SUGGESTIONS: Final = 25


class LogChannelClosed(PersonError):
    """An admin chose a channel in which the bot may not write."""

    def __init__(self, mention: str) -> None:
        super().__init__(
            f"I may not write in {mention}, so nothing was changed. Give me **View Channel** and **Send Messages** there, "
            "and choose it again."
        )


class ConfigCommands(AdminCommands):
    """The server's own choices, where the bot has defaults."""

    def __init__(self) -> None:
        super().__init__(name="config", description="Decide what is checked, and when days begin")

    @app_commands.command(
        name="show", description="Show what is chosen for this server, what it costs, and who chose it"
    )
    async def show(self, interaction: Interaction) -> None:
        await _show(interaction)

    @app_commands.command(
        name="moderation", description="Check prompts and given pictures before they are used"
    )
    @app_commands.describe(to=_DEFAULT)
    async def moderation(self, interaction: Interaction, to: Choice) -> None:
        await _change(interaction, lambda chosen: replace(chosen, moderation=_CHOSEN[to]))
        await _show(interaction)

    @app_commands.command(
        name="check_results", description="Check finished pictures, and hide those that are not for everybody"
    )
    @app_commands.describe(to=_DEFAULT)
    async def check_results(self, interaction: Interaction, to: Choice) -> None:
        await _change(interaction, lambda chosen: replace(chosen, check_results=_CHOSEN[to]))
        await _show(interaction)

    @app_commands.command(name="timezone", description="Choose at whose midnight quotas start anew")
    @app_commands.describe(to="A city's time zone, such as Europe/Berlin; left empty: UTC")
    async def timezone(self, interaction: Interaction, to: TimezoneName | None = None) -> None:
        services = interaction.client.services
        guild_id = interaction.guild_id or 0
        async with services.database.begin() as session:
            await services.desk.set_timezone(
                session, guild_id=guild_id, name=to, actor_id=interaction.user.id
            )
            zone = await services.desk.zone(session, guild_id)
        told = words.timezone_set(str(zone), services.clock.now().astimezone(zone))
        await answer(interaction, told)
        await announce(interaction, told)

    @timezone.autocomplete("to")
    async def complete_timezone(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        del interaction
        # In a thread, since the first time reads the machine's files.
        names = await asyncio.to_thread(matching_timezones, current, limit=_MAX_SUGGESTIONS)
        return [app_commands.Choice(name=name, value=name) for name in names]

    @app_commands.command(
        name="log_channel", description="Choose a channel in which changes of quotas are told"
    )
    @app_commands.describe(to="Where; left empty: nowhere")
    async def log_channel(self, interaction: Interaction, to: discord.TextChannel | None = None) -> None:
        if to is None:
            await _change(interaction, lambda chosen: replace(chosen, log_channel_id=None))
            await answer(interaction, words.LOG_CHANNEL_OFF)
            return
        if not may_be_told(to):
            raise LogChannelClosed(to.mention)
        channel_id = to.id
        await _change(interaction, lambda chosen: replace(chosen, log_channel_id=channel_id))
        told = words.log_channel_set(to.mention)
        await answer(interaction, told)
        await announce(interaction, told)


async def _change(interaction: Interaction, change: Callable[[GuildSettings], GuildSettings]) -> None:
    """Store what `change` makes of the server's choices."""
    services = interaction.client.services
    guild_id = interaction.guild_id or 0
    actor_id, now = interaction.user.id, services.clock.now()
    async with services.database.begin() as session:
        chosen = await guild_settings.get_to_change(session, guild_id, actor_id=actor_id, now=now)
        await guild_settings.put(session, guild_id, change(chosen), actor_id=actor_id, now=now)


async def _show(interaction: Interaction) -> None:
    """Tell the admin all choices of the server."""
    services = interaction.client.services
    guild_id = interaction.guild_id or 0
    async with services.database.read() as session:
        chosen = await guild_settings.get(session, guild_id)
        zone = await services.desk.zone(session, guild_id)
    page = words.config_page(
        chosen,
        moderation_default=services.settings.moderation,
        check_results_default=services.settings.check_results,
        local_time=services.clock.now().astimezone(zone),
    )
    await answer(interaction, page)
