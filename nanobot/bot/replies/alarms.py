"""What whoever runs the bot is told in a direct message."""

from __future__ import annotations


def alarm_message(sentence: str) -> str:
    """Say what only the owner can mend, and why they are told."""
    return (
        f"{sentence}\n"
        "-# You are told because this bot is yours. Its log has this too; I say it again after six hours at the earliest."
    )
