"""The Discord client: which intents it asks for, and the services that every command finds on `interaction.client`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import discord
from discord import app_commands
from typing_extensions import override

from nanobot.bot.conversation import Conversation
from nanobot.bot.delivery import Delivery
from nanobot.bot.remembered import RememberedPictures
from nanobot.bot.services import Services


def intents(*, message_content: bool) -> discord.Intents:
    """Return what the bot asks to hear of: nothing privileged, unless the owner wants `message_content`.

    https://docs.discord.com/developers/events/gateway#privileged-intents
    """
    return discord.Intents(
        guilds=True, guild_messages=True, dm_messages=True, message_content=message_content
    )


class NanobotClient(discord.Client):
    """A client that carries the bot's services; `nanobot.bot.app` gives it its commands."""

    def __init__(self, services: Services, buttons: Callable[[str], discord.ui.View]) -> None:
        super().__init__(
            intents=intents(message_content=services.settings.message_content_intent),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.services = services
        self.delivery = Delivery(self, services.workers)
        self.conversation = Conversation(services, self.delivery, buttons)
        self.remembered = RememberedPictures()
        self.stopping = False
        self.tree: app_commands.CommandTree[NanobotClient] = app_commands.CommandTree(
            self,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )

    @override
    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Drop events that come after closing, such as a late "ready": discord.py has let go of its loop by then."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)


Interaction: TypeAlias = discord.Interaction[NanobotClient]
