"""What is said when a command cannot run at all."""

from __future__ import annotations

MANAGE_SERVER_NEEDED = "Only members with the permission **Manage Server** can use this command."
ONLY_IN_SERVERS = "This command works only in a server that the bot is a member of."
COMMAND_OUTDATED = "This command has changed. Reload Discord (Ctrl+R) and try again."
DATABASE_IN_TROUBLE = (
    "The bot's database does not work right now, so this was not done. Nothing was taken from your quota; "
    "try again in a few minutes."
)


def unexpected(error_id: str) -> str:
    """Say that something unforeseen happened, with the id under which the log has it."""
    return (
        f"Something went wrong that should not have. Try again in a minute; if it happens again, "
        f"tell whoever runs the bot this id: `{error_id}`."
    )
