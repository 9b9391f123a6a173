"""All that people can type or choose in a menu, in one list for Discord. Imports the commands and the form."""

from __future__ import annotations

from typing import Any, TypeAlias

from discord import app_commands

from nanobot.bot.commands import about, pictures
from nanobot.bot.commands.balance import balance_command
from nanobot.bot.commands.config import ConfigCommands
from nanobot.bot.commands.history import history_command
from nanobot.bot.commands.models import models_command
from nanobot.bot.commands.quota import QuotaCommands
from nanobot.bot.details import show_details
from nanobot.bot.modals import open_edit_form

AnyCommand: TypeAlias = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu


def all_commands() -> tuple[AnyCommand, ...]:
    """Return every command, each to be added to the tree once."""
    return (
        *pictures.COMMANDS,
        *about.COMMANDS,
        history_command,
        models_command,
        balance_command,
        about.PrivacyCommands(),
        QuotaCommands(),
        ConfigCommands(),
        app_commands.ContextMenu(name="Edit image", callback=open_edit_form),
        app_commands.ContextMenu(name="Image details", callback=show_details),
    )
