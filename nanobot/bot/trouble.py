"""What is raised where Discord is in trouble or refuses something. Imports only what raises it."""

from __future__ import annotations

from typing import Final

import aiohttp
import discord

# aiohttp's limit for a whole request, five minutes in discord.py's session, raises a bare TimeoutError.
DISCORD_TROUBLE: Final = (discord.HTTPException, aiohttp.ClientError, TimeoutError)
