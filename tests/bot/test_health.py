"""The health pages before and without Discord; journeys read them while the bot is online."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from pydantic import SecretStr

from nanobot.bot.client import NanobotClient
from nanobot.bot.health import HealthPortTaken, serve_health
from nanobot.clock import SystemClock
from nanobot.settings import Settings
from nanobot.wiring import open_services
from tests.journeys.health import free_port, page


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[NanobotClient]:
    """Give a client that has not connected to Discord."""
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'nanobot.db'}",
        nanogpt_api_key=SecretStr("a-key"),
    )
    async with open_services(settings, SystemClock()) as services:
        yield NanobotClient(services, lambda _: discord.ui.View())


async def test_a_bot_that_is_not_connected_is_alive_but_not_ready(client: NanobotClient) -> None:
    port = free_port()
    async with serve_health(client, port):
        alive, ready, metrics = await asyncio.gather(
            *(page(port, path) for path in ("/healthz", "/readyz", "/metrics"))
        )

    assert (alive.status, alive.text) == (200, "ok\n")
    assert (ready.status, ready.text) == (503, "not connected to Discord\n")
    assert "nanobot_ready 0.0" in metrics.text.splitlines()
    assert "nanobot_generations_active 0.0" in metrics.text.splitlines()


async def test_a_port_is_free_again_afterwards_and_taken_meanwhile(client: NanobotClient) -> None:
    port = free_port()
    async with serve_health(client, port):
        with pytest.raises(HealthPortTaken, match=f"Port {port} of HEALTH_PORT cannot be used"):
            async with serve_health(client, port):
                pass

    async with serve_health(client, port):
        assert (await page(port, "/healthz")).status == 200
