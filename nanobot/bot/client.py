"""The Discord client: which intents it asks for, and the services that every command finds on `interaction.client`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeAlias

import discord
from discord import app_commands
from typing_extensions import override

from nanobot.bot.conversation import Conversation
from nanobot.bot.delivery import Delivery
from nanobot.bot.doors import is_worth_logging
from nanobot.bot.remembered import RememberedPictures
from nanobot.bot.services import Services
from nanobot.bot.shards import IdentifyTurns, shards_of


def intents(*, message_content: bool) -> discord.Intents:
    """Return what the bot asks to hear of: nothing privileged, unless the owner wants `message_content`.

    https://docs.discord.com/developers/events/gateway#privileged-intents
    """
    return discord.Intents(
        guilds=True, guild_messages=True, dm_messages=True, message_content=message_content
    )


class NanobotClient(discord.AutoShardedClient):
    """A client that carries the bot's services; `nanobot.bot.app` gives it its commands."""

    def __init__(self, services: Services, buttons: Callable[[str], discord.ui.View]) -> None:
        shards = shards_of(services.settings)
        super().__init__(
            shard_count=shards.count,
            intents=intents(message_content=services.settings.message_content_intent),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.shard_ids = None if shards.ids is None else list(shards.ids)
        self.services = services
        self.delivery = Delivery(self, services.workers)
        self.conversation = Conversation(services, self.delivery, buttons)
        self.remembered = RememberedPictures()
        self.stopping = False
        logging.getLogger(app_commands.CommandTree.__module__).addFilter(is_worth_logging)
        self._identify_turns = IdentifyTurns(services.database, services.clock)
        self._identify_buckets = 1
        self.tree: app_commands.CommandTree[NanobotClient] = app_commands.CommandTree(
            self,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )

    @override
    async def setup_hook(self) -> None:
        """Learn from Discord how many shards it recommends, and how many may make themselves known at once.

        https://docs.discord.com/developers/events/gateway#get-gateway-bot
        """
        recommended, _, limits = await self.http.get_bot_gateway()
        self.shard_count = self.shard_count or recommended
        self._identify_buckets = limits["max_concurrency"]

    @override
    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        if self.services.database.is_shared:
            await self._identify_turns.wait((shard_id or 0) % self._identify_buckets)
        else:
            await super().before_identify_hook(shard_id, initial=initial)

    @override
    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Drop events that come after closing, such as a late "ready": discord.py has let go of its loop by then."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)


Interaction: TypeAlias = discord.Interaction[NanobotClient]
