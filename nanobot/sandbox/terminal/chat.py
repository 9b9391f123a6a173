"""The chat: one line after the other until there are no more. Imports lines, the session and the screen."""

from __future__ import annotations

from nanobot.errors import PersonError
from nanobot.sandbox.terminal.feed import Feed
from nanobot.sandbox.terminal.keyboard import LineSource
from nanobot.sandbox.terminal.lines import Leave, read_line
from nanobot.sandbox.terminal.screen import Screen
from nanobot.sandbox.terminal.session import Session


async def chat(source: LineSource, session: Session, feed: Feed, screen: Screen) -> list[PersonError]:
    """Take lines until the end; return why some could not be said or were not answered."""
    failures = []
    while (typed := await source.next(session.prompt)) is not None:
        try:
            if not await _take(typed, session):
                break
        except PersonError as error:
            screen.complain(error.sentence)
            failures.append(error)
        finally:
            feed.refresh()
    return failures


async def _take(typed: str, session: Session) -> bool:
    """Do one line; return `False` if it leaves."""
    if session.has_form:
        await session.fill(typed.strip())
        return True
    if not typed.strip():
        return True
    line = read_line(typed)
    if isinstance(line, Leave):
        return False
    await session.take(line)
    return True
