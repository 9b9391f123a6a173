"""Everything below the bot, put together as `nanobot.wiring` does, with the painter next door."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import skimage
from PIL import Image
from pydantic import SecretStr
from sqlalchemy import func, select, text

from nanobot.bot.services import Services
from nanobot.clock import TurnableClock
from nanobot.generation import events
from nanobot.generation.books import LEASE_SECONDS
from nanobot.generation.plan import ModelDefaults
from nanobot.generation.recovery import Lost, Recovered, Recoverer, Recovery, Unannounced, Unsent
from nanobot.generation.request import GenerationRequest, Kind, ReturnAddress
from nanobot.quotas.policy import Rule
from nanobot.quotas.standing import Member, Standing
from nanobot.sandbox.nanogpt import NanoGPTStandIn
from nanobot.settings import Period, Settings
from nanobot.store.tables import Generation, GenerationStatus, LedgerEntry, Unit
from nanobot.wiring import open_services

API_KEY = "sk-nano-studio-0123456789abcdef"
NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
MEMBER = Member(user_id=2**62 + 1, guild_id=500)
TEN_A_DAY = Rule(unit=Unit.IMAGES, amount=10, period=Period.DAY)
ADDRESS = ReturnAddress(
    channel_id=600,
    reply_to_message_id=650,
    application_id=7,
    interaction_token="a-secret-token",
    interaction_expires_at=NOON + timedelta(minutes=15),
)

DEFAULTS = ModelDefaults(
    imagine="hidream", edit="flux-kontext", inpainting="flux-lora/inpainting", upscale="Upscaler"
)

_E = TypeVar("_E")


@cache
def photograph(name: str, side: int = 96) -> bytes:
    """Return a small PNG of a photograph that scikit-image ships."""
    picture = Image.open(Path(skimage.__file__).parent / "data" / name).convert("RGB")
    picture.thumbnail((side, side))
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A picture that somebody gave."""

    name: str = "chelsea.png"
    data: bytes = field(default_factory=lambda: photograph("chelsea.png"))

    @property
    def label(self) -> str:
        return self.name

    @property
    def reference(self) -> dict[str, Any] | None:
        return {"link": f"https://pictures.example/{self.name}"}

    async def read(self) -> bytes:
        return self.data


@dataclass(slots=True, kw_only=True)
class SlowlyGiven:
    """A picture that arrives when `arrive` is set; `asked` tells that somebody waits for it."""

    name: str = "coffee.png"
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    arrive: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def label(self) -> str:
        return self.name

    @property
    def reference(self) -> dict[str, Any] | None:
        return None

    async def read(self) -> bytes:
        self.asked.set()
        await self.arrive.wait()
        return photograph("coffee.png")


