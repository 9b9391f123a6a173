"""What is raised where Discord is in trouble or refuses something. Imports only what raises it."""

from __future__ import annotations

from typing import Final

import aiohttp
import discord

# aiohttp's limit for a whole request, five minutes in discord.py's session, raises a bare TimeoutError.
DISCORD_TROUBLE: Final = (discord.HTTPException, aiohttp.ClientError, TimeoutError)


def is_final(error: discord.HTTPException) -> bool:
    """Tell whether Discord will say the same next time: every refusal of the 4xx family but a rate limit."""
    return 400 <= error.status < 500 and error.status != 429
