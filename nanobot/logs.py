"""Logging to standard error, one line an event, never with a secret in it. Imports nothing of nanobot."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable

from typing_extensions import override

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class RedactingFormatter(logging.Formatter):
    """Blots out every given secret wherever it would appear, tracebacks included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(_FORMAT)
        # Libraries strip the blanks that a setting may have around it.
        self._secrets = tuple(filter(None, (secret.strip() for secret in secrets)))

    @override
    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        return line


def configure_logging(level: str, secrets: Iterable[str]) -> None:
    """Send nanobot's log at `level` and the libraries' at WARNING or above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("nanobot").setLevel(level)
