"""Measure the ledger: holds with their settlements a second, and a quota check against millions of entries.

    python benchmarks/ledger.py [--pairs 300] [--entries 10000000] [--servers 1000] [--no-sqlite] [--postgres URL]

It works on a new SQLite file, and on a new database of the PostgreSQL server that TEST_POSTGRES_URL (or --postgres)
names; both are removed afterwards. The entries are two years of as many servers with a thousand members each.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from nanobot.clock import TurnableClock
from nanobot.quotas.desk import Hold, QuotaDesk
from nanobot.quotas.policy import Rule
from nanobot.quotas.standing import Limits, Member
from nanobot.quotas.windows import Window, last_days
from nanobot.settings import Period
from nanobot.store.database import Database
from nanobot.store.migrate import migrate
from nanobot.store.tables import LedgerEntry, RuleScope, Unit

TASKS = (1, 8, 64)
CHECKS = 200
REPORTS = 9
REPORT_DAYS = 90
NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
LIMITS = Limits(
    default=Rule(unit=Unit.IMAGES, amount=1_000_000, period=Period.MONTH),
    caps=(Rule(unit=Unit.USD, amount=Decimal(1_000_000), period=Period.MONTH),),
)
UNCAPPED = Limits(default=LIMITS.default)
GUILD = 7

_ENTRY = """
INSERT INTO ledger_entries (id, at, counts_at, guild_id, user_id, generation_id, hold_id, kind, allowance_images,
    grant_images, allowance_usd, grant_usd)
SELECT i, {at}, {at}, (i / 2) % CAST(:servers AS bigint), (i / 2 / CAST(:servers AS bigint)) % 1000, {generation}, CASE WHEN i % 2 = 0 THEN NULL ELSE i - 1 END,
    CASE WHEN i % 2 = 0 THEN 'hold' ELSE 'settle' END, CASE WHEN i % 2 = 0 THEN 2 ELSE -1 END, 0, {usd}, 0
