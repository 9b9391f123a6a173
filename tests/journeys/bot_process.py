"""The bot's process, which the journeys share with the sandbox."""

from nanobot.sandbox.bot_process import START_SECONDS, BotProcess

__all__ = ["START_SECONDS", "BotProcess"]
