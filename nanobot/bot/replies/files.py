"""What is said of files that cannot be used."""

from __future__ import annotations

from nanobot.bot.replies.generation import quote

_MAX_NAME_CHARACTERS = 80


def attachment_too_large(name: str, size_bytes: int, limit_megabytes: int) -> str:
    """Say how large the file is and how large it may be."""
    return (
        f"“{file_name(name)}” has {size_bytes / 1_000_000:.0f} MB; up to {limit_megabytes} MB can be read. "
        "Send a smaller version of it."
    )


def not_a_picture_name(name: str) -> str:
    """Say that a file is of another kind."""
    return f"“{file_name(name)}” is not a picture. Send a JPEG, PNG, WebP, GIF or HEIC file."


def attachment_gone(name: str) -> str:
    """Say that Discord no longer hands the file out."""
    return f"“{file_name(name)}” can no longer be fetched from Discord. Send it again."


def no_such_picture(position: int, total: int) -> str:
    """Say that a message has fewer pictures than the one that was picked."""
    return f"That message has {total} picture{'' if total == 1 else 's'}; there is no #{position}."


def file_name(name: str) -> str:
    """Return what somebody called a file, or its link, with nothing in it that Discord would format."""
    return quote(name, _MAX_NAME_CHARACTERS)
