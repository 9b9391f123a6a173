"""Starts and stops the stand-in and is what tests and the sandbox hold. Imports everything of this package."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable

from aiohttp import web

from nanobot.clock import Clock, SystemClock
from nanobot.sandbox.discord.changes import PATIENCE_SECONDS
from nanobot.sandbox.discord.commands import CommandBook
from nanobot.sandbox.discord.gateway import Gateway
from nanobot.sandbox.discord.guilds import Guild
from nanobot.sandbox.discord.intents import PRIVILEGED, Intent
from nanobot.sandbox.discord.interactions import InteractionDesk
from nanobot.sandbox.discord.person import Person
from nanobot.sandbox.discord.recording import RecordedRequest
from nanobot.sandbox.discord.rest import API_PREFIX, MAX_REQUEST_BYTES, RestServer
from nanobot.sandbox.discord.rest_account import AccountRoutes
from nanobot.sandbox.discord.rest_channels import ChannelRoutes
from nanobot.sandbox.discord.rest_webhooks import WebhookRoutes
from nanobot.sandbox.discord.sessions import CloseCode
from nanobot.sandbox.discord.team import team_of
from nanobot.sandbox.discord.trouble import Trouble
from nanobot.sandbox.discord.world import User, World

_HOST = "127.0.0.1"


class DiscordStandIn:
    """A whole Discord on a port of this machine; whoever starts it stops it.

    Args:
        privileged_intents: names of the privileged intents that are switched on, none unless named.
        response_deadline_seconds: how long the bot has for its first response.
        shard_count: how many shards `GET /gateway/bot` recommends.
        max_concurrency: how many shards may identify at once, as it tells.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        privileged_intents: Iterable[str] = (),
        response_deadline_seconds: float = 3.0,
        shard_count: int = 1,
        max_concurrency: int = 1,
        port: int = 0,
    ) -> None:
        self.world = World(clock or SystemClock())
        for name in privileged_intents:
            self.world.privileged_intents |= Intent[name] & PRIVILEGED
        self.bot_token = _new_token()
        self.trouble = Trouble()
        self.commands = CommandBook(self.world)
        self.gateway = Gateway(self.world, bot_token=lambda: self.bot_token)
        self._desk = InteractionDesk(self.world, deadline_seconds=response_deadline_seconds)
        account = AccountRoutes(
            self.world,
            self.gateway,
            self.commands,
            shard_count=shard_count,
            max_concurrency=max_concurrency,
        )
        routes = [*account.table(), *ChannelRoutes(self.world).table(), *WebhookRoutes(self._desk).table()]
        self._rest = RestServer(routes, bot_token=lambda: self.bot_token, trouble=self.trouble)
        self._port = port
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    @property
    def api_url(self) -> str:
        return self.base_url + API_PREFIX

    @property
    def gateway_url(self) -> str:
        return self.base_url.replace("http://", "ws://", 1) + "/gateway"

    @property
    def application_id(self) -> int:
        return self.world.application_id

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def host(self) -> Person:
        """Who the bot's application belongs to, unless it is a team's; in no server unless they join one."""
        return self._greet(self.world.host)

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every REST request so far, oldest first."""
        return self._rest.requests

    async def start(self) -> None:
        app = web.Application(client_max_size=4 * MAX_REQUEST_BYTES)
        self._rest.add_to(app)
        for path in ("/gateway", "/gateway/"):
            app.router.add_get(path, self.gateway.serve)
        for folder in ("attachments", "ephemeral-attachments"):
            app.router.add_get(f"/{folder}/{{channel}}/{{id}}/{{filename}}", self.world.cdn.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://{_HOST}:{port}"
        self.world.cdn.base_url = self.base_url
        self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        """Close every connection and the port; doing it twice does no harm."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await self.gateway.stop()
            await runner.cleanup()

    def add_guild(
        self, name: str, *, locale: str = "en-US", boost_tier: int = 0, has_bot: bool = True
    ) -> Guild:
        """Add a server; a connected bot hears of it at once, unless it is not a member."""
        return Guild(
            self.world,
            name,
            locale=locale,
            boost_tier=boost_tier,
            has_bot=has_bot,
            greet=self._greet,
        )

    def give_to_team(self, name: str, *members: Person, invited: Collection[Person] = ()) -> None:
        """Let the application belong to a team, the first of whose members owns it; a bot hears of it at its next login."""
        self.world.team = team_of(
            self.world.ids.next(),
            name,
            [person.user for person in members],
            invited=[person.user for person in invited],
        )

    async def reset_token(self) -> None:
        """Do what "Reset Token" in the developer portal does: the old one opens nothing, and its connections are closed."""
        self.bot_token = _new_token()
        await self.gateway.disconnect(CloseCode.AUTHENTICATION_FAILED)

    async def bot_online(self, timeout: float = PATIENCE_SECONDS) -> None:  # noqa: ASYNC109  # how long a person waits is theirs to say
        """Wait until a bot got READY and has synced its commands at least once.

        Raises:
            TimeoutError: it did not happen in time.
        """
        await self.world.changes.wait_until(
            lambda: True if self.gateway.is_connected and self.commands.sync_count else None,
            timeout=timeout,
            waiting_for="the bot to be online with its commands synced",
        )

    def _greet(self, user: User) -> Person:
        return Person(user, self._desk, self.commands)


def _new_token() -> str:
    return f"{secrets.token_urlsafe(18)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
