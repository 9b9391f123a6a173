"""What a crash left behind: made pictures are delivered, what was never sent goes on, and everybody is told the rest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final, Protocol, TypeAlias

from nanobot.generation.books import RENEW_SECONDS, Books
from nanobot.generation.collect import CollectedPicture, MissingPicture, PictureCollector
from nanobot.store.database import DATABASE_TROUBLE
from nanobot.store.leases import Silent
from nanobot.store.tables import Generation, GenerationStatus

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 5.0
"""How often to look for what is left: together with the longest that a lease lasts, within a minute of a death."""

AT_ONCE: Final = 4
"""Each may hold some pictures in memory, and needs a connection to the database now and then."""

NEVER_SENT = (
    "The bot was restarted before your request was sent. Nothing was taken from your quota; please ask again."
)
OUTCOME_UNKNOWN = (
    "The bot was restarted while NanoGPT was working on your request, and the picture is lost. "
    "Nothing was taken from your quota; please ask again."
)
PICTURES_GONE = (
    "Your picture was made, but the bot was restarted and it can no longer be fetched. "
    "Nothing was taken from your quota; please ask again."
)
WITHDRAWN = "Cancelled. Nothing was taken from your quota."
NOT_MADE = (
    "No picture came of your request, and the bot was restarted before it could say why. "
    "Nothing was taken from your quota; you can ask again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Paid and at hand: to be posted now, then settled with `Books.posted`. `cost` in US dollars is of all that was paid."""

    generation: Generation
    pictures: tuple[CollectedPicture, ...]
    cost: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """Held and never sent, and somebody waits: to go on with `Generator.generate`."""

    generation: Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class Unannounced:
    """Posted and settled; the person may not know where."""

    generation: Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Released; `sentence` is what the person is told, and then `Books.told`."""

    generation: Generation
    sentence: str


Recovery: TypeAlias = Recovered | Unsent | Unannounced | Lost


class Adopt(Protocol):
    """Settles a `made` one that was posted before the crash, `in_part` also one of which only some pictures were.

    It tells whether there is no more to do now.
    """

    async def __call__(self, generation: Generation, *, in_part: bool = False) -> bool: ...


class Recoverer:
    """Takes over what silent processes left, a few generations side by side, so that a slow one holds up few.

    Args:
        deliver: brings one to its person; its lease is kept meanwhile.
        adopt: looks for what was posted before the crash, and settles it.
        at_work: names the generations that this process is at work on otherwise.
        silent: as in `Books.take_over`.
        start: runs the work on one, and sees to its errors.
        pause: waits between two signs of life.
    """

    def __init__(
        self,
        books: Books,
        collector: PictureCollector,
        deliver: Callable[[Recovery], Awaitable[None]],
        *,
        adopt: Adopt,
        at_work: Callable[[], Collection[str]],
        silent: Silent | None = None,
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]] = asyncio.create_task,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._books = books
        self._collector = collector
        self._deliver = deliver
        self._adopt = adopt
        self._at_work = at_work
        self._silent = silent
        self._start = start
        self._pause = pause
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def take_up(self, *, even_if_leased: bool = False) -> None:
        """Begin with all that nobody is at work on, each once, as soon as there is a place; `even_if_leased` as in `Books.take_over`."""
        seen: set[str] = set()
        while True:
            while len(self._under_way) >= AT_ONCE:
                await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
            taken = await self._books.take_over(
                limit=1,
                at_work=lambda: {*self._at_work(), *self._under_way, *seen},
                silent=self._silent,
                even_if_leased=even_if_leased,
            )
            if not taken:
                return
            (generation,) = taken
            seen.add(generation.id)
            log.warning("generation %s: taken over as %s", generation.id, generation.status)
            task = self._under_way[generation.id] = self._start(self._recover(generation))
            task.add_done_callback(partial(self._forget, generation.id))

    async def idle(self) -> None:
        """Wait until all that was begun is done.

        Raises:
            Exception: whatever went wrong with one of them.
        """
        await asyncio.gather(*self._under_way.values())

    def _forget(self, generation_id: str, _: asyncio.Task[None]) -> None:
        del self._under_way[generation_id]

    async def _recover(self, generation: Generation) -> None:
        async with _leased(self._books, generation.id, self._pause):
            # Before its pictures are fetched: these may be gone by now from NanoGPT, and are not needed.
            if generation.status is GenerationStatus.MADE and await self._adopt(generation):
                return
            recovery = await _recover_one(self._books, self._collector, self._adopt, generation)
            if recovery is not None:
                await self._deliver(recovery)


async def _recover_one(
    books: Books, collector: PictureCollector, adopt: Adopt, generation: Generation
) -> Recovery | None:
    """Say what is to be done; nothing where it is done, or the pictures are to be fetched in a later round."""
    match generation.status:
        case GenerationStatus.MADE:
            return await _fetch(books, collector, adopt, generation)
        case GenerationStatus.RUNNING:
            log.error("generation %s: sent before the restart; its cost is unknown", generation.id)
            await books.close(
                generation.id, GenerationStatus.UNKNOWN, "the process ended while NanoGPT was working"
            )
            return Lost(generation=generation, sentence=OUTCOME_UNKNOWN)
        case GenerationStatus.HELD if books.is_awaited(generation) and _is_complete(generation):
            return Unsent(generation=generation)
        case GenerationStatus.HELD:
            await books.close(generation.id, GenerationStatus.INTERRUPTED, "the process ended before sending")
            return Lost(generation=generation, sentence=NEVER_SENT)
        case GenerationStatus.POSTED:
            return Unannounced(generation=generation)
        case ended:
            return Lost(generation=generation, sentence=_end_of(ended))


def _is_complete(generation: Generation) -> bool:
    """Tell whether every picture that was given can be read again."""
    asked = generation.request
    references = [*asked.get("picture_references", ())]
    if asked.get("mask"):
        references.append(asked.get("mask_reference"))
    return len(references) == len(asked.get("pictures", ())) + ("mask" in asked) and all(references)


def _end_of(status: GenerationStatus) -> str:
    """Return what is said of an end that the person was not told of; the row's own words are the operator's."""
    match status:
        case GenerationStatus.CANCELLED:
            return WITHDRAWN
        case GenerationStatus.INTERRUPTED:
            return NEVER_SENT
        case GenerationStatus.UNKNOWN:
            return OUTCOME_UNKNOWN
        case _:
            return NOT_MADE


async def _fetch(
    books: Books, collector: PictureCollector, adopt: Adopt, generation: Generation
) -> Recovery | None:
    if generation.images_made < generation.images_wanted:
        log.error(
            "generation %s: %d of %d pictures are there; what the rest cost is unknown",
            generation.id,
            generation.images_made,
            generation.images_wanted,
        )
    stored = await books.stored_pictures(generation.id)
    check = generation.request.get("check_results") is True
    found = await collector.collect_all(generation.id, stored, check=check)
    pictures = tuple(picture for picture in found if isinstance(picture, CollectedPicture))
    is_worth_a_wait = any(isinstance(picture, MissingPicture) and picture.may_come for picture in found)
    if not pictures and is_worth_a_wait and books.may_still_be_fetched(generation):
        return None
    if pictures:
        return Recovered(generation=generation, pictures=pictures, cost=_cost(generation, pictures))
    if await adopt(generation, in_part=True):
        return None
    await books.close(generation.id, GenerationStatus.FAILED, "no picture could be fetched after a restart")
    return Lost(generation=generation, sentence=PICTURES_GONE)


def _cost(generation: Generation, pictures: Sequence[CollectedPicture]) -> Decimal | None:
    costs = [generation.cost, *(picture.check_cost for picture in pictures)]
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if known else None


@asynccontextmanager
async def _leased(
    books: Books, generation_id: str, pause: Callable[[float], Awaitable[None]]
) -> AsyncIterator[None]:
    """Keep the lease: a download that is tried again, or a task at NanoGPT, takes longer than one lasts."""
    renewing = asyncio.create_task(_renew(books, generation_id, pause))
    try:
        yield
    finally:
        renewing.cancel()


async def _renew(books: Books, generation_id: str, pause: Callable[[float], Awaitable[None]]) -> None:
    while True:
        await pause(RENEW_SECONDS)
        try:
            await books.renew_leases([generation_id])
        except DATABASE_TROUBLE as error:
            log.warning("generation %s: its lease is not renewed: %s", generation_id, error)
