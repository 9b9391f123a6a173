"""The doors through which an error could leave unseen, closed once: commands, buttons, modals, messages.

A foreseen error shows its own sentence, and so does a database that is away. Anything else shows one sentence with an id that is also in the log, beside
the traceback.
"""

from __future__ import annotations

import logging
import secrets

import discord
from discord import app_commands

from nanobot.bot.replies import errors as words
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.errors import PersonError
from nanobot.store.database import is_in_trouble

log = logging.getLogger(__name__)


def sentence_for(error: BaseException, doing: str) -> str:
    """Return what the person is told of `error`, which happened while `doing`; log it if it was not foreseen."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, PersonError):
        return cause.sentence
    match cause:
        case app_commands.MissingPermissions():
            return words.MANAGE_SERVER_NEEDED
        case app_commands.NoPrivateMessage():
            return words.ONLY_IN_SERVERS
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return words.COMMAND_OUTDATED
        case _ if is_in_trouble(cause):
            log.error("the database failed while %s: %s", doing, str(cause).partition("\n")[0])
            return words.DATABASE_IN_TROUBLE
        case _:
            error_id = secrets.token_hex(4)
            log.error("error %s while %s", error_id, doing, exc_info=cause)
            return words.unexpected(error_id)


async def show_error(interaction: discord.Interaction, error: BaseException, doing: str) -> None:
    """Answer the interaction with what is to be said of `error`, whether or not it was acknowledged before."""
    sentence = sentence_for(error, doing)
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(sentence, ephemeral=True)
        elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(content=sentence, view=None)
        else:
            await interaction.followup.send(sentence, ephemeral=True)
    except DISCORD_TROUBLE as failure:
        log.warning("the person could not be told about an error: %s", failure)


async def show_message_error(message: discord.Message, error: BaseException) -> None:
    """Reply to `message` with what is to be said of `error`."""
    sentence = sentence_for(error, "reading a message")
    try:
        await message.reply(sentence)
    except DISCORD_TROUBLE as failure:
        log.warning("the person could not be told about an error: %s", failure)
