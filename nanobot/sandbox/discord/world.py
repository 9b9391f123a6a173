"""What everything in the stand-in shares: ids, time, the CDN, who exists, and the line to the gateway.

Imports ids, intents, the CDN and the bell; the kinds of things that exist are imported for their types alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanobot.clock import Clock
from nanobot.sandbox.discord.cdn import Cdn
from nanobot.sandbox.discord.changes import Changes
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.intents import NO_INTENT, Intent
from nanobot.sandbox.discord.snowflakes import Snowflakes

if TYPE_CHECKING:
    from nanobot.sandbox.discord.channels import Channel
    from nanobot.sandbox.discord.guilds import Guild
    from nanobot.sandbox.discord.team import Team


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """An account: a person's or the bot's."""

    id: int
    name: str
    is_bot: bool = False
    locale: str = "en-US"
    has_open_dms: bool = True
    has_installed_app: bool = False
    upload_limit_bytes: int = 10 * 1024 * 1024

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def to_json(self) -> Json:
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.is_bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.is_bot,
            "public_flags": 0,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something for the gateway to tell; `build` is asked once for each session that is to hear of it.

    `build` takes whether the session may read message content. No intent means that every session hears it; no
    guild means that shard 0 does.
    """

    name: str
    build: Callable[[bool], Json]
    intent: Intent = NO_INTENT
    guild_id: int | None = None


class World:
    """Everything that exists in this Discord."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.cdn = Cdn(clock)
        self.changes = Changes()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.bot = self.add_user("nanobot", is_bot=True)
        self.application_id = self.bot.id
        self.privileged_intents = NO_INTENT
        self._tell: Callable[[Event], None] = _nobody_listens
        self.team: Team | None = None
        self._host: User | None = None

    @property
    def host(self) -> User:
        """Who the bot's application belongs to, unless it is a team's."""
        if self._host is None:
            self._host = self.add_user("host")
        return self._host

    def add_user(self, name: str, *, is_bot: bool = False, locale: str = "en-US") -> User:
        user = User(id=self.ids.next(), name=name, is_bot=is_bot, locale=locale)
        self.users[user.id] = user
        return user

    def connect_gateway(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell

    def announce(self, event: Event) -> None:
        self._tell(event)
        self.changes.ring()

    @property
    def app_reads_content(self) -> bool:
        """Whether REST shows the app every message's content."""
        return bool(self.privileged_intents & Intent.MESSAGE_CONTENT)


def _nobody_listens(event: Event) -> None:
    """Events before the gateway is up reach nobody, as on Discord."""
    del event
