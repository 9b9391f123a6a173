from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from nanobot.store import generations, ledger
from nanobot.store.database import Database
from nanobot.store.tables import Generation, GenerationStatus, LedgerEntry, LedgerKind, Picture
from tests.store.rows import LEASE, NOON, PERSON, SERVER, add_generation


def entry(kind: LedgerKind = LedgerKind.HOLD, **changes: Any) -> LedgerEntry:
    return LedgerEntry(
        **{"at": NOON, "counts_at": NOON, "guild_id": SERVER, "user_id": PERSON, "kind": kind, **changes}
    )


async def append(database: Database, written: LedgerEntry) -> LedgerEntry:
    async with database.begin() as session:
        return await ledger.append(session, written)


async def test_a_moment_comes_back_in_utc_whatever_its_zone(database: Database) -> None:
    in_tokyo = datetime(2026, 3, 18, 21, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Tokyo"))
    async with database.begin() as session:
        added = await add_generation(session, now=in_tokyo)
    async with database.read() as session:
        stored = await generations.get(session, added.id)

    assert stored is not None
    assert stored.created_at == datetime(2026, 3, 18, 12, 0, 0, 123456, tzinfo=UTC)
    assert stored.created_at.tzinfo is UTC


async def test_a_moment_without_a_zone_is_not_stored(database: Database) -> None:
    async def add_naive() -> None:
        async with database.begin() as session:
            await add_generation(session, now=NOON.replace(tzinfo=None))

    with pytest.raises(StatementError, match="has a time zone"):
        await add_naive()


async def test_dollars_add_up_to_the_millionth(database: Database) -> None:
    """Ten times a dime is a dollar, which it is not in floating point."""
    for _ in range(10):
        await append(database, entry(cost=Decimal("0.1")))
    await append(database, entry(cost=Decimal("0.000001")))
    async with database.read() as session:
        total = await session.scalar(select(func.sum(LedgerEntry.cost)))

    assert total == Decimal("1.000001")
    assert str(total) == "1.000001"


async def test_the_widest_ids_of_discord_fit(database: Database) -> None:
    widest = 2**63 - 1
    async with database.begin() as session:
        added = await add_generation(session, user_id=widest, channel_id=widest)
    async with database.read() as session:
        stored = await generations.get(session, added.id)

    assert stored is not None
    assert (stored.user_id, stored.channel_id) == (widest, widest)


async def test_any_text_a_person_can_type_comes_back(database: Database) -> None:
    request = {"prompt": "naïve 猫 🦊 \x00 \ud83e 'quoted' \"twice\" \\ back", "seed": None, "size": [1, 2.5]}
    async with database.begin() as session:
        added = await add_generation(session, request=request)
    async with database.read() as session:
        stored = await generations.get(session, added.id)

    assert stored is not None
    assert stored.request == request


async def test_an_odd_error_text_does_not_keep_a_generation_from_ending(database: Database) -> None:
    async with database.begin() as session:
        added = await add_generation(session)
        await generations.finish(
            session,
            added.id,
            now=NOON,
            owner=LEASE.owner,
            status=GenerationStatus.FAILED,
            error="naïve 🦊 \x00 \ud83e end",
        )
    async with database.read() as session:
        stored = await generations.get(session, added.id)

    assert stored is not None
    assert stored.error == "naïve 🦊 \ufffd ? end"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE ledger_entries SET allowance_images = 0", id="update"),
        pytest.param("DELETE FROM ledger_entries", id="delete"),
    ],
)
async def test_the_ledger_refuses_to_be_changed(database: Database, statement: str) -> None:
    await append(database, entry(allowance_images=3))

    async def change() -> None:
        async with database.begin() as session:
            await session.execute(text(statement))

    with pytest.raises(DBAPIError, match="append-only"):
        await change()
    async with database.read() as session:
        assert await session.scalar(select(func.sum(LedgerEntry.allowance_images))) == 3


async def test_a_generation_is_held_once(database: Database) -> None:
    await append(database, entry(generation_id="a" * 32))
    with pytest.raises(IntegrityError):
        await append(database, entry(generation_id="a" * 32))


async def test_a_hold_ends_once(database: Database) -> None:
    hold = await append(database, entry(generation_id="a" * 32))
    await append(database, entry(LedgerKind.SETTLE, hold_id=hold.id))
    with pytest.raises(IntegrityError):
        await append(database, entry(LedgerKind.RELEASE, hold_id=hold.id))


async def test_an_entry_ends_a_hold_that_exists(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await append(database, entry(LedgerKind.SETTLE, hold_id=1234))


def test_what_lands_in_a_log_shows_no_secret_and_no_prompt() -> None:
    row = Generation(
        id="a" * 32,
        created_at=NOON,
        updated_at=NOON,
        kind="imagine",
        guild_id=SERVER,
        channel_id=1,
        user_id=PERSON,
        request={"prompt": "a fox in the snow"},
        images_wanted=1,
        interaction_token="a-secret-token",
        error="The prompt a fox in the snow was refused.",
    )
    shown = repr(row) + repr(
        Picture(generation_id=row.id, position=0, url="https://x/?sig=a-secret", data=b"PNG")
    )

    assert row.id in shown
    assert "fox" not in shown
    assert "secret" not in shown
    assert "PNG" not in shown
