"""The terminal as something to write on, even while a person is typing. Imports nothing of nanobot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

_INDENT = "  "
# Under the text behind a message's number.
_HANGING_INDENT = "     "
_NARROWEST = 20
_CLEAR_LINE = "\r\x1b[2K"


class Screen:
    """Writes whole lines: wrapped to a terminal's width, left as they are in a file."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._prompt: str | None = None

    def echo(self, prompt: str, line: str) -> None:
        """Show a line that nobody typed here."""
        self._print(Text.assemble((prompt, "bold yellow"), line))

    def show(self, lines: Sequence[Text]) -> None:
        """Show what arrives, indented."""
        with self._above_the_prompt():
            for line in lines:
                first, *rest = self._wrapped(line)
                self._print(Text(_INDENT) + first)
                for piece in rest:
                    self._print(Text(_HANGING_INDENT) + piece)

    def note(self, sentence: str) -> None:
        with self._above_the_prompt():
            self._print(Text(sentence, style="dim"))

    def complain(self, sentence: str) -> None:
        with self._above_the_prompt():
            self._print(Text(sentence, style="red"))

    @contextmanager
    def prompting(self, prompt: str) -> Iterator[None]:
        """Keep `prompt` the last line while a person types behind it."""
        self._prompt = prompt
        try:
            yield
        except BaseException:
            self.end_line()
            raise
        finally:
            self._prompt = None

    def end_line(self) -> None:
        """Go below a prompt behind which nothing was entered."""
        self._console.print()

    @contextmanager
    def _above_the_prompt(self) -> Iterator[None]:
        if self._prompt is None:
            yield
            return
        file = self._console.file
        file.write(_CLEAR_LINE)
        yield
        file.write(self._prompt)
        file.flush()

    def _wrapped(self, line: Text) -> Sequence[Text]:
        if not self._console.is_terminal:
            return [line]
        width = max(_NARROWEST, self._console.width - len(_HANGING_INDENT))
        return list(line.wrap(self._console, width))

    def _print(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)
