"""The pages for whoever supervises the bot, read as a supervisor reads them."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

import aiohttp

_PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    status: int
    text: str
    content_type: str


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def page(port: int, path: str) -> Page:
    """Fetch a page."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return Page(
            status=response.status, text=await response.text(), content_type=response.headers["Content-Type"]
        )


async def unready(port: int) -> Page:
    """Ask `/readyz` until it says no."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while (found := await page(port, "/readyz")).status == 200:
            pass
        return found
