"""What lies in a database of any earlier version is there after the upgrade, and its books balance."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Numeric, Table, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from nanobot.quotas.audit import Audit, audit
from nanobot.store import grants
from nanobot.store.accounts import Account
from nanobot.store.database import Database
from nanobot.store.grants import GrantRest
from nanobot.store.migrate import is_current, migrate
from tests.store.rows import NOON, PERSON, SERVER
from tests.store.test_migrate import REPOSITORY

SCRIPTS = ScriptDirectory.from_config(Config(REPOSITORY / "alembic.ini"))
EARLIER = [script.revision for script in SCRIPTS.walk_revisions() if script.nextrev]
POSTED, FAILED, OPEN, OF_EXTRAS = "a" * 32, "b" * 32, "c" * 32, "d" * 32


def generation(generation_id: str, status: str, **values: Any) -> dict[str, Any]:
    fields = {
        "id": generation_id,
        "created_at": NOON,
        "updated_at": NOON,
        "status": status,
        "kind": "imagine",
        "guild_id": SERVER,
        "channel_id": 600,
        "user_id": PERSON,
        "request": {"prompt": "a fox in the snow 🦊"},
        "images_wanted": 2,
        "images_made": 1,
    }
    return {**fields, **values}


def entry(kind: str, allowance: int, extras: int, **values: Any) -> dict[str, Any]:
    fields = {
        "at": NOON,
        "counts_at": NOON,
        "guild_id": SERVER,
        "user_id": PERSON,
        "kind": kind,
        "allowance_images": allowance,
        "grant_images": extras,
    }
    return {**fields, **values}


# What a bot of an earlier version wrote, in an order that foreign keys allow. A column that a version has not yet,
# or no more, is left out there.
ROWS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "generations": [
        generation(
            POSTED,
            "posted",
            finished_at=NOON,
            reply_to_message_id=650,
            cost=Decimal("0.061235"),
            payment_source="USD",
            vendor_request_id="r-1",
            posted_channel_id=600,
            posted_message_id=700,
        ),
        generation(FAILED, "failed", error="It broke."),
        generation(
            OPEN,
            "made",
            application_id=7,
            interaction_token="a-secret-token",
            interaction_expires_at=NOON,
            lease_owner="first process",
            lease_until=NOON,
        ),
        generation(OF_EXTRAS, "posted", cost=Decimal("0.02")),
    ],
    "pictures": [
        {
            "generation_id": OPEN,
            "position": 0,
            "url": "https://cdn.example/1.png",
            "data": b"\x89PNG\x00",
            "media": "image/png",
            "task_id": "t-1",
        }
    ],
    "quota_accounts": [{"guild_id": SERVER, "user_id": PERSON}],
    "quota_rules": [
        {
            "guild_id": SERVER,
            "scope": scope,
            "subject_id": subject,
            "images": images,
            "period": "day",
            "updated_by": 99,
            "updated_at": NOON,
        }
        for scope, subject, images in [("member", PERSON, 5), ("role", 71, None), ("server", 0, 0)]
    ],
    "ledger_entries": [
        entry("grant", 0, 5, actor_id=99),
        entry("hold", 2, 0, generation_id=POSTED),
        entry("settle", -1, 0, generation_id=POSTED, hold_id=2, cost=Decimal("0.061235")),
        entry("hold", 0, -2, generation_id=FAILED),
        entry("release", 0, 2, generation_id=FAILED, hold_id=4, note="failed"),
        entry("grant", 0, 3, actor_id=99),
        entry("hold", 1, -2, generation_id=OPEN),
        entry("hold", 0, -2, generation_id=OF_EXTRAS, counts_at=NOON + timedelta(minutes=20)),
        entry(
            "settle",
            0,
            1,
            generation_id=OF_EXTRAS,
            hold_id=8,
            cost=Decimal("0.02"),
            counts_at=NOON + timedelta(minutes=20),
        ),
        entry("reset", 0, 0, actor_id=99),
        entry("grant", 0, 1, user_id=3, actor_id=99),
    ],
    "bot_state": [{"key": "commands", "value": "a-digest"}],
    "guild_settings": [
        {"guild_id": SERVER, "moderation": True, "check_results": False, "updated_by": 99, "updated_at": NOON}
    ],
    "processes": [{"owner": "first process", "seen_until": NOON, "started_at": NOON}],
}


def build(url: str, revision: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", revision],
        cwd=REPOSITORY,
        env={**os.environ, "DATABASE_URL": url},
        check=True,
        capture_output=True,
    )


def fill(connection: Connection) -> None:
    """Fill every table and column that there is."""
    tables = MetaData()
    tables.reflect(connection)
    for name, rows in ROWS.items():
        if (table := tables.tables.get(name)) is None:
            continue
        filled = [_stored(table, row) for row in rows]
        never = set(table.columns.keys()) - {column for row in filled for column in row} - {"id"}
        assert not never, f"no row in this test fills {never} of {name}"
        for row in filled:
            connection.execute(insert(table).values(**row))
    assert set(tables.tables) - {"alembic_version"} <= set(ROWS), "a table has no row in this test"


def _stored(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what this version of the table can hold of a row; SQLite keeps dollars as millionths."""
    stored = {name: value for name, value in row.items() if name in table.columns}
    return {
        name: int(value * 1_000_000)
        if isinstance(value, Decimal) and not isinstance(table.columns[name].type, Numeric)
        else value
        for name, value in stored.items()
    }


