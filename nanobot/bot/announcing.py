"""Tells a server's log channel what was changed. Imports the client, the store and what raises trouble."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

import discord

from nanobot.bot.client import Interaction, NanobotClient
from nanobot.bot.replies.quota_rules import announced, announced_change
from nanobot.bot.services import Services
from nanobot.bot.trouble import DISCORD_TROUBLE, is_final
from nanobot.store import bot_state, guild_settings, quota_changes
from nanobot.store.database import DATABASE_TROUBLE
from nanobot.store.tables import QuotaChange

log = logging.getLogger(__name__)

_TELLING: Final = "telling_changes"
_TELLING_TAKES: Final = timedelta(minutes=1)
_TOLD_AT_ONCE: Final = 10  # Discord lets five messages a few seconds into a channel


async def announce(interaction: Interaction, told: str) -> None:
    """Post what the admin was told of a change, if the server has a log channel; the change holds in any case.

    The books have their own log, so that a channel which is gone or closed to the bot loses nothing.
    """
    guild_id = interaction.guild_id or 0
    client = interaction.client
    try:
        channel_id = await _log_channel_id(client.services, guild_id)
        if channel_id is not None:
            channel = client.get_partial_messageable(channel_id, guild_id=guild_id)
            await channel.send(announced(interaction.user.id, told))
    except (*DISCORD_TROUBLE, *DATABASE_TROUBLE) as error:
        log.warning("server %d: the log channel was not told of a change: %s", guild_id, error)


async def announce_untold(client: NanobotClient) -> None:
    """Post what was changed at a terminal since the last time, in one process of all.

    What Discord or the database is in trouble with stays for the next time. Of a process that dies in between, the
    next one posts the same anew after `_TELLING_TAKES`, and Discord drops it by its nonce.
    """
    services = client.services
    try:
        if not await _untold(services):
            return
        async with services.database.begin() as session:
            is_first = await bot_state.claim(
                session, _TELLING, now=services.clock.now(), lasting=_TELLING_TAKES
            )
        if not is_first:
            return
        for change in await _untold(services):
            await _tell(change, client)
            async with services.database.begin() as session:
                await quota_changes.mark_told(session, change.id)
        async with services.database.begin() as session:
            await bot_state.release(session, _TELLING)
    except (*DISCORD_TROUBLE, *DATABASE_TROUBLE) as error:
        log.warning("log channels were not told of a change at a terminal yet: %s", error)


async def _untold(services: Services) -> tuple[QuotaChange, ...]:
    async with services.database.read() as session:
        return tuple(await quota_changes.untold(session, limit=_TOLD_AT_ONCE))


async def _tell(change: QuotaChange, client: NanobotClient) -> None:
    """Post a change, if its server has a log channel that can be written in."""
    channel_id = await _log_channel_id(client.services, change.guild_id)
    if channel_id is None:
        return
    channel = client.get_partial_messageable(channel_id, guild_id=change.guild_id)
    try:
        await channel.send(announced_change(change), nonce=f"change-{change.id}")
    except discord.HTTPException as error:
        if not is_final(error):
            raise
        log.warning("server %d: the log channel was not told of a change: %s", change.guild_id, error)


async def _log_channel_id(services: Services, guild_id: int) -> int | None:
    async with services.database.read() as session:
        return (await guild_settings.get(session, guild_id)).log_channel_id


def may_be_told(channel: discord.TextChannel) -> bool:
    """Tell whether the bot may write there."""
    permissions = channel.permissions_for(channel.guild.me)
    return permissions.view_channel and permissions.send_messages
