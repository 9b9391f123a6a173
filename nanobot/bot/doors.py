"""The doors through which an error could leave unseen, closed once: commands, buttons, modals, messages.

A foreseen error shows its own sentence, and so does a database that is away. Anything else shows one sentence with an
id that is also in the log, beside the traceback. Whom Discord has told itself that the bot did not respond in time cannot
be shown anything: that is one line in the log.
"""

from __future__ import annotations

import logging
import secrets

import discord
from discord import app_commands

from nanobot.bot.replies import errors as words
from nanobot.bot.trouble import DISCORD_TROUBLE, is_too_late
from nanobot.errors import PersonError
from nanobot.store.database import is_in_trouble

log = logging.getLogger(__name__)


def sentence_for(error: BaseException, doing: str) -> str:
    """Return what the person is told of `error`, which happened while `doing`; log it if it was not foreseen."""
    cause = _cause_of(error)
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
    if is_too_late(_cause_of(error)):
        # Whoever does anything acknowledges first, so that nothing was held, written or paid.
        log.warning("interaction %d was answered too late while %s: nothing was begun", interaction.id, doing)
        return
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


def is_worth_logging(record: logging.LogRecord) -> bool:
    """Filter what discord.py logs of commands: suggestions that came after the next key was pressed are no error."""
    error = record.exc_info[1] if record.exc_info else None
    return error is None or not is_too_late(error)


def _cause_of(error: BaseException) -> BaseException:
    """Return what a command or its check raised: discord.py's commands pass on errors of their own."""
    is_wrapped = isinstance(error, app_commands.CommandInvokeError | app_commands.CheckFailure)
    return (error.__cause__ or error) if is_wrapped else error
