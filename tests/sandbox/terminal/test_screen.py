"""Writing on a terminal and into a file."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from nanobot.sandbox.terminal.screen import Screen
from tests.sandbox.terminal.conftest import Paper

LONG = Text("word " * 30 + "end")


def test_a_file_gets_whole_lines(paper: Paper) -> None:
    paper.screen.show([LONG])

    assert paper.text == f"  {LONG.plain}\n"


def test_a_terminal_gets_wrapped_lines_under_the_text() -> None:
    file = io.StringIO()
    Screen(Console(file=file, force_terminal=True, color_system=None, width=40)).show([LONG])
    first, *rest = file.getvalue().splitlines()

    assert first.startswith("  word")
    assert len(rest) >= 4
    assert all(line.startswith("     word") and len(line) <= 40 for line in rest[:-1])
    assert rest[-1].endswith("end")


def test_what_arrives_while_somebody_types_goes_above_the_prompt(paper: Paper) -> None:
    with paper.screen.prompting("alice › "):
        paper.screen.note("news")
    paper.screen.note("more")

    assert paper.text == "\r\x1b[2Knews\nalice › more\n"


def test_a_prompt_that_is_broken_off_is_left_behind(paper: Paper) -> None:
    with pytest.raises(KeyboardInterrupt), paper.screen.prompting("alice › "):
        raise KeyboardInterrupt

    assert paper.text == "\n"
