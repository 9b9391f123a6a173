"""Where lines come from: the command line, a pipe, or a person at the keyboard. Imports the screen of this package.

Nothing can interrupt the read of a terminal, so a daemon thread does it and is left behind when the chat ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import io
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from nanobot.sandbox.terminal.screen import Screen


class LineSource(Protocol):
    """Gives one line after the other; `None` is the end."""

    async def next(self, prompt: str) -> str | None: ...


class GivenLines:
    """Lines that were there before."""

    def __init__(self, lines: Iterable[str], screen: Screen) -> None:
        self._lines = iter(lines)
        self._screen = screen

    async def next(self, prompt: str) -> str | None:
        line = next(self._lines, None)
        if line is not None:
            self._screen.echo(prompt, line)
        return line


class PipedLines:
    """Lines of standard input where that is no terminal."""

    def __init__(self, screen: Screen) -> None:
        # Unbuffered: a thread left waiting in a buffered read holds a lock that the interpreter's end needs.
        self._input = io.FileIO(sys.stdin.fileno(), closefd=False)
        self._screen = screen

    async def next(self, prompt: str) -> str | None:
        line = await _in_thread(self._read)
        if line is not None:
            self._screen.echo(prompt, line)
        return line

    def _read(self) -> str | None:
        raw = self._input.readline()
        return raw.decode("utf-8", errors="replace").rstrip("\r\n") if raw else None


class TypedLines:
    """Lines of a person, with the line editing and history of readline where there is one."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        with contextlib.suppress(ImportError):
            importlib.import_module("readline")

    async def next(self, prompt: str) -> str | None:
        with self._screen.prompting(prompt):
            line = await _in_thread(lambda: _ask(prompt))
        if line is None:
            self._screen.end_line()
        return line


@contextlib.contextmanager
def terminal_kept() -> Iterator[None]:
    """Leave the terminal as it was, whatever a read that never ended did to it."""
    try:
        import termios  # noqa: PLC0415  # Windows has none
    except ImportError:
        yield
        return
    descriptor = sys.stdin.fileno()
    kept = termios.tcgetattr(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, kept)


def _ask(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        return None


async def _in_thread(read: Callable[[], str | None]) -> str | None:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()

    def deliver(line: str | None) -> None:
        if not answer.done():
            answer.set_result(line)

    def run() -> None:
        line = read()
        with contextlib.suppress(RuntimeError):  # the chat ended meanwhile
            loop.call_soon_threadsafe(deliver, line)

    threading.Thread(target=run, name="keyboard", daemon=True).start()
    return await answer
