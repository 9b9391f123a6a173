"""The books of a bot that was used balance, and whatever is wrong with them is found."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from uuid import uuid4

import pytest

from nanobot.quotas.audit import MAX_FINDINGS_EACH, Audit, audit
from nanobot.quotas.policy import Rule
from nanobot.quotas.standing import Member
from nanobot.settings import Period
from nanobot.store.database import Database
from nanobot.store.tables import RuleScope, Unit
from tests.quotas.visits import MEMBER, Visits
from tests.store.filled import FAILED, GIVEN_BACK, POSTED, WAITING, fail, fill, post
from tests.store.test_migrate import run_in

IN_TIME_SECONDS = 60
PLENTY = Rule(unit=Unit.IMAGES, amount=1000, period=Period.DAY)
LINE = (
    "at, counts_at, guild_id, user_id, generation_id, hold_id, part_of, grant_id, kind, "
    "allowance_images, grant_images, allowance_usd, grant_usd, cost"
)


async def audited(database: Database) -> Audit:
    async with database.read() as session:
        return await audit(session)


async def damage(url: str, *statements: str) -> None:
    """Do what triggers, keys and indexes forbid."""
    guards = (
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
        "ALTER TABLE ledger_entries DROP CONSTRAINT fk_ledger_entries_hold_id_ledger_entries",
    )
    if url.startswith("sqlite"):  # whose keys hold only for those who ask for it
        guards = (
            "DROP TRIGGER ledger_entries_refuse_update",
            "DROP TRIGGER ledger_entries_refuse_delete",
        )
    indexes = ("DROP INDEX uq_ledger_entries_hold_id", "DROP INDEX uq_ledger_entries_generation_id")
    await asyncio.to_thread(run_in, url, *guards, *indexes, *statements)


def again(where: str) -> str:
    return f"INSERT INTO ledger_entries ({LINE}) SELECT {LINE} FROM ledger_entries WHERE {where}"  # noqa: S608


def drop(where: str) -> str:
    return f"DELETE FROM ledger_entries WHERE {where}"  # noqa: S608


def status(word: str, generation_id: str) -> str:
    return f"UPDATE generations SET status = '{word}' WHERE id = '{generation_id}'"  # noqa: S608


def change(values: str, where: str) -> str:
    return f"UPDATE ledger_entries SET {values} WHERE {where}"  # noqa: S608


def first(generation_id: str, kind: str) -> str:
    return f"generation_id = '{generation_id}' AND kind = '{kind}' AND part_of IS NULL"


def parts(generation_id: str, kind: str) -> str:
    return f"generation_id = '{generation_id}' AND kind = '{kind}' AND part_of IS NOT NULL"


async def test_what_a_bot_wrote_balances(database: Database) -> None:
    """Pictures posted, failed and waited for, from allowances and grants, with a correction by hand."""
    await fill(database)
    found = await audited(database)

    (said,) = found.sentences
    assert said == (
        "The books balance: 16 entries, 4 holds (1 still open), 3 pictures and $0.201235 used. "
        "$0.045 more was paid, or may have been, for pictures that did not arrive."
    )
    assert found.balances


async def test_empty_books_balance(database: Database) -> None:
    assert (await audited(database)).sentences == [
        "The books balance: 0 entries, 0 holds, 0 pictures and $0.00 used."
    ]


async def test_a_cost_finer_than_a_millionth_balances(database: Database) -> None:
    """What is used is rounded up, and what is noted as the cost to the nearest."""
    visits = Visits.at(database)
    await post(visits, POSTED, cost=Decimal("0.0000014"))
    await post(visits, WAITING, cost=Decimal("0.3"), images=2)
    await post(visits, GIVEN_BACK, cost=None)

    assert (await audited(database)).sentences == [
        "The books balance: 6 entries, 3 holds, 4 pictures and $0.350002 used."
    ]


async def test_what_many_wrote_at_once_balances(database: Database, same_database: Database) -> None:
    """Members of two servers, one of which has a cap, in two processes."""
    processes = [Visits.at(each, bot_rule=PLENTY, caps=(PLENTY,)) for each in (database, same_database)]
    await processes[0].set_rule(RuleScope.CAP, 0, PLENTY)
    members = [Member(user_id=number, guild_id=500 + number % 2) for number in range(1, 5)]
    works = [
        post(process.of(member), uuid4().hex, cost=Decimal("0.0612345"))
        if number % 3
        else fail(process.of(member), uuid4().hex)
        for member in members
        for process in processes
        for number in range(6)
    ]
    async with asyncio.timeout(IN_TIME_SECONDS):
        await asyncio.gather(*works)

    assert (await audited(database)).sentences == [
        "The books balance: 96 entries, 48 holds, 32 pictures and $1.95952 used."
    ]


async def test_what_was_paid_for_nothing_is_told(database: Database) -> None:
    visits = Visits.at(database)
    await fail(visits, FAILED, cost=Decimal("1.5"))

    (said,) = (await audited(database)).sentences
    assert said.endswith(
        "$0.00 used. $1.50 more was paid, or may have been, for pictures that did not arrive."
    )


DAMAGES = {
    "a hold counted twice": (again(first(WAITING, "hold")), {"HeldTwice", "BucketOff"}),
    "a hold settled twice": (again(first(POSTED, "settle")), {"EndedTwice", "BucketOff"}),
    "a hold released twice": (again(first(FAILED, "release")), {"EndedTwice", "BucketOff"}),
    "a settlement lost": (drop(first(POSTED, "settle")), {"StatusMismatch", "BucketOff"}),
    "a release lost": (drop(first(FAILED, "release")), {"StatusMismatch", "BucketOff"}),
    "a hold lost": (drop(first(POSTED, "hold")), {"LooseEntry", "StatusMismatch", "BucketOff"}),
    "an end without its hold": (
        change("hold_id = NULL", first(POSTED, "settle")),
        {"LooseEntry", "StatusMismatch"},
    ),
    "an end of a hold to come": (
        change("hold_id = id + 1", first(POSTED, "settle")),
        {"LooseEntry", "EndedTwice", "StatusMismatch", "CostDiffers"},
    ),
    "an end of another's hold": (change("user_id = 3", first(POSTED, "settle")), {"LooseEntry"}),
    "an end of another request": (change("generation_id = 'x'", first(POSTED, "settle")), {"LooseEntry"}),
    "an end that counts elsewhere": (
        change("counts_at = '2026-03-18 12:01'", first(FAILED, "release")),
        {"LooseEntry"},
    ),
    "a correction that ends a hold": (
        change("hold_id = 7", "kind = 'correction'"),
        {"LooseEntry", "StatusMismatch"},
    ),
    "a part of nothing": (change("part_of = 999", parts(WAITING, "hold")), {"LooseEntry"}),
    "a part of another kind": (
        change("kind = 'settle'", parts(WAITING, "hold")),
        {"LooseEntry", "WrongSign"},
    ),
    "extras from nowhere": (change("grant_id = 999", parts(WAITING, "hold")), {"LooseDraw"}),
    "extras of nobody": (change("grant_id = NULL", parts(WAITING, "hold")), {"LooseDraw"}),
    "extras of another": (change("user_id = 3", "kind = 'grant'"), {"LooseDraw"}),
    "extras that had expired": (change("expires_at = at", "kind = 'grant'"), {"LooseDraw"}),
    "a hold that gives": (
        change("allowance_images = -2", first(WAITING, "hold")),
        {"WrongSign", "BucketOff"},
    ),
    "an end that takes": (
        change("allowance_images = 1", first(FAILED, "release")),
        {"WrongSign", "EndedWrongly", "BucketOff"},
    ),
    "a grant that takes": (change("grant_images = -5", "grant_images = 5"), {"WrongSign", "GrantOverdrawn"}),
    "a correction of a grant": (
        change("grant_usd = 1", "kind = 'correction'"),
        {"WrongSign", "LooseDraw", "BucketOff"},
    ),
    "more given back than held": (
        change("allowance_images = -3", first(FAILED, "release")),
        {"EndedWrongly", "BucketOff"},
    ),
    "dollars that are not the cost": (
        change("allowance_usd = 0", first(POSTED, "settle")),
        {"EndedWrongly", "BucketOff"},
    ),
    "a release that keeps dollars": (
        change("allowance_usd = 0", first(FAILED, "release")),
        {"EndedWrongly", "BucketOff"},
    ),
    "a release that keeps extras": (drop(parts(GIVEN_BACK, "release")), {"EndedWrongly", "BucketOff"}),
    "extras given back twice": (
        again(parts(GIVEN_BACK, "release")),
        {"GivenBackWrongly", "EndedWrongly", "BucketOff"},
    ),
    "more taken than was granted": (
        change("grant_images = 0, grant_usd = 0", "kind = 'grant'"),
        {"GrantOverdrawn"},
    ),
    "a loss that was forgotten": (
        change("written_off_usd = 0", first(GIVEN_BACK, "release")),
        {"EndedWrongly", "BucketOff"},
    ),
    "a loss beyond what could be paid": (
        change("written_off_usd = 9", first(GIVEN_BACK, "release")),
        {"EndedWrongly", "BucketOff"},
    ),
    "an estimate for more than was held": (
        change("estimated_images = 9", first(GIVEN_BACK, "release")),
        {"EndedWrongly"},
    ),
    "an estimate for a picture too many": (
        change("estimated_images = estimated_images + 1", first(GIVEN_BACK, "release")),
        {"EndedWrongly"},
    ),
    "an estimate for a picture too few": (
        change("estimated_images = estimated_images - 1", first(GIVEN_BACK, "release")),
        {"EndedWrongly"},
    ),
    "a loss of a hold": (
        change("written_off_usd = 1", first(WAITING, "hold")),
        {"WrongSign", "BucketOff"},
    ),
    "a picture counted too much": ("UPDATE usage_buckets SET images = images + 1", {"BucketOff"}),
    "dollars counted too much": ("UPDATE usage_buckets SET usd = usd + 1", {"BucketOff"}),
    "a quarter of an hour lost": ("DELETE FROM usage_buckets WHERE guild_id > 0", {"BucketOff"}),
    "all servers' sums lost": ("DELETE FROM usage_buckets WHERE guild_id < 0", {"BucketOff"}),
    "a quarter of an hour invented": (
        "INSERT INTO usage_buckets VALUES (9, '2026-03-18 12:15:00.000000', 0, 1, 0)",
        {"BucketOff"},
    ),
    "a request posted without payment": (status("posted", WAITING), {"StatusMismatch"}),
    "a request given up and still held": (status("failed", WAITING), {"StatusMismatch"}),
    "a request open without a hold": (status("made", FAILED), {"StatusMismatch"}),
    "a request given up and settled": (status("unknown", POSTED), {"StatusMismatch"}),
    "a hold whose request is gone": (
        change("generation_id = 'x'", f"generation_id = '{WAITING}'"),
        {"HoldWithoutGeneration", "StatusMismatch"},
    ),
    "a cost that was forgotten": ("UPDATE generations SET cost = NULL", {"CostDiffers"}),
    "a cost that is another": ("UPDATE generations SET cost = 7", {"CostDiffers"}),
}


@pytest.mark.parametrize(("statement", "expected"), DAMAGES.values(), ids=DAMAGES)
async def test_each_damage_is_found(
    database_url: str, database: Database, statement: str, expected: set[str]
) -> None:
    await fill(database)
    await damage(database_url, statement)
    found = await audited(database)

    assert {type(finding).__name__ for finding in found.findings} == expected


async def test_an_audit_can_be_read_by_a_program(database_url: str, database: Database) -> None:
    await fill(database)
    await damage(database_url, again(first(POSTED, "settle")))
    told = json.loads(json.dumps((await audited(database)).to_json()))

    assert told["balances"] is False
    assert told["totals"]["usd"] == "0.162470"
    assert told["findings"][0] == {
        "finding": "EndedTwice",
        "sentence": "Hold 3 was settled or released 2 times.",
        "hold_id": 3,
        "times": 2,
    }
    assert {
        "finding": "BucketOff",
        "sentence": "The quarter of an hour of server 500 from 2026-03-18 12:00 UTC counts 3 pictures and $0.246235, "
        "and the ledger says 2 pictures and $0.20747.",
        "guild_id": MEMBER.guild_id,
        "starts_at": "2026-03-18T12:00:00+00:00",
        "ledger_images": 2,
        "bucket_images": 3,
        "ledger_usd": "0.207470",
        "bucket_usd": "0.246235",
    } in told["findings"]


async def test_of_one_sort_of_finding_only_the_first_hundred_are_told(
    database_url: str, database: Database
) -> None:
    await asyncio.to_thread(
        run_in,
        database_url,
        """
        INSERT INTO ledger_entries (at, counts_at, guild_id, user_id, kind, allowance_images, grant_images)
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 150)
        SELECT CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 500, n, 'release', 0, 0 FROM number
        """,
    )

    assert len((await audited(database)).findings) == MAX_FINDINGS_EACH
