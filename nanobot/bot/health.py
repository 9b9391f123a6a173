"""`/healthz`, `/readyz` and `/metrics` for whoever supervises the process; only on this machine's own address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from nanobot.bot.client import NanobotClient
from nanobot.errors import OperatorError

_ACTIVE = Gauge("nanobot_generations_active", "Generations waiting or in the making.")
_READY = Gauge("nanobot_ready", "Whether the bot is connected to Discord.")


class HealthPortTaken(OperatorError):
    """The pages cannot be served on the configured port."""


@asynccontextmanager
async def serve_health(client: NanobotClient, port: int) -> AsyncIterator[None]:
    """Serve the three pages on `port` of 127.0.0.1 while inside.

    Raises:
        HealthPortTaken: another program listens there, or this one may not.
    """
    application = web.Application()
    pages = _HealthPages(client)
    application.router.add_get("/healthz", pages.alive)
    application.router.add_get("/readyz", pages.ready)
    application.router.add_get("/metrics", pages.metrics)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            raise HealthPortTaken(
                f"Port {port} of HEALTH_PORT cannot be used: choose one that is free, or leave HEALTH_PORT empty."
            ) from error
        yield
    finally:
        await runner.cleanup()


class _HealthPages:
    def __init__(self, client: NanobotClient) -> None:
        self._client = client

    async def alive(self, _request: web.Request) -> web.Response:
        """Answer as long as the event loop turns."""
        return web.Response(text="ok\n")

    async def ready(self, _request: web.Request) -> web.Response:
        """Tell whether members can be served: connected to Discord, database at hand, not stopping."""
        if self._client.stopping or not self._client.is_ready():
            return web.Response(status=503, text="not connected to Discord\n")
        try:
            await self._client.services.database.ping()
        except OperatorError as error:
            return web.Response(status=503, text=f"{error.sentence}\n")
        return web.Response(text="ready\n")

    async def metrics(self, _request: web.Request) -> web.Response:
        _ACTIVE.set(len(self._client.services.generator.active_ids))
        _READY.set(self._client.is_ready())
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
