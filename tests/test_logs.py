"""Logging: one line an event on standard error, never with a secret in it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest

from nanobot.logs import configure_logging

TOKEN = "MTIzNDU2.abc.token-of-the-bot"
KEY = "sk-nano-0123456789"


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    root, own = logging.getLogger(), logging.getLogger("nanobot")
    handlers, levels = root.handlers[:], (root.level, own.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    own.setLevel(levels[1])


def test_an_event_is_one_line_with_time_level_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", [])

    logging.getLogger("nanobot.bot.app").info("online as %s", "Fox")

    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO    nanobot\.bot\.app: online as Fox\n", err
    )


def test_the_level_is_nanobots_and_libraries_are_heard_from_warnings_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("DEBUG", [])

    logging.getLogger("nanobot.store").debug("ours")
    logging.getLogger("discord.gateway").info("theirs, and of no concern")
    logging.getLogger("discord.gateway").warning("theirs, and of concern")

    err = capsys.readouterr().err
    assert "ours" in err
    assert "of no concern" not in err
    assert "and of concern" in err


def test_no_secret_is_logged_in_messages_arguments_or_tracebacks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not even one that an exception of a library carries, or that has blanks around it in its setting."""
    configure_logging("INFO", [f" {TOKEN}\n", KEY, ""])
    log = logging.getLogger("nanobot")

    log.info("the header was Bot %s", TOKEN)
    try:
        raise RuntimeError(f"401 for {KEY}")
    except RuntimeError:
        log.exception("error while sending")

    err = capsys.readouterr().err
    assert TOKEN not in err
    assert KEY not in err
    assert "the header was Bot [secret]" in err
    assert "RuntimeError: 401 for [secret]" in err
