"""What bots of earlier versions wrote, in the words of the tables of then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.store.rows import NOON, PERSON, SERVER

POSTED, FAILED, OPEN, OF_EXTRAS, PAID_AND_FAILED, WAITING = (letter * 32 for letter in "abcdef")


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

# What is added to it by one that counts dollars.
ROWS_IN_DOLLARS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "generations": [
        generation(PAID_AND_FAILED, "failed", cost=Decimal("0.05")),
        generation(WAITING, "held"),
    ],
    "quota_rules": [
        {
            "guild_id": SERVER,
            "scope": "cap",
            "subject_id": 0,
            "unit": "usd",
            "amount": Decimal("2.5"),
            "period": "week",
            "updated_by": 99,
            "updated_at": NOON,
        }
    ],
    "ledger_entries": [
        entry("hold", 2, 0, generation_id=PAID_AND_FAILED, allowance_usd=Decimal("0.06")),
        entry("release", -2, 0, generation_id=PAID_AND_FAILED, hold_id=12, allowance_usd=Decimal("-0.06")),
        entry("grant", 0, 0, grant_usd=Decimal(1), expires_at=NOON + timedelta(days=1)),
        entry("hold", 1, 0, generation_id=WAITING),
        entry("hold", 0, 0, generation_id=WAITING, part_of=15, grant_id=14, grant_usd=Decimal("-0.01")),
    ],
    "usage_buckets": [
        {"guild_id": guild_id, "starts_at": NOON, "slot": 3, "images": 1, "usd": Decimal("0.01")}
        for guild_id in (SERVER, -1)
    ],
    "quota_changes": [
        {
            "at": NOON,
            "guild_id": SERVER,
            "actor_id": 99,
            "action": "rule",
            "scope": "cap",
            "subject_id": 0,
            "before": {},
            "after": {"unit": "usd"},
        }
    ],
    "guild_settings": [
        {
            "guild_id": SERVER + 1,
            "timezone": "Europe/Berlin",
            "log_channel_id": 7,
            "updated_by": 99,
            "updated_at": NOON,
        }
    ],
}
