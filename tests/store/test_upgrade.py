"""What lies in a database of an earlier version is there after the upgrade."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from nanobot.store.migrate import is_current, migrate
from tests.store.rows import NOON, PERSON, SERVER
from tests.store.test_migrate import REPOSITORY

FIRST = "20261122a"

# A row for each table of the first version, in an order that foreign keys allow. Dollars are written as 0 cents,
# since the two databases keep them differently.
ROWS: Mapping[str, Mapping[str, Any]] = {
    "generations": {
        "id": "a" * 32,
        "created_at": NOON,
        "updated_at": NOON,
        "finished_at": NOON,
        "status": "made",
        "kind": "imagine",
        "guild_id": SERVER,
        "channel_id": 600,
        "user_id": PERSON,
        "reply_to_message_id": 650,
        "request": {"prompt": "a fox in the snow 🦊"},
        "images_wanted": 2,
        "images_made": 1,
        "application_id": 7,
        "interaction_token": "a-secret-token",
        "interaction_expires_at": NOON,
        "lease_owner": "first process",
        "lease_until": NOON,
        "cost": 0,
        "payment_source": "USD",
        "vendor_request_id": "r-1",
        "posted_channel_id": 600,
        "posted_message_id": 700,
        "error": "It broke.",
    },
    "pictures": {
        "generation_id": "a" * 32,
        "position": 0,
        "url": "https://cdn.example/1.png",
        "data": b"\x89PNG\x00",
        "media": "image/png",
    },
    "quota_accounts": {"guild_id": SERVER, "user_id": PERSON},
    "quota_rules": {
        "guild_id": SERVER,
        "scope": "member",
        "subject_id": PERSON,
        "images": 5,
        "period": "day",
        "updated_by": 99,
        "updated_at": NOON,
    },
    "ledger_entries": {
        "id": 1,
        "at": NOON,
        "counts_at": NOON,
        "guild_id": SERVER,
        "user_id": PERSON,
        "generation_id": "a" * 32,
        "hold_id": None,
        "kind": "hold",
        "allowance_images": 2,
        "grant_images": 0,
        "cost": 0,
        "actor_id": 99,
        "note": "a note",
    },
    "bot_state": {"key": "commands", "value": "a-digest"},
}


def build_first_version(url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", FIRST],
        cwd=REPOSITORY,
        env={**os.environ, "DATABASE_URL": url},
        check=True,
        capture_output=True,
    )


def fill(connection: Connection) -> None:
    tables = MetaData()
    tables.reflect(connection)
    for name, row in ROWS.items():
        connection.execute(insert(tables.tables[name]).values(**row))


def read_all(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    tables = MetaData()
    tables.reflect(connection)
    return {
        name: [dict(row) for row in connection.execute(select(table)).mappings()]
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


def test_an_upgrade_loses_nothing(empty_database_url: str) -> None:
    build_first_version(empty_database_url)
    inside(empty_database_url, fill)
    before = inside(empty_database_url, read_all)
    assert not is_current(empty_database_url)

    migrate(empty_database_url)

    after = inside(empty_database_url, read_all)
    assert is_current(empty_database_url)
    assert all(before.values()), "a table of the first version has no row in this test"
    assert after.pop("guild_settings") == after.pop("processes") == after.pop("quota_changes") == []
    before["pictures"][0]["task_id"] = None
    assert [(row["guild_id"], row["images"]) for row in after.pop("usage_buckets")] == [(SERVER, 2), (-1, 2)]
    after["ledger_entries"] = [
        {name: row[name] for name in before["ledger_entries"][0]} for row in after["ledger_entries"]
    ]
    (rule,) = after.pop("quota_rules")
    (old_rule,) = before.pop("quota_rules")
    assert (rule["unit"], rule["subject_id"], rule["updated_at"]) == (
        "images",
        old_rule["subject_id"],
        old_rule["updated_at"],
    )
    assert after == before


def test_an_upgraded_ledger_still_refuses_to_be_changed(empty_database_url: str) -> None:
    build_first_version(empty_database_url)
    inside(empty_database_url, fill)
    migrate(empty_database_url)

    with pytest.raises(DBAPIError, match="append-only"):
        inside(empty_database_url, lambda connection: connection.execute(text("DELETE FROM ledger_entries")))
