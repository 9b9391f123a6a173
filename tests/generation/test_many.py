"""Many requests side by side: the ledger counts what was posted, and nothing else."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import replace

import pytest

from nanobot.generation import events
from nanobot.quotas.policy import Rule
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.settings import Period
from nanobot.store.tables import GenerationStatus, Unit
from tests.generation.studio import MEMBER, TEN_A_DAY, Studio, open_studio

_ENDS = ("post", "post", "post", "walk away", "cancel", "withdraw", "policy", "fail", "break", "expire")


async def test_of_forty_requests_at_once_ten_are_paid(sqlite_url: str, nanogpt: NanoGPTStandIn) -> None:
    """A quota of ten is a quota of ten, however many hands press the button in the same moment."""
    async with open_studio(
        sqlite_url,
        nanogpt,
        rule=TEN_A_DAY,
        concurrent_generations=8,
        concurrent_generations_per_member=8,
        waiting_generations_per_member=40,
    ) as studio:
        ends = [
            happened[-1] for happened in await asyncio.gather(*(studio.run_and_post() for _ in range(40)))
        ]

        assert sum(isinstance(end, events.Finished) for end in ends) == 10
        assert sum(isinstance(end, events.QuotaRefused) for end in ends) == 30
        assert nanogpt.paid_pictures == 10
        assert await studio.counted() == 10
        assert (await studio.standing()).left == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_the_ledger_counts_what_was_posted(
    sqlite_url: str, nanogpt: NanoGPTStandIn, seed: int
) -> None:
    """A walk of failures, cancellations and listeners who leave; afterwards recovery delivers what is made."""
    dice = random.Random(seed)
    async with open_studio(
        sqlite_url,
        nanogpt,
        rule=Rule(unit=Unit.IMAGES, amount=12, period=Period.DAY),
        concurrent_generations=3,
        waiting_generations_per_member=3,
    ) as studio:
        posted = sum(await asyncio.gather(*(_visit(studio, dice, number % 3) for number in range(24))))
        if orphans := studio.services.generator._orphans:
            await asyncio.wait(orphans, timeout=60)
        nanogpt.trouble.expire_urls = False
        studio.let_leases_run_out()
        for recovery in await studio.deliver_left_behind():
            posted += len(getattr(recovery, "pictures", ()))

        assert await studio.counted() == posted
        assert posted <= nanogpt.paid_pictures
        assert not {GenerationStatus.HELD, GenerationStatus.RUNNING, GenerationStatus.MADE} & set(
            await studio.statuses()
        )
        for member_id in range(3):
            standing = await studio.standing(replace(MEMBER, user_id=member_id + 1))
            assert (standing.held, standing.used <= 12) == (0, True)


async def _visit(studio: Studio, dice: random.Random, member: int) -> int:
    """Ask for pictures and go through one of the ends; return how many were posted."""
    end, steps, count = dice.choice(_ENDS), dice.randrange(60), dice.choice((1, 1, 2))
    trouble = studio.nanogpt.trouble
    match end:
        case "fail":
            trouble.fail_next(500, "internal_error")
        case "break":
            trouble.break_connection("mid_body")
        case "expire":
            trouble.expire_urls = not trouble.expire_urls
        case _:
            pass
    prompt = "something forbidden" if end == "policy" else "a fox in the snow"
    asking = asyncio.create_task(_ask(studio, end, prompt, count, member + 1))
    if end == "cancel":
        for _ in range(steps):
            await asyncio.sleep(0)
        asking.cancel()
    (posted,) = await asyncio.gather(asking, return_exceptions=True)
    assert isinstance(posted, int | asyncio.CancelledError), posted
    return posted if isinstance(posted, int) else 0


async def _ask(studio: Studio, end: str, prompt: str, count: int, user_id: int) -> int:
    member = replace(MEMBER, user_id=user_id)
    async with aclosing(studio.generate(prompt=prompt, count=count, member=member)) as stream:
        async for event in stream:
            match event:
                case events.Accepted(generation_id=generation_id) if end == "withdraw":
                    studio.services.generator.cancel(generation_id)
                case events.Generating() if end == "walk away":
                    return 0
                case events.Finished():
                    await studio.post(event)
                    return event.pictures
                case _:
                    pass
    return 0
