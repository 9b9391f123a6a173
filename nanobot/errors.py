"""The error tree of the layers above the vendor client. Imports nothing of nanobot.

    NanobotError                something the program foresaw
    ├── PersonError             carries the sentence that the person is shown
    └── OperatorError           carries the sentence that the operator is shown before the process ends

World failures live here; a programmer's mistake stays a ``ValueError`` or an ``AssertionError`` and is
reported with an id (see `nanobot.bot.doors`). Subclasses live beside the code that raises them, and
`tests/house/test_errors.py` checks that this tree is complete.
"""

from __future__ import annotations


class NanobotError(Exception):
    """Root of everything that nanobot raises on purpose."""


class PersonError(NanobotError):
    """A foreseen failure whose text is a whole sentence for the person who asked.

    The sentence says what happened and what to do next; it never holds a secret, a path or a traceback.
    """

    @property
    def sentence(self) -> str:
        return str(self)


class OperatorError(NanobotError):
    """A condition that only the person who runs the bot can mend, as one sentence without secrets."""

    @property
    def sentence(self) -> str:
        return str(self)
