"""`/quota`, for those who may manage the server: the group that its commands, in the modules beside, make up."""

from __future__ import annotations

from nanobot.bot.commands import quota_members, quota_reading, quota_rules
from nanobot.bot.commands.admin import AdminCommands


class QuotaCommands(AdminCommands):
    """Who may make how much."""

    def __init__(self) -> None:
        super().__init__(name="quota", description="Decide how many pictures members may make")
        for command in (*quota_rules.COMMANDS, *quota_members.COMMANDS, *quota_reading.COMMANDS):
            self.add_command(command)
