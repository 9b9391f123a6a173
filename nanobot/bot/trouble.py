"""What is raised where Discord is in trouble or refuses something. Imports only what raises it."""

from __future__ import annotations

from typing import Final

import aiohttp
import discord

# aiohttp's limit for a whole request, five minutes in discord.py's session, raises a bare TimeoutError.
DISCORD_TROUBLE: Final = (discord.HTTPException, aiohttp.ClientError, TimeoutError)

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
_UNKNOWN_INTERACTION = 10062


def is_too_late(error: BaseException) -> bool:
    """Tell whether Discord's three seconds for a first response were over: nobody is told anything by this interaction."""
    return isinstance(error, discord.NotFound) and error.code == _UNKNOWN_INTERACTION


def is_final(error: discord.HTTPException) -> bool:
    """Tell whether Discord will say the same next time: every refusal of the 4xx family but a rate limit."""
    return 400 <= error.status < 500 and error.status != 429
