"""Telling whoever runs the bot, in a direct message, what only they can mend."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final, assert_never

import discord

from nanobot.bot.client import NanobotClient
from nanobot.bot.owner import application_owner_ids
from nanobot.bot.replies.alarms import alarm_message
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.generation.alarms import Alarm, AllClear, Signal
from nanobot.store import bot_state

log = logging.getLogger(__name__)

TOLD_ONCE_IN: Final = timedelta(hours=6)


async def hear(signal: Signal, client: NanobotClient) -> None:
    """Tell an alarm to the owners, and note the end of one: what breaks anew is told anew."""
    match signal:
        case Alarm():
            await _tell_owners(signal, client)
        case AllClear(key=key):
            async with client.services.database.begin() as session:
                await bot_state.release(session, _claim_of(key))
        case _:
            assert_never(signal)


async def _tell_owners(alarm: Alarm, client: NanobotClient) -> None:
    """Write to the application's owner or to its team, unless some process did so within `TOLD_ONCE_IN`.

    The log has the alarm already; who takes no direct messages has to find it there.
    """
    services = client.services
    async with services.database.begin() as session:
        is_first = await bot_state.claim(
            session, _claim_of(alarm.key), now=services.clock.now(), lasting=TOLD_ONCE_IN
        )
    if not is_first:
        return
    for owner_id in sorted(await application_owner_ids(client)):
        await _try_tell(owner_id, alarm, client)


async def _try_tell(owner_id: int, alarm: Alarm, client: NanobotClient) -> None:
    try:
        channel = await client.create_dm(discord.Object(owner_id))
        await channel.send(alarm_message(alarm.sentence))
    except DISCORD_TROUBLE as error:
        log.warning("alarm %s: the owner %d was not told: %s", alarm.key, owner_id, error)


def _claim_of(alarm_key: str) -> str:
    return f"alarm:{alarm_key}"
