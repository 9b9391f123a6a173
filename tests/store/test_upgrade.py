"""What lies in a database of any earlier version is there after the upgrade, and its books balance."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
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
from tests.store.earlier_rows import ROWS, ROWS_IN_DOLLARS
from tests.store.rows import NOON, PERSON, SERVER
from tests.store.test_migrate import REPOSITORY

SCRIPTS = ScriptDirectory.from_config(Config(REPOSITORY / "alembic.ini"))
EARLIER = [script.revision for script in SCRIPTS.walk_revisions() if script.nextrev]
DOLLARS, WRITTEN_OFF = "20261122c", "20261122d"


def build(url: str, revision: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", revision],
        cwd=REPOSITORY,
        env={**os.environ, "DATABASE_URL": url},
        check=True,
        capture_output=True,
    )


def build_and_fill(url: str, revision: str) -> None:
    """Use a bot of this version, and if it counts dollars, one that did not before."""
    eras: dict[str, Mapping[str, Sequence[Mapping[str, Any]]]] = {revision: ROWS}
    if revision in (DOLLARS, WRITTEN_OFF):
        eras = {EARLIER[-2]: ROWS, DOLLARS: ROWS_IN_DOLLARS}
    for version, rows in eras.items():
        build(url, version)
        inside(url, lambda connection, rows=rows: fill(connection, rows))
    build(url, revision)
    never = [
        f"{name}.{column}"
        for name, kept in inside(url, read_all).items()
        for column in (kept[0] if kept else ["*"])
        if column == "*" or all(row[column] is None for row in kept)
    ]
    assert not never, "no row in this test fills it"


def fill(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    tables = MetaData()
    tables.reflect(connection)
    for name, each in rows.items():
        if (table := tables.tables.get(name)) is not None:
            for row in each:
                connection.execute(insert(table).values(**_stored(table, row)))


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
    build_and_fill(empty_database_url, revision)
    before = inside(empty_database_url, read_all)
    assert not is_current(empty_database_url)

    migrate(empty_database_url)

    after = inside(empty_database_url, read_all)
    assert is_current(empty_database_url)
    if revision == DOLLARS:  # its buckets are tried below, against the ledger
        del before["usage_buckets"]
        before["ledger_entries"][12]["cost"] = before["generations"][4]["cost"]
    elif revision != WRITTEN_OFF:
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
    build_and_fill(empty_database_url, revision)
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
    of_old_extras = GrantRest(grant_id=1, images=5, usd=Decimal(0), expires_at=None)
    if revision in (DOLLARS, WRITTEN_OFF):
        (said,) = audited.sentences
        assert said == (
            "The books balance: 16 entries, 6 holds (2 still open), 6 pictures and $0.091235 used. "
            "$0.05 more was paid, or may have been, for pictures that did not arrive."
        )
        assert [each.grant_id for each in left] == [14, 1]
        assert left[1] == of_old_extras
    else:
        assert audited.sentences == [
            "The books balance: 11 entries, 4 holds (1 still open), 5 pictures and $0.081235 used."
        ]
        assert left == [of_old_extras]


@pytest.mark.parametrize("revision", EARLIER)
def test_an_upgraded_ledger_still_refuses_to_be_changed(empty_database_url: str, revision: str) -> None:
    build_and_fill(empty_database_url, revision)
    migrate(empty_database_url)

    for change in ("DELETE FROM ledger_entries", "UPDATE ledger_entries SET note = 'another'"):
        with pytest.raises(DBAPIError, match="append-only"):
            inside(empty_database_url, lambda connection, change=change: connection.execute(text(change)))