"""
_SQLITE = (
    "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < :entries + 1) "  # noqa: S608 - constants
    + _ENTRY.format(
        at="strftime('%Y-%m-%d %H:%M:%S.000000', 1773835200 - (:entries - i) * 63072000.0 / :entries, 'unixepoch')",
        generation="printf('%032x', i / 2)",
        usd="10000",
    )
    + " FROM n"
)
_POSTGRES = (
    _ENTRY.format(
        at="to_timestamp(1773835200 - (CAST(:entries AS bigint) - i) * 63072000.0 / :entries)",
        generation="lpad(to_hex(i / 2), 32, '0')",
        usd="0.01",
    )
    + " FROM generate_series(2, CAST(:entries AS bigint) + 1) AS i"
)
_NEXT_ID = (
    "SELECT setval(pg_get_serial_sequence('ledger_entries', 'id'), (SELECT max(id) FROM ledger_entries))"
)
_BUCKETS = """
INSERT INTO usage_buckets (guild_id, starts_at, slot, images, usd)
SELECT guild_id, {quarter}, 0, sum(allowance_images), sum(allowance_usd) FROM ledger_entries
WHERE guild_id = {guild} AND counts_at >= '2026-03-01 00:00:00' GROUP BY 1, 2
UNION ALL
SELECT -1, {quarter}, 0, sum(allowance_images), sum(allowance_usd) FROM ledger_entries
WHERE counts_at >= '2026-03-01 00:00:00' GROUP BY 1, 2
"""
_QUARTERS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', strftime('%s', counts_at) / 900 * 900, 'unixepoch')",
    "postgresql": "to_timestamp(floor(extract(epoch FROM counts_at) / 900) * 900)",
}


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--servers", type=int, default=1000)
    parser.add_argument("--sqlite", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--postgres", default=os.environ.get("TEST_POSTGRES_URL"))
    chosen = parser.parse_args()
    if chosen.sqlite:
        with tempfile.TemporaryDirectory() as directory:
            await measure(f"sqlite+aiosqlite:///{Path(directory) / 'ledger.db'}", chosen)
    if chosen.postgres:
        async with new_database(chosen.postgres) as url:
            await measure(url, chosen)


async def measure(url: str, chosen: argparse.Namespace) -> None:
    kind = make_url(url).get_backend_name()
    print(f"## {kind}")
    await asyncio.to_thread(migrate, url)
    for tasks in TASKS:
        for limits, words in ((UNCAPPED, "no cap"), (LIMITS, "a cap for everybody")):
            rate = await pairs_a_second(url, tasks=tasks, pairs=chosen.pairs, limits=limits)
            print(f"{tasks:3} tasks, {words}: {rate:,.0f} holds with their settlements a second")
    seconds = await fill(url, entries=chosen.entries, servers=chosen.servers)
    print(f"{chosen.entries:,} entries written in {seconds:.0f} s")
    await check(url)


async def pairs_a_second(url: str, *, tasks: int, pairs: int, limits: Limits) -> float:
    database = Database.open(url)
    desk = QuotaDesk(clock=TurnableClock(NOW), limits=limits)

    async def work(number: int) -> None:
        member = Member(user_id=10_000 + number, guild_id=1_001 + number % 4)
        for _ in range(max(1, pairs // tasks)):
            generation_id = uuid4().hex
            async with database.begin() as session:
                held = await desk.hold(
                    session, member, generation_id=generation_id, images=1, usd=Decimal("0.01")
                )
            if not isinstance(held, Hold):
                raise SystemExit(f"not held: {held}")
            async with database.begin() as session:
                await desk.settle(session, generation_id, images=1, cost=Decimal("0.01"))

    await work(0)  # connects, and compiles the statements
    started = time.perf_counter()
    await asyncio.gather(*(work(number) for number in range(tasks)))
    seconds = time.perf_counter() - started
    await database.close()
    return max(1, pairs // tasks) * tasks / seconds


async def fill(url: str, *, entries: int, servers: int) -> float:
    """Write the entries without their indexes, and build those afterwards: a tenth of the time."""
    kind = make_url(url).get_backend_name()
    started = time.perf_counter()
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_clear, kind)
        statement = _SQLITE if kind == "sqlite" else _POSTGRES
        await connection.execute(text(statement), {"entries": entries, "servers": servers})
        await connection.run_sync(_build_indexes)
        if kind == "postgresql":
            await connection.execute(text(_NEXT_ID))
        await connection.execute(text(_BUCKETS.format(quarter=_QUARTERS[kind], guild=GUILD)))
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE" if kind == "sqlite" else "VACUUM ANALYZE ledger_entries"))
    await engine.dispose()
    return time.perf_counter() - started


def _clear(connection: Connection, kind: str) -> None:
    if kind == "sqlite":
        connection.execute(text("PRAGMA journal_mode=OFF"))
        connection.execute(text("DROP TRIGGER ledger_entries_refuse_delete"))
    else:
        connection.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER ALL"))
    connection.execute(text("DELETE FROM ledger_entries"))
    connection.execute(text("DELETE FROM usage_buckets"))
    for index in _table().indexes:
        index.drop(connection)


def _build_indexes(connection: Connection) -> None:
    for index in _table().indexes:
        index.create(connection)


def _table() -> Table:
    table = LedgerEntry.__table__
    if not isinstance(table, Table):
        raise TypeError("the ledger is a table")
    return table


async def check(url: str) -> None:
    """Time what a request asks of a full ledger, and show how the database finds it."""
    database = Database.open(url)
    desk = QuotaDesk(clock=TurnableClock(NOW), limits=LIMITS)
    member = Member(user_id=3, guild_id=GUILD)
    async with database.begin() as session:
        cap = Rule(unit=Unit.IMAGES, amount=1_000_000, period=Period.MONTH)
        await desk.set_rule(
            session, guild_id=GUILD, scope=RuleScope.CAP, subject_id=0, unit=Unit.IMAGES, rule=cap, actor_id=1
        )
        await desk.grant(session, guild_id=GUILD, user_id=3, amount=5, actor_id=1)

    async def ask() -> None:
        async with database.read() as session:
            await desk.standing(session, member)

    async def hold() -> None:
        async with database.begin() as session:
            await desk.hold(session, member, generation_id=uuid4().hex, images=1, usd=Decimal("0.01"))

    windows = last_days(REPORT_DAYS, NOW)
    window = Window(start=windows[0].start, resets_at=windows[-1].resets_at)

    async def report_by_day() -> None:
        async with database.read() as session:
            await desk.usage_by_day(session, guild_id=GUILD, days=REPORT_DAYS)

    async def report_by_member() -> None:
        async with database.read() as session:
            await desk.usage(session, guild_id=GUILD, window=window, limit=10)

    async def report_by_model() -> None:
        async with database.read() as session:
            await desk.usage_by_model(session, member, window)

    await _report("a check of the quota, caps included", ask)
    await _report("a hold", hold)
    await _report(f"{REPORT_DAYS} days of a server by day, member and model", report_by_day, times=REPORTS)
    await _report(f"{REPORT_DAYS} days of a server by member", report_by_member, times=REPORTS)
    await _report(f"{REPORT_DAYS} days of a member by model", report_by_model, times=REPORTS)
    await _explain(database, desk, member)
    await database.close()


async def _report(what: str, work: Callable[[], Awaitable[None]], *, times: int = CHECKS) -> None:
    await work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    print(
        f"{what}: {taken[times // 2]:.1f} ms in the middle, {taken[times * 99 // 100]:.1f} ms at the 99th of 100"
    )


async def _explain(database: Database, desk: QuotaDesk, member: Member) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if "ledger_entries" in statement or "usage_buckets" in statement:
            seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    async with database.read() as session:
        await desk.standing(session, member)
        event.remove(Engine, "before_cursor_execute", note)
        connection = await session.connection()
        is_sqlite = connection.dialect.name == "sqlite"
        for statement, parameters in seen:
            explained = ("EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN ") + statement
            lines = await connection.exec_driver_sql(explained, tuple(parameters))
            print(f"\n{' '.join(statement.split())[:90]} …")
            for line in lines:
                print(f"    {line[-1]}")


@asynccontextmanager
async def new_database(server: str) -> AsyncIterator[str]:
    name = f"nanobot_bench_{uuid4().hex}"
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
