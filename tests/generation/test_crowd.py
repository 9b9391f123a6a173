"""Many who ask at once do not keep a process from what it has begun."""

from __future__ import annotations

import asyncio

from nanobot.generation.plan import make_plan
from nanobot.nanogpt.catalogue import Catalogue
from nanobot.quotas.desk import Hold
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.store import accounts
from tests.generation.studio import DEFAULTS, asked, open_studio

CROWD = 30
# Less than the time after which a connection is waited for no longer.
IN_TIME_SECONDS = 60


async def test_who_waits_for_a_hold_keeps_nobody_from_a_sign_of_life(
    postgres_url: str, nanogpt: NanoGPTStandIn
) -> None:
    """Else other processes take over what this one is at work on, and give up pictures that are being paid."""
    request = asked()
    plan = make_plan(request, catalogue=Catalogue(), defaults=DEFAULTS)
    async with open_studio(postgres_url, nanogpt) as studio:
        books, database = studio.services.books, studio.services.database
        async with database.begin() as session:
            await accounts.lock(session, request.member.account)
            crowd = [
                asyncio.create_task(books.open(f"{number:032x}", request, plan)) for number in range(CROWD)
            ]
            async with asyncio.timeout(IN_TIME_SECONDS):
                await asyncio.gather(*(books.renew_leases(["f" * 32]) for _ in range(CROWD)))
            assert not any(waiting.done() for waiting in crowd)
        outcomes = await asyncio.gather(*crowd)

    assert sum(isinstance(outcome, Hold) for outcome in outcomes) == 10