def asked(**changes: Any) -> GenerationRequest:
    """Return a request for a picture."""
    fields: dict[str, Any] = {
        "kind": Kind.IMAGINE,
        "member": MEMBER,
        "prompt": "a fox in the snow",
        "address": ADDRESS,
    }
    return GenerationRequest(**{**fields, **changes})


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    services: Services
    nanogpt: NanoGPTStandIn
    clock: TurnableClock

    def generate(self, **changes: Any) -> events.EventStream:
        """Ask for a picture; whoever takes the stream closes it."""
        return self.services.generator.generate(asked(**changes))

    async def run(self, **changes: Any) -> list[events.Event]:
        """Ask, and listen to the end."""
        async with aclosing(self.generate(**changes)) as stream:
            return [event async for event in stream]

    async def run_and_post(self, **changes: Any) -> list[events.Event]:
        """Ask, listen to the end, and post what was made."""
        happened = await self.run(**changes)
        if isinstance(last := happened[-1], events.Finished):
            await self.post(last)
        return happened

    async def post(self, finished: events.Finished) -> None:
        await self.services.books.posted(
            finished.generation_id,
            images=finished.pictures,
            cost=finished.cost,
            channel_id=600,
            message_id=700,
            in_doubt=finished.in_doubt,
        )

    async def generations(self) -> list[Generation]:
        async with self.services.database.read() as session:
            found = await session.scalars(select(Generation).order_by(Generation.created_at))
            return list(found.all())

    async def generation(self) -> Generation:
        (only,) = await self.generations()
        return only

    async def statuses(self) -> list[GenerationStatus]:
        return [generation.status for generation in await self.generations()]

    async def standing(self, member: Member = MEMBER) -> Standing:
        async with self.services.database.read() as session:
            return await self.services.desk.standing(session, member)

    async def counted(self) -> int:
        """Return how many pictures the whole ledger counts, whatever its windows and rules."""
        async with self.services.database.read() as session:
            images = LedgerEntry.allowance_images - LedgerEntry.grant_images
            return await session.scalar(select(func.coalesce(func.sum(images), 0))) or 0

    async def execute(self, statement: str) -> None:
        async with self.services.database.begin() as session:
            await session.execute(text(statement))

    async def recovered(
        self,
        *,
        even_if_leased: bool = False,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> list[Recovery]:
        """Take over what was left behind, as the bot does at its start and every so often."""
        recoveries: list[Recovery] = []

        async def note(recovery: Recovery) -> None:
            recoveries.append(recovery)

        recoverer = self.recoverer(note, pause=pause)
        await recoverer.take_up(even_if_leased=even_if_leased)
        await recoverer.idle()
        return recoveries

    def recoverer(
        self,
        deliver: Callable[[Recovery], Awaitable[None]],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Recoverer:
        """Return what takes over, before it has begun."""
        services = self.services
        return Recoverer(
            services.books,
            services.collector,
            deliver,
            adopt=never,
            at_work=lambda: services.generator.active_ids,
            pause=pause,
        )

    async def deliver_left_behind(self, *, even_if_leased: bool = False) -> list[Recovery]:
        """Recover, and post what was made."""
        recoveries = await self.recovered(even_if_leased=even_if_leased)
        for recovery in recoveries:
            match recovery:
                case Recovered(generation=generation, pictures=pictures, cost=cost):
                    await self.services.books.posted(
                        generation.id, images=len(pictures), cost=cost, message_id=701
                    )
                case Lost(generation=generation):
                    await self.services.books.told(generation.id)
                case Unsent() | Unannounced():
                    pass
        return recoveries

    def let_leases_run_out(self) -> None:
        self.clock.turn(timedelta(seconds=LEASE_SECONDS + 1))


async def until(stream: events.EventStream, kind: type[_E]) -> _E:
    """Listen until an event of `kind` comes, and return it."""
    async for event in stream:
        if isinstance(event, kind):
            return event
    raise AssertionError(f"no {kind.__name__} came")


async def follow(stream: events.EventStream) -> list[events.Event]:
    """Listen to the end."""
    return [event async for event in stream]


async def never(generation: Generation, *, in_part: bool = False) -> bool:
    """Find nothing that was posted: there is no Discord here."""
    del generation, in_part
    return False


async def at_once(_seconds: float) -> None:
    """Pause for no time at all, so that what is tried again is tried again now."""
    await asyncio.sleep(0)


def settings_for(database_url: str, nanogpt: NanoGPTStandIn, **changes: Any) -> Settings:
    fields: dict[str, Any] = {
        "database_url": database_url,
        "nanogpt_api_key": SecretStr(API_KEY),
        "nanogpt_base_url": nanogpt.base_url,
        "concurrent_generations": 8,
        "concurrent_generations_per_member": 2,
        "waiting_generations_per_member": 5,
    }
    return Settings(_env_file=None, **{**fields, **changes})


@asynccontextmanager
async def open_studio(
    database_url: str,
    nanogpt: NanoGPTStandIn,
    *,
    clock: TurnableClock | None = None,
    rule: Rule | None = TEN_A_DAY,
    pause: Callable[[float], Awaitable[None]] = at_once,
    **changes: Any,
) -> AsyncIterator[Studio]:
    clock = clock or TurnableClock(NOON)
    async with open_services(
        settings_for(database_url, nanogpt, **changes), clock, bot_rule=rule, pause=pause
    ) as services:
        yield Studio(services=services, nanogpt=nanogpt, clock=clock)
