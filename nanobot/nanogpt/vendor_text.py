"""Text from outside, made fit for a log line or an error. Imports only the standard library."""

from __future__ import annotations

from typing import Final

MAX_TEXT_LENGTH: Final = 300


def clean(value: object, *, secret: str = "") -> str:
    """Return one printable line of at most `MAX_TEXT_LENGTH` characters without the secret; empty where there is no text."""
    if not isinstance(value, str):
        return ""
    if secret:
        # Before shortening: half a key at the cut would not be recognised.
        value = value.replace(secret, "[key]")
    # Lone surrogates, which JSON and HTTP headers may carry, would break the log that writes them.
    line = " ".join(value[: 4 * MAX_TEXT_LENGTH].encode(errors="replace").decode().split())
    line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= MAX_TEXT_LENGTH else f"{line[: MAX_TEXT_LENGTH - 1]}…"
