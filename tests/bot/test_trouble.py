"""Which errors count as Discord's trouble."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from nanobot.bot.trouble import DISCORD_TROUBLE


async def test_an_answer_that_never_ends_is_trouble_like_any_other() -> None:
    """Else a person whose upload stalled would read of an error that nobody foresaw."""
    ended = asyncio.Event()

    async def stall(_: web.Request) -> web.Response:
        await ended.wait()
        return web.Response()

    application = web.Application()
    application.router.add_get("/", stall)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        with pytest.raises(DISCORD_TROUBLE):
            await session.get(server.make_url("/"), timeout=aiohttp.ClientTimeout(total=0.05))
        ended.set()
