"""A person's history is turned page by page, there and back."""

from __future__ import annotations

from typing import Any

from nanobot.store import history
from nanobot.store.database import Database
from nanobot.store.history import HistoryPage
from tests.store.rows import MINUTE, NOON, PERSON, SERVER, add_generation

WHOSE: dict[str, Any] = {"user_id": PERSON, "guild_id": SERVER, "limit": 2}


def ids(page: HistoryPage) -> list[str]:
    return [generation.id for generation in page.generations]


async def test_pages_are_turned_there_and_back(database: Database) -> None:
    """Several requests of the same moment are on one page each, too."""
    async with database.begin() as session:
        for moment in (NOON, NOON, NOON, NOON + MINUTE, NOON + 2 * MINUTE):
            await add_generation(session, now=moment)
        await add_generation(session, user_id=1)
        await add_generation(session, guild_id=0)
    async with database.read() as session:
        first = await history.first_page(session, **WHOSE)
        second = await history.first_page(session, **WHOSE, before=first.older)
        third = await history.first_page(session, **WHOSE, before=second.older)
        back = await history.page_after(session, **WHOSE, after=str(third.newer))
        front = await history.page_after(session, **WHOSE, after=str(back.newer))

    assert len({*ids(first), *ids(second), *ids(third)}) == 5
    assert (len(ids(second)), len(ids(third))) == (2, 1)
    assert (first.newer, third.older) == (None, None)
    assert back == second
    assert front == first


async def test_a_page_that_would_be_short_begins_at_the_newest(database: Database) -> None:
    """What came meanwhile shifts the pages; nobody is shown one with a single line."""
    async with database.begin() as session:
        for minutes in range(3):
            await add_generation(session, now=NOON + minutes * MINUTE)
    async with database.read() as session:
        first = await history.first_page(session, **WHOSE)
        back = await history.page_after(session, **WHOSE, after=first.generations[1].id)

    assert back == first


async def test_without_any_requests_there_is_nothing_to_turn(database: Database) -> None:
    async with database.read() as session:
        page = await history.first_page(session, **WHOSE)

    assert page == HistoryPage(generations=[], older=None, newer=None)
