"""The desk against a model of a few lines, over random walks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nanobot.quotas.desk import Hold
from nanobot.quotas.standing import Member
from nanobot.store.database import Database
from tests.quotas.visits import Visits

LIMIT = 10
Step: TypeAlias = tuple[str, int, int]


@dataclass
class Model:
    """What is used today, what credits are left, and for each open hold whether it still counts."""

    used: int = 0
    granted: int = 0
    day: int = 0
    open_holds: list[tuple[Hold, int, bool]] = field(default_factory=list)

    def hold(self, images: int) -> tuple[int, int] | None:
        from_allowance = min(images, LIMIT - self.used)
        if images - from_allowance > self.granted:
            return None
        self.used += from_allowance
        self.granted -= images - from_allowance
        return from_allowance, images - from_allowance

    def give_back(self, from_grant: int, images: int, *, counts: bool) -> None:
        to_grants = min(images, from_grant)
        self.granted += to_grants
        self.used -= (images - to_grants) if counts else 0

    def start_anew(self) -> None:
        self.used = 0
        self.open_holds = [(hold, from_grant, False) for hold, from_grant, _counts in self.open_holds]


@settings(
    max_examples=40,
    deadline=None,  # a step is a transaction on a real database
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each walk has a member of its own
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["hold", "hold", "hold", "settle", "release", "grant", "reset", "sleep"]),
            st.integers(1, 12),
            st.integers(0, 99),
        ),
        max_size=40,
    )
)
async def test_the_books_agree_with_the_model_after_every_step(database: Database, steps: list[Step]) -> None:
    visits = Visits.at(database).of(Member(user_id=uuid4().int >> 66, guild_id=500))
    model = Model()
    for step in steps:
        await take(visits, model, step)
        standing = await visits.standing()

        assert (standing.used, standing.granted) == (model.used, model.granted)
        assert standing.held == sum(
            hold.images - from_grant for hold, from_grant, counts in model.open_holds if counts
        )
        assert standing.left == LIMIT - model.used + model.granted


async def take(visits: Visits, model: Model, step: Step) -> None:
    match step:
        case ("hold", images, _):
            expected = model.hold(images)
            hold = await visits.hold(images)
            assert isinstance(hold, Hold) is (expected is not None)
            if isinstance(hold, Hold) and expected is not None:
                model.open_holds.append((hold, expected[1], True))
        case ("settle" | "release" as way, keep, which) if model.open_holds:
            hold, from_grant, counts = model.open_holds.pop(which % len(model.open_holds))
            held = hold.images
            kept = min(keep, held) if way == "settle" else 0
            assert await (visits.settle(hold, kept) if way == "settle" else visits.release(hold))
            model.give_back(from_grant, held - kept, counts=counts)
        case ("grant", images, _):
            await visits.grant(images)
            model.granted += images
        case ("reset", _, _):
            await visits.reset()
            model.start_anew()
        case ("sleep", hours, _):
            before = visits.clock.now().date()
            visits.clock.turn(timedelta(hours=hours))
            if visits.clock.now().date() != before:
                model.start_anew()
