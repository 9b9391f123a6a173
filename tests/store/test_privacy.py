from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from nanobot.settings import Period
from nanobot.store import (
    generations,
    guild_settings,
    ledger,
    pictures,
    privacy,
    quota_changes,
    rules,
)
from nanobot.store.accounts import Account
from nanobot.store.database import Database
from nanobot.store.guild_settings import GuildSettings
from nanobot.store.ledger import Stretch, Sums
from nanobot.store.tables import (
    ChangeAction,
    GenerationStatus,
    LedgerEntry,
    LedgerKind,
    QuotaAccount,
    QuotaChange,
    QuotaRule,
    RuleScope,
    Unit,
)
from tests.store.rows import LEASE, NOON, PERSON, SERVER, add_generation, make_pictures

ACCOUNT = Account(guild_id=SERVER, user_id=PERSON)
STRANGER = 99


async def live_a_little(database: Database) -> tuple[str, str, str]:
    """Leave one posted, one failed and one open generation with what belongs to them; return their ids."""
    async with database.begin() as session:
        posted, failed, still_open = [await add_generation(session) for _ in range(3)]
        await add_generation(session, user_id=STRANGER, request={"prompt": "a stranger's badger"})
        await make_pictures(session, posted.id)
        await generations.mark_posted(session, posted.id, now=NOON, channel_id=600, message_id=700)
        await generations.finish(
            session,
            failed.id,
            now=NOON,
            owner=LEASE.owner,
            status=GenerationStatus.FAILED,
            error="A fox is not allowed.",
        )
        await make_pictures(session, still_open.id)
        session.add(QuotaAccount(guild_id=SERVER, user_id=PERSON))
        hold = await ledger.append(
            session, _entry(LedgerKind.HOLD, generation_id=posted.id, allowance_images=2)
        )
        await ledger.append(session, _entry(LedgerKind.SETTLE, hold_id=hold.id, cost=Decimal("0.03")))
        await ledger.append(session, _entry(LedgerKind.GRANT, grant_images=4, actor_id=STRANGER))
        await rules.put(
            session,
            QuotaRule(
                guild_id=SERVER,
                scope=RuleScope.MEMBER,
                subject_id=PERSON,
                unit=Unit.IMAGES,
                amount=Decimal(5),
                period=Period.DAY,
                updated_by=STRANGER,
                updated_at=NOON,
            ),
        )
        await quota_changes.record(
            session,
            QuotaChange(
                at=NOON,
                guild_id=SERVER,
                actor_id=STRANGER,
                action=ChangeAction.RULE,
                scope=RuleScope.MEMBER,
                subject_id=PERSON,
                after={"unit": "images", "amount": "5", "period": "day"},
            ),
        )
        await guild_settings.put(session, SERVER, GuildSettings(moderation=True), actor_id=STRANGER, now=NOON)
    return posted.id, failed.id, still_open.id


def _entry(kind: LedgerKind, **changes: Any) -> LedgerEntry:
    fields: dict[str, Any] = {
        "at": NOON,
        "counts_at": NOON,
        "guild_id": SERVER,
        "user_id": PERSON,
        "kind": kind,
    }
    return LedgerEntry(**{**fields, **changes})


async def test_a_person_is_handed_everything_as_json(database: Database) -> None:
    posted, failed, still_open = await live_a_little(database)
    async with database.read() as session:
        export = json.loads(json.dumps(await privacy.export_person(session, PERSON)))

    assert export["user_id"] == str(PERSON)
    assert {each["id"] for each in export["generations"]} == {posted, failed, still_open}
    assert export["generations"][0]["request"]["prompt"] == "a fox in the snow"
    assert export["generations"][0]["created_at"] == "2026-03-18T12:00:00+00:00"
    assert {each["user_id"] for each in export["generations"]} == {str(PERSON)}
    assert [each["data_bytes"] for each in export["pictures"] if each["generation_id"] == still_open] == [
        0,
        4,
    ]
    assert [each["kind"] for each in export["ledger_entries"]] == ["hold", "settle", "grant"]
    assert export["ledger_entries"][1]["cost"] == "0.030000"
    assert export["quota_rules"][0]["amount"] == "5.000000"
    assert [(each["actor_id"], each["subject_id"]) for each in export["quota_changes"]] == [
        (str(STRANGER), str(PERSON))
    ]
    assert export["quota_accounts"] == [{"guild_id": str(SERVER), "user_id": str(PERSON)}]


async def test_an_export_gives_away_no_token_and_no_stranger(database: Database) -> None:
    await live_a_little(database)
    async with database.read() as session:
        export = json.dumps(await privacy.export_person(session, PERSON))

    assert "a-secret-token" not in export
    assert "badger" not in export


async def test_an_admin_is_handed_what_the_admin_did(database: Database) -> None:
    await live_a_little(database)
    async with database.read() as session:
        export = await privacy.export_person(session, STRANGER)

    assert [each["kind"] for each in export["ledger_entries"]] == ["grant"]
    assert [each["updated_by"] for each in export["quota_rules"]] == [str(STRANGER)]
    assert [each["action"] for each in export["quota_changes"]] == ["rule"]
    assert [(each["guild_id"], each["moderation"]) for each in export["guild_settings"]] == [
        (str(SERVER), True)
    ]


async def test_erasing_forgets_words_and_pictures(database: Database) -> None:
    posted, failed, still_open = await live_a_little(database)
    async with database.begin() as session:
        erasure = await privacy.erase_person(session, PERSON)
    async with database.read() as session:
        export = await privacy.export_person(session, PERSON)
        replied_to = await generations.of_message(session, 700)
    by_id = {each["id"]: each for each in export["generations"]}

    assert (erasure.erased, erasure.still_open) == (2, 1)
    assert "fox" not in json.dumps([by_id[posted], by_id[failed]]).lower()
    assert {each["generation_id"] for each in export["pictures"]} == {still_open}
    assert replied_to is None


async def test_erasing_leaves_the_books_and_the_rules_as_they_are(database: Database) -> None:
    """Else a person could erase a used-up allowance, or an admin's block."""
    await live_a_little(database)

    async def read_books() -> tuple[Sums, int]:
        async with database.read() as session:
            hours = Stretch(start=NOON - timedelta(hours=1), end=NOON + timedelta(hours=1))
            sums = await ledger.sums(session, ACCOUNT, images=hours, usd=hours)
            about = await rules.about(session, guild_id=SERVER, user_id=PERSON, role_ids=[])
            return sums, len(about.rules)

    before = await read_books()
    async with database.begin() as session:
        await privacy.erase_person(session, PERSON)

    assert (
        await read_books()
        == before
        == (
            Sums(images=2, held_images=0, usd=Decimal(0), held_usd=Decimal(0)),
            1,
        )
    )


async def test_erasing_leaves_others_and_work_in_the_making_alone(database: Database) -> None:
    """A generation whose request is gone could be neither finished nor undone by another process."""
    _posted, _failed, still_open = await live_a_little(database)
    async with database.begin() as session:
        await privacy.erase_person(session, PERSON)
    async with database.read() as session:
        generation = await generations.get(session, still_open)
        kept = await pictures.of(session, still_open)
        of_stranger = await generations.history(session, user_id=STRANGER, limit=9)

    assert generation is not None
    assert generation.request["prompt"] == "a fox in the snow"
    assert generation.interaction_token is not None
    assert [bool(each.data or each.url) for each in kept] == [True, True]
    assert of_stranger[0].request == {"prompt": "a stranger's badger"}
