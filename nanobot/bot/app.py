"""The bot itself: commands, events, the three error doors, and a clean end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import sys
from datetime import timedelta
from typing import Any

import discord
from discord import app_commands
from typing_extensions import override

from nanobot.bot.background import Background
from nanobot.bot.buttons import AgainButton, DeleteButton, EditButton, picture_buttons
from nanobot.bot.cancel import CancelButton
from nanobot.bot.client import NanobotClient
from nanobot.bot.commands import about
from nanobot.bot.commands.history import NewerButton, OlderButton
from nanobot.bot.commands.registry import all_commands
from nanobot.bot.doors import show_error, show_message_error
from nanobot.bot.mentions import answer_message
from nanobot.bot.modals import receive_edit_form
from nanobot.bot.services import Services
from nanobot.store import bot_state

log = logging.getLogger(__name__)

_SYNCED_COMMANDS = "synced_commands"
_SYNCING = "syncing_commands"
_SYNC_TAKES = timedelta(seconds=30)
_HANDLER_NAMES = (
    "CommandTree-invoker",
    "discord-ui-dynamic-item",
    "discord-ui-view-dispatch",
    "discord.py: on_",
)


class Nanobot(NanobotClient):
    """Connects, answers, and ends without leaving anybody waiting."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, picture_buttons)
        self._add_commands()
        self.add_dynamic_items(AgainButton, EditButton, DeleteButton, CancelButton)
        self.add_dynamic_items(OlderButton, NewerButton, about.EraseButton)
        self.tree.error(_on_command_error)
        self._background = Background(self)

    @override
    async def setup_hook(self) -> None:
        await super().setup_hook()
        await self._sync_commands_if_changed()
        await self._background.start()

    async def on_ready(self) -> None:
        log.info("online as %s in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message) -> None:
        try:
            await answer_message(message, self)
        except Exception as error:  # noqa: BLE001 - the outermost door of messages: nothing may leave unseen
            await show_message_error(message, error)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Receive sent forms; commands and buttons have their own doors."""
        try:
            await receive_edit_form(interaction)
        except Exception as error:  # noqa: BLE001 - the outermost door of forms
            await show_error(interaction, error, "receiving a form")

    @override
    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.error("error %s in the event %s", secrets.token_hex(4), event_method, exc_info=sys.exc_info())

    async def finish(self, grace_seconds: float) -> None:
        """Take no more work, wait up to `grace_seconds` for what is under way, then disconnect.

        What is not done by then is left to recovery at the next start.
        """
        self.stopping = True
        try:
            async with asyncio.timeout(grace_seconds):
                while handlers := _handlers_under_way():
                    await asyncio.wait(handlers)
                await self.conversation.idle()
        except TimeoutError:
            log.warning("stopped while pictures were in the making; the next start takes care of them")
        await self.close()

    @override
    async def close(self) -> None:
        """Stop what the bot does by itself, then disconnect.

        However the connection ended: work in the background would open the database again that is being closed, and
        the process would wait for ever for that connection's thread.
        """
        await self._background.stop()
        await super().close()

    def _add_commands(self) -> None:
        for command in all_commands():
            self.tree.add_command(command)

    async def _sync_commands_if_changed(self) -> None:
        """Register the commands only when they differ: registering is limited and makes clients reload.

        https://docs.discord.com/developers/interactions/application-commands#registering-a-command
        """
        wanted = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        text = json.dumps([self.application_id, wanted], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        database = self.services.database
        while not await self._are_synced(digest):
            if database.is_shared and not await self._may_sync():
                await asyncio.sleep(1)  # another process is at it
                continue
            await self.tree.sync()
            async with database.begin() as session:
                await bot_state.put(session, _SYNCED_COMMANDS, digest)
            log.info("registered %d commands with Discord", len(wanted))

    async def _are_synced(self, digest: str) -> bool:
        async with self.services.database.read() as session:
            return bool(await bot_state.get(session, _SYNCED_COMMANDS) == digest)

    async def _may_sync(self) -> bool:
        """Let one of the processes that start at once register the commands; if it dies the next one does."""
        async with self.services.database.begin() as session:
            return await bot_state.claim(
                session, _SYNCING, now=self.services.clock.now(), lasting=_SYNC_TAKES
            )


def _handlers_under_way() -> list[asyncio.Task[Any]]:
    """Return what discord.py started for commands, buttons, forms and messages; it tells of them by their names alone."""
    return [task for task in asyncio.all_tasks() if task.get_name().startswith(_HANDLER_NAMES)]


async def _on_command_error(
    interaction: discord.Interaction[Any], error: app_commands.AppCommandError
) -> None:
    name = interaction.command.qualified_name if interaction.command else "a command"
    await show_error(interaction, error, f"running /{name}")