def read_all(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    tables = MetaData()
    tables.reflect(connection)
    return {
        name: [
            dict(row)
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        ]
        for name, table in tables.tables.items()
        if name != "alembic_version"
    }


def inside(url: str, work: Any) -> Any:
    async def run() -> Any:
        engine = create_async_engine(url)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def with_units(rules: list[dict[str, Any]], *, millionths: bool) -> list[dict[str, Any]]:
    """Return rules as they are since there are others than those in pictures."""
    changed = []
    for rule in rules:
        images = rule.pop("images")
        amount = images if images is None or not millionths else images * 1_000_000
        changed.append({**rule, "unit": "images", "amount": amount})
    return changed


@pytest.mark.parametrize("revision", EARLIER)
def test_an_upgrade_loses_nothing(empty_database_url: str, revision: str) -> None:
    build(empty_database_url, revision)
    inside(empty_database_url, fill)
    before = inside(empty_database_url, read_all)
    assert not is_current(empty_database_url)

    migrate(empty_database_url)

    after = inside(empty_database_url, read_all)
    assert is_current(empty_database_url)
    before["quota_rules"] = with_units(
        before["quota_rules"], millionths=empty_database_url.startswith("sqlite")
    )
    assert before == {
        name: [{column: row[column] for column in old[0]} for row in after[name]]
        for name, old in before.items()
    }


@pytest.mark.parametrize("revision", EARLIER)
def test_the_books_balance_after_an_upgrade(empty_database_url: str, revision: str) -> None:
    """Buckets are made of the old entries, and extras of before are one grant without an end."""
    build(empty_database_url, revision)
    inside(empty_database_url, fill)
    migrate(empty_database_url)

    async def read() -> tuple[Audit, list[GrantRest]]:
        database = Database.open(empty_database_url)
        try:
            async with database.read() as session:
                account = Account(guild_id=SERVER, user_id=PERSON)
                return await audit(session), await grants.of(session, account, now=NOON)
        finally:
            await database.close()

    audited, left = asyncio.run(read())
    assert audited.sentences == [
        "The books balance: 11 entries, 4 holds (1 still open), 5 pictures and $0.081235 used."
    ]
    assert left == [GrantRest(grant_id=1, images=5, usd=Decimal(0), expires_at=None)]


@pytest.mark.parametrize("revision", EARLIER)
def test_an_upgraded_ledger_still_refuses_to_be_changed(empty_database_url: str, revision: str) -> None:
    build(empty_database_url, revision)
    inside(empty_database_url, fill)
    migrate(empty_database_url)

    for change in ("DELETE FROM ledger_entries", "UPDATE ledger_entries SET note = 'another'"):
        with pytest.raises(DBAPIError, match="append-only"):
            inside(empty_database_url, lambda connection, change=change: connection.execute(text(change)))
