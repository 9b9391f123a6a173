"""Rows as a running bot writes them, for tests that are about something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store import generations
from nanobot.store.generations import InteractionTicket
from nanobot.store.leases import Lease
from nanobot.store.pictures import NewPicture
from nanobot.store.tables import Generation

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)  # a Wednesday
MINUTE = timedelta(minutes=1)
LEASE = Lease(owner="first process", until=NOON + MINUTE)
TICKET = InteractionTicket(application_id=7, token="a-secret-token", expires_at=NOON + 15 * MINUTE)
PERSON = 2**62 + 1  # as wide as Discord's ids get
SERVER = 500


async def add_generation(session: AsyncSession, **changes: Any) -> Generation:
    fields: dict[str, Any] = {
        "generation_id": uuid4().hex,
        "now": NOON,
        "kind": "imagine",
        "guild_id": SERVER,
        "channel_id": 600,
        "user_id": PERSON,
        "request": {"prompt": "a fox in the snow", "model": "hidream"},
        "images_wanted": 2,
        "lease": LEASE,
        "ticket": TICKET,
        "reply_to_message_id": 650,
    }
    return await generations.add(session, **{**fields, **changes})


async def make_pictures(session: AsyncSession, generation_id: str) -> None:
    """Take a held generation to `made`, with one picture by address and one by bytes."""
    await generations.mark_running(session, generation_id, now=NOON, lease=LEASE)
    await generations.record_answer(
        session,
        generation_id,
        now=NOON,
        owner=LEASE.owner,
        pictures=[
            NewPicture(url="https://cdn.example/1.png"),
            NewPicture(data=b"\x89PNG", media="image/png"),
        ],
        cost=None,
        payment_source="balance",
        vendor_request_id="request-1",
    )
