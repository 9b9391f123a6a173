"""The bot itself: commands, events, the three error doors, recovery in the background, and a clean end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import sys
from typing import Any

import discord
from discord import app_commands
from typing_extensions import override

from nanobot.bot.buttons import AgainButton, DeleteButton, EditButton, picture_buttons
from nanobot.bot.cancel import CancelButton
from nanobot.bot.client import NanobotClient
from nanobot.bot.commands import about
from nanobot.bot.commands.registry import all_commands
from nanobot.bot.destination import of_generation
from nanobot.bot.doors import show_error, show_message_error
from nanobot.bot.mentions import answer_message
from nanobot.bot.modals import receive_edit_form
from nanobot.bot.services import Services
from nanobot.generation.books import LEASE_SECONDS
from nanobot.generation.recovery import recover
from nanobot.store import bot_state
from nanobot.store.database import is_sqlite, parse_url

log = logging.getLogger(__name__)

_SYNCED_COMMANDS = "synced_commands"
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
        self.add_dynamic_items(AgainButton, EditButton, DeleteButton, CancelButton, about.EraseButton)
        self.tree.error(_on_command_error)
        self._background: set[asyncio.Task[None]] = set()

    @override
    async def setup_hook(self) -> None:
        await self._sync_commands_if_changed()
        self._start(self._keep_leases())
        self._start(self._recover_for_ever())

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
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.close()

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
        async with database.read() as session:
            if await bot_state.get(session, _SYNCED_COMMANDS) == digest:
                return
        await self.tree.sync()
        async with database.begin() as session:
            await bot_state.put(session, _SYNCED_COMMANDS, digest)
        log.info("registered %d commands with Discord", len(wanted))

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            if at_work := self._at_work:
                await self._surviving(self.services.books.renew_leases(at_work))

    @property
    def _at_work(self) -> frozenset[str]:
        return self.services.generator.active_ids | self.conversation.at_work

    async def _recover_for_ever(self) -> None:
        """Deliver what was left behind: at once what the last run left, then whatever becomes stale."""
        await self.wait_until_ready()
        only_process = is_sqlite(parse_url(self.services.settings.database_url))
        await self._surviving(self._recover(even_if_leased=only_process))
        while True:
            await asyncio.sleep(LEASE_SECONDS / 2)
            await self._surviving(self._recover(even_if_leased=False))

    async def _recover(self, *, even_if_leased: bool) -> None:
        services = self.services
        found = recover(
            services.books,
            services.collector,
            at_work=lambda: self._at_work,
            even_if_leased=even_if_leased,
        )
        async for recovery in found:
            async with self.conversation.underway():
                destination = of_generation(recovery.generation, self)
                await self.conversation.deliver_recovered(recovery, destination)

    async def _surviving(self, work: Any) -> None:
        """Let a background task outlive an error of one round, which is logged with an id."""
        try:
            await work
        except Exception:
            log.exception("error %s in the background", secrets.token_hex(4))


def _handlers_under_way() -> list[asyncio.Task[Any]]:
    """Return what discord.py started for commands, buttons, forms and messages; it tells of them by their names alone."""
    return [task for task in asyncio.all_tasks() if task.get_name().startswith(_HANDLER_NAMES)]


async def _on_command_error(
    interaction: discord.Interaction[Any], error: app_commands.AppCommandError
) -> None:
    name = interaction.command.qualified_name if interaction.command else "a command"
    await show_error(interaction, error, f"running /{name}")
