"""The two places where people see what becomes of a request: an interaction's response, and a reply to a message."""

from __future__ import annotations

import logging
from types import TracebackType

import discord
from discord.context_managers import Typing

from nanobot.bot.cancel import cancel_button
from nanobot.bot.client import Interaction
from nanobot.bot.delivery import Delivery, Posted
from nanobot.bot.destination import Destination
from nanobot.bot.previews import Previews
from nanobot.bot.progress import Update
from nanobot.bot.replies import generation as words
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.generation.events import CheaperSize

log = logging.getLogger(__name__)


class InteractionSurface:
    """An acknowledged interaction, whose response only the person sees; the picture itself goes to the channel."""

    def __init__(self, interaction: Interaction, destination: Destination, delivery: Delivery) -> None:
        self._interaction = interaction
        self._destination = destination
        self._delivery = delivery
        self._previews = Previews(interaction.client.services.workers, viewer_id=interaction.user.id)

    @property
    def destination(self) -> Destination:
        return self._destination

    async def show(self, update: Update) -> None:
        shown = update.pictures
        files = discord.utils.MISSING if shown is None else await self._previews.files(shown)
        await self._interaction.edit_original_response(
            content=update.text, view=_cancel_view(update), attachments=files
        )

    async def conclude(self, text: str, *, ended_id: str = "") -> None:
        await self._delivery.tell(text, self._destination, ended_id=ended_id)

    async def celebrate(self, posted: Posted, remaining: str | None, cheaper: CheaperSize | None) -> None:
        text = words.done(posted.jump_url, remaining, cheaper)
        if not self._destination.may_post_in_channel:
            text += f"\n-# {words.EDIT_BY_MENU}"
        await self._delivery.try_edit_original(text, self._destination)


class MessageSurface:
    """A message that asked for an edit: the bot types while it works and writes only when there is something to say."""

    def __init__(self, message: discord.Message, destination: Destination, delivery: Delivery) -> None:
        self._message = message
        self._destination = destination
        self._delivery = delivery
        self._typing: Typing | None = None
        self._progress: discord.Message | None = None

    async def __aenter__(self) -> MessageSurface:
        typing = self._message.channel.typing()
        try:
            await typing.__aenter__()
        except DISCORD_TROUBLE as error:
            log.debug("typing not shown: %s", error)
        else:
            self._typing = typing
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._typing is not None:
            await self._typing.__aexit__(kind, error, trace)

    @property
    def destination(self) -> Destination:
        return self._destination

    async def show(self, update: Update) -> None:
        """Write only once the request has to wait for a turn: until then, typing says enough."""
        view = _cancel_view(update)
        if self._progress is not None:
            await self._progress.edit(content=update.text, view=view)
        elif update.waiting:
            self._progress = await self._message.reply(update.text, view=view or discord.utils.MISSING)

    async def conclude(self, text: str, *, ended_id: str = "") -> None:
        await self._clear_progress()
        await self._delivery.tell(text, self._destination, ended_id=ended_id)

    async def celebrate(self, posted: Posted, remaining: str | None, cheaper: CheaperSize | None) -> None:
        del posted, remaining, cheaper  # the picture itself is the answer
        await self._clear_progress()

    async def _clear_progress(self) -> None:
        if self._progress is None:
            return
        try:
            await self._progress.delete()
        except DISCORD_TROUBLE as error:
            log.debug("progress message not deleted: %s", error)


def _cancel_view(update: Update) -> discord.ui.View | None:
    return cancel_button(update.cancellable_id) if update.cancellable_id else None
