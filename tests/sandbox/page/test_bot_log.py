"""What is read from the bot's log of each request."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from nanobot.sandbox.page import bot_log
from nanobot.sandbox.page.bot_log import BotLog

FOX, BOAT = "f" * 32, "b" * 32


def line(generation_id: str, what: str) -> str:
    return f"2026-03-18 12:00:00,250 INFO    nanobot.generation.diary: generation {generation_id}: {what}\n"


class Followed:
    """A log that grows, and how often its follower told of news."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told = 0
        self.log = BotLog(path, self._tell)

    def _tell(self) -> None:
        self.told += 1

    def grows(self, *texts: str) -> None:
        with self.path.open("a") as file:
            file.write("".join(texts))
        self.log.look()

    def of(self, generation_id: str) -> list[str]:
        return [happening.what for happening in self.log.of(generation_id)]


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    return Followed(tmp_path / "bot.log")


def test_each_request_has_its_own_story(followed: Followed) -> None:
    followed.log.look()
    followed.grows(
        line(FOX, "accepted"),
        line(BOAT, "accepted"),
        "2026-03-18 12:00:00,250 INFO    nanobot.bot.app: online\n",
    )
    followed.grows("Traceback (most recent call last):\n", line(FOX, "posted: at last"))

    assert (followed.of(FOX), followed.of(BOAT)) == (["accepted", "posted: at last"], ["accepted"])
    # A log goes by the machine's own time.
    assert followed.log.of(FOX)[0].at == datetime(2026, 3, 18, 12, 0, 0, 250_000).astimezone()
    assert followed.told == 2


def test_half_a_line_waits_for_its_end(followed: Followed) -> None:
    whole = line(FOX, "1024×1024")
    followed.grows(whole[:60])
    before = followed.of(FOX)
    followed.grows(whole[60:])
    followed.log.look()

    assert (before, followed.of(FOX), followed.told) == ([], ["1024×1024"], 1)


def test_a_long_log_is_read_in_parts(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot_log, "_MAX_BYTES_AT_ONCE", 50)
    followed.grows(line(FOX, "accepted"), line(FOX, "posted"))
    for _ in range(10):
        followed.log.look()

    assert followed.of(FOX) == ["accepted", "posted"]


def test_the_oldest_stories_are_forgotten(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot_log, "MAX_GENERATIONS", 1)
    followed.grows(line(FOX, "accepted"), line(BOAT, "accepted"))

    assert (followed.of(FOX), followed.of(BOAT)) == ([], ["accepted"])
