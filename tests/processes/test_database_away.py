"""A database that was away for longer than a lease lasts: no process takes the work of a living one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete
from sqlalchemy.engine import make_url

from nanobot.quotas.audit import audit
from nanobot.sandbox.discord import Channel, Message
from nanobot.store import generations, leases
from nanobot.store.leases import Lease
from nanobot.store.tables import Generation, GenerationStatus
from tests.processes.fleet import SHARDS, Fleet, open_fleet
from tests.store.cable import Cable

_PATIENCE_SECONDS = 120

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def cables(postgres_url: str) -> AsyncIterator[list[Cable]]:
    async with AsyncExitStack() as stack:
        both = [Cable(make_url(postgres_url)) for _ in range(2)]
        for cable in both:
            await cable.plug()
            stack.push_async_callback(cable.cut)
        yield both


async def test_a_process_goes_on_with_its_picture_after_the_database_was_away(
    tmp_path: Path, postgres_url: str, cables: list[Cable]
) -> None:
    """All leases have run out, and the other process looks first."""
    through = [cable.url for cable in cables]
    async with open_fleet(
        tmp_path, postgres_url, processes=2, servers=8, members=1, cap=10, through=through
    ) as fleet:
        (person, channel), (bystander, elsewhere) = fleet.members[0], fleet.members[1]
        fleet.nanogpt.trouble.hold()
        call = await person.types("/imagine prompt:a red fox", channel)
        await fleet.nanogpt.trouble.held(timeout_seconds=_PATIENCE_SECONDS)
        working, looking = cables if process_of(channel) == 0 else reversed(cables)

        await asyncio.gather(*(cable.cut() for cable in cables))
        fleet.let_leases_run_out()
        await leave_untold(fleet, bystander.id, elsewhere)
        await looking.plug()
        told = await elsewhere.next_message()
        (painted,) = [each for each in await fleet.generations() if each.user_id == person.id]
        await working.plug()
        fleet.nanogpt.trouble.let_go()
        await call.settled(is_done, _PATIENCE_SECONDS)
        for bot in fleet.bots:
            assert await bot.stop() == 0
        statuses = await fleet.statuses()
        async with fleet.database.begin() as session:
            await session.execute(
                delete(Generation).where(Generation.user_id == bystander.id)
            )  # it has no hold
            audited = await audit(session)

        assert "No picture came of your request" in told.content
        assert painted.status is GenerationStatus.RUNNING
        assert statuses == {"posted": 1, "failed": 1}
        assert sum(bool(message.attachments) for message in channel.messages.values()) == 1
        assert len(fleet.nanogpt.requests) == fleet.nanogpt.paid_pictures == 1
        assert (audited.sentences if not audited.balances else [], audited.totals.open_holds) == ([], 0)


def process_of(channel: Channel) -> int:
    assert channel.guild is not None
    return (channel.guild.id >> 22) % SHARDS * 2 // SHARDS


def is_done(message: Message) -> bool:
    return message.content.startswith("Done")


async def leave_untold(fleet: Fleet, user_id: int, channel: Channel) -> None:
    """Write an end that a process had no time to tell, and gave back: whoever looks first tells it."""
    assert channel.guild is not None
    now = fleet.clock.now()
    lease = Lease(owner="ended", until=now + timedelta(minutes=1))
    async with fleet.database.begin() as session:
        added: Generation = await generations.add(
            session,
            generation_id=uuid4().hex,
            now=now,
            kind="imagine",
            guild_id=channel.guild.id,
            channel_id=channel.id,
            user_id=user_id,
            request={"prompt": "a blue fox", "model": "tiny"},
            images_wanted=1,
            lease=lease,
        )
        failed = GenerationStatus.FAILED
        await generations.finish(
            session, added.id, now=now, owner=lease.owner, status=failed, untold_by=lease
        )
        await leases.release(session, lease.owner, now=now)
