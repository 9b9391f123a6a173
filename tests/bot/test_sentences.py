"""Every sentence that people read in Discord on one page, `sentences.txt`, so that its tone can be reviewed.

After a change of words, write it anew with UPDATE_SENTENCES=1 and read the difference.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from nanobot.bot.commands.config import LogChannelClosed
from nanobot.bot.expiry import ExpiryUnclear
from nanobot.bot.replies import (
    about,
    alarms,
    balance,
    config,
    details,
    errors,
    files,
    generation,
    models,
    quota_report,
    quota_rules,
    quotas,
)
from nanobot.bot.report.painting import ChartNotPainted
from nanobot.generation import books, failures, generator, recovery, turns
from nanobot.images import errors as picture_errors
from nanobot.quotas.changing import QuotaInputError
from nanobot.quotas.windows import UnknownTimezone
from nanobot.store.tables import Unit
from tests.bot.said import SAID
from tests.generation.test_failures import EXPECTED

PAGE = Path(__file__).with_name("sentences.txt")
REPLIES = (
    about,
    alarms,
    balance,
    config,
    details,
    errors,
    files,
    generation,
    models,
    quota_report,
    quota_rules,
    quotas,
)
_A_SENTENCE = re.compile(r"([A-Z0-9]|\S+\.png ).*[.!?]$", re.DOTALL)


def constants(module: ModuleType) -> Iterator[tuple[str, str]]:
    for name, value in vars(module).items():
        if name.isupper() and not name.startswith("_") and isinstance(value, str):
            yield name, value


def functions(module: ModuleType) -> Iterator[Callable[..., str]]:
    """Yield what a module offers that returns text."""
    for name, value in vars(module).items():
        if not inspect.isfunction(value) or value.__module__ != module.__name__ or name.startswith("_"):
            continue
        if value.__annotations__["return"] == "str":
            yield value


def page() -> str:
    """Return the whole page: what is said in Discord, then the sentences that errors carry there."""
    lines: list[str] = []
    for module in REPLIES:
        lines.append(f"## {module.__name__}")
        lines += [_entry(name, value) for name, value in constants(module)]
        lines += [_entry(each.__name__, text) for each in functions(module) for text in SAID[each]]
    for module in (generator, recovery):
        lines.append(f"## {module.__name__}")
        lines += [_entry(name, value) for name, value in constants(module)]
    lines.append("## errors")
    lines += [_entry(type(error).__name__, str(error)) for error in _errors()]
    lines.append("## what NanoGPT says no to")
    lines += [
        _entry(type(error).__name__, failures.sentence_of(error, model="hidream")) for error, *_ in EXPECTED
    ]
    return "\n".join(lines) + "\n"


def _errors() -> list[Exception]:
    return [
        books.TakenOver(),
        turns.TooManyWaiting(waiting=0),
        turns.TooManyWaiting(waiting=1),
        turns.TooManyWaiting(waiting=5),
        QuotaInputError(what="A grant", unit=Unit.IMAGES, amount=2_000_000, least="1", most=1_000_000),
        ExpiryUnclear("next week"),
        UnknownTimezone("Atlantis"),
        LogChannelClosed("<#2>"),
        ChartNotPainted(),
        picture_errors.PictureUnreadable("fox.png"),
        picture_errors.NotAPicture(),
        picture_errors.PictureTooLarge(90_000, 80_000, "fox.png"),
        picture_errors.PictureTooComplex("fox.png"),
        picture_errors.MaskEmpty("mask.png"),
        picture_errors.LinkRefused(),
        picture_errors.LinkUnreachable(),
        picture_errors.LinkUnreachable(404),
        picture_errors.LinkTooLarge(25_000_000),
        picture_errors.LinkTooSlow(20),
        picture_errors.LinkNotAPicture(),
    ]


def _entry(name: str, text: str) -> str:
    return f"{name}\n    " + text.replace("\n", "\n    ")


def test_the_page_of_sentences_is_up_to_date() -> None:
    """Changed words are seen as such: UPDATE_SENTENCES=1 writes the page anew, and the difference is reviewed."""
    if os.environ.get("UPDATE_SENTENCES"):
        PAGE.write_text(page(), encoding="utf-8")

    assert page() == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", REPLIES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_everything_that_is_said_is_on_the_page(module: ModuleType) -> None:
    assert [each.__name__ for each in functions(module) if not SAID.get(each)] == []


def test_nobody_is_told_oops_or_a_path_or_a_class() -> None:
    """Sentences for people: what happened, what to do, when to try again."""
    found = re.findall(
        r"(?i)\boops|\bexception\b|traceback|/home/|/tmp/|None\b|nan\b|\bplease please", _said()
    )

    assert found == []


def _said() -> str:
    """Return the page without the names that head its entries."""
    return "\n".join(line for line in page().splitlines() if line.startswith("    "))


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            pytest.param(failures.sentence_of(error, model="m"), id=type(error).__name__)
            for error, *_ in EXPECTED
        ),
        *(pytest.param(str(error), id=type(error).__name__) for error in _errors()),
        pytest.param(generator.PICTURES_LOST, id="PICTURES_LOST"),
        *(pytest.param(value, id=name) for name, value in constants(recovery)),
    ],
)
def test_refusals_are_whole_sentences(sentence: str) -> None:
    assert _A_SENTENCE.match(sentence)
    assert "  " not in sentence
