"""The client around its end."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from nanobot.bot.app import Nanobot
from nanobot.clock import SystemClock
from nanobot.settings import Settings
from nanobot.wiring import open_services


async def test_an_event_after_closing_is_dropped(tmp_path: Path) -> None:
    """discord.py announces "ready" some seconds after connecting, also when the bot was stopped meanwhile."""
    settings = Settings(
        _env_file=None,
        nanogpt_api_key=SecretStr("sk-nano-closing"),
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'closing.db'}",
    )
    async with open_services(settings, SystemClock()) as services:
        async with Nanobot(services) as bot:
            pass
        bot.dispatch("ready")

        assert bot.is_closed()
