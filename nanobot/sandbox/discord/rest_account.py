"""Routes about the bot itself: its account, its application, its commands and where its gateway is."""

from __future__ import annotations

from nanobot.sandbox.discord.channels import dm_with
from nanobot.sandbox.discord.commands import CommandBook
from nanobot.sandbox.discord.errors import ApiRefusal, Refusal
from nanobot.sandbox.discord.gateway import Gateway
from nanobot.sandbox.discord.guilds import Guild
from nanobot.sandbox.discord.recording import ApiRequest
from nanobot.sandbox.discord.rest import Answer, Route
from nanobot.sandbox.discord.world import User, World

SESSION_STARTS_PER_DAY = 1000


class AccountRoutes:
    def __init__(
        self,
        world: World,
        gateway: Gateway,
        commands: CommandBook,
        *,
        shard_count: int,
        max_concurrency: int,
    ) -> None:
        self._world = world
        self._gateway = gateway
        self._commands = commands
        self._shard_count = shard_count
        self._max_concurrency = max_concurrency

    def table(self) -> list[Route]:
        commands = "/applications/{application_id}/commands"
        guild_commands = "/applications/{application_id}/guilds/{guild_id}/commands"
        return [
            Route(method="GET", template="/users/@me", handler=self._me),
            Route(method="POST", template="/users/@me/channels", handler=self._open_dm),
            Route(method="GET", template="/users/{user_id}", handler=self._user),
            Route(method="GET", template="/oauth2/applications/@me", handler=self._application),
            Route(method="GET", template="/applications/@me", handler=self._application),
            Route(method="GET", template="/gateway", handler=self._gateway_url, needs_token=False),
            Route(method="GET", template="/gateway/bot", handler=self._gateway_bot),
            Route(method="GET", template="/guilds/{guild_id}", handler=self._guild),
            Route(method="GET", template="/guilds/{guild_id}/members/{user_id}", handler=self._member),
            Route(method="GET", template=commands, handler=self._list_commands),
            Route(method="PUT", template=commands, handler=self._sync_commands),
            Route(method="GET", template=guild_commands, handler=self._list_commands),
            Route(method="PUT", template=guild_commands, handler=self._sync_commands),
        ]

    async def _me(self, _: ApiRequest) -> Answer:
        extra = {"verified": True, "mfa_enabled": False, "locale": "en-US", "email": None, "flags": 0}
        return Answer(body=self._world.bot.to_json() | extra)

    async def _user(self, request: ApiRequest) -> Answer:
        return Answer(body=self._found_user(request.number("user_id")).to_json())

    async def _open_dm(self, request: ApiRequest) -> Answer:
        recipient = str(request.fields.get("recipient_id") or 0)
        person = self._found_user(int(recipient) if recipient.isdigit() else 0)
        return Answer(body=dm_with(self._world, person).to_json())

    async def _application(self, _: ApiRequest) -> Answer:
        bot, team = self._world.bot, self._world.team
        return Answer(
            body={
                "id": str(self._world.application_id),
                "name": bot.name,
                "icon": None,
                "description": "",
                "bot": bot.to_json(),
                "bot_public": True,
                "bot_require_code_grant": False,
                "owner": self._world.host.to_json() if team is None else team.owner_json(),
                "team": None if team is None else team.to_json(),
                "verify_key": "0" * 64,
                "flags": 0,
                "approximate_guild_count": len(self._world.guilds),
                "integration_types_config": {"0": {}, "1": {}},
            }
        )

    async def _gateway_url(self, _: ApiRequest) -> Answer:
        return Answer(body={"url": self._gateway.url})

    async def _gateway_bot(self, _: ApiRequest) -> Answer:
        starts = {
            "total": SESSION_STARTS_PER_DAY,
            "remaining": SESSION_STARTS_PER_DAY - self._gateway.ready_count,
            "reset_after": 86_400_000,
            "max_concurrency": self._max_concurrency,
        }
        return Answer(
            body={"url": self._gateway.url, "shards": self._shard_count, "session_start_limit": starts}
        )

    async def _guild(self, request: ApiRequest) -> Answer:
        return Answer(body=self._found_guild(request).to_rest_json())

    async def _member(self, request: ApiRequest) -> Answer:
        member = self._found_guild(request).members.get(request.number("user_id"))
        if member is None:
            raise ApiRefusal(Refusal.UNKNOWN_MEMBER)
        return Answer(body=member.to_json())

    async def _list_commands(self, request: ApiRequest) -> Answer:
        return Answer(body=self._commands.of(self._scope(request)))

    async def _sync_commands(self, request: ApiRequest) -> Answer:
        return Answer(body=self._commands.sync(self._scope(request), request.body))

    def _scope(self, request: ApiRequest) -> int | None:
        if request.number("application_id") != self._world.application_id:
            raise ApiRefusal(Refusal.UNKNOWN_APPLICATION)
        return self._found_guild(request).id if "guild_id" in request.params else None

    def _found_user(self, user_id: int) -> User:
        user = self._world.users.get(user_id)
        if user is None:
            raise ApiRefusal(Refusal.UNKNOWN_USER)
        return user

    def _found_guild(self, request: ApiRequest) -> Guild:
        guild = self._world.guilds.get(request.number("guild_id"))
        if guild is None:
            raise ApiRefusal(Refusal.UNKNOWN_GUILD)
        if not guild.has_bot:
            raise ApiRefusal(Refusal.MISSING_ACCESS)
        return guild
