"""From a request to its answer in Discord: consumes the generator's events for commands, replies and buttons alike."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, assert_never

import discord

from nanobot.bot.delivery import Delivery, Posted, Undeliverable
from nanobot.bot.destination import Destination
from nanobot.bot.happened import Happened, caption_of_request, caption_of_row, last_word_of, update_of
from nanobot.bot.message_link import link_to_pictures
from nanobot.bot.metrics import observe_outcome
from nanobot.bot.packing import MAX_FILES, Parcel
from nanobot.bot.progress import Progress, Update
from nanobot.bot.replies import generation as words
from nanobot.bot.replies.quotas import remaining_line
from nanobot.bot.services import Services
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.generation import events
from nanobot.generation.collect import CollectedPicture
from nanobot.generation.recovery import Lost, Recovered, Unannounced
from nanobot.generation.request import GenerationRequest
from nanobot.images.errors import PictureError
from nanobot.images.metadata import PictureDetails
from nanobot.store.database import DATABASE_TROUBLE
from nanobot.store.tables import Generation, GenerationStatus

log = logging.getLogger(__name__)


class Surface(Protocol):
    """Where a person sees what becomes of their request."""

    @property
    def destination(self) -> Destination: ...

    async def show(self, update: Update) -> None:
        """Replace the progress that is shown."""
        ...

    async def conclude(self, text: str, *, ended_id: str = "") -> None:
        """Say the last word where there is no picture, once even if another process says it of `ended_id` again."""
        ...

    async def celebrate(
        self, posted: Posted, remaining: str | None, cheaper: events.CheaperSize | None
    ) -> None:
        """Clear the progress away once the picture is posted; `remaining` tells what is left of the quota."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """Paid pictures on their way to a person."""

    generation_id: str
    caption: words.Caption
    pictures: Sequence[CollectedPicture]
    cost: Decimal | None
    in_doubt: int | None = None


class Conversation:
    """Carries requests through to their answers; one for the whole bot."""

    def __init__(
        self, services: Services, delivery: Delivery, buttons: Callable[[str], discord.ui.View]
    ) -> None:
        self._services = services
        self._delivery = delivery
        self._buttons = buttons
        self._answering = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._at_work: set[str] = set()

    @property
    def at_work(self) -> frozenset[str]:
        """The generations whose answers are on their way: recovery leaves them alone."""
        return frozenset(self._at_work)

    @asynccontextmanager
    async def underway(self) -> AsyncIterator[None]:
        """Count the work inside as something that `idle` waits for."""
        self._answering += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._answering -= 1
            if not self._answering:
                self._idle.set()

    async def idle(self) -> None:
        """Wait until no answer is on its way to anybody."""
        await self._idle.wait()

    async def answer(
        self, request: GenerationRequest, surface: Surface, *, resumed_id: str | None = None
    ) -> None:
        """Make the pictures and post them, or say why not; `resumed_id` as in `Generator.generate`."""
        async with self.underway():
            happened = Happened(generation_id=resumed_id or "")
            try:
                await self._converse(request, surface, happened, resumed_id)
            finally:
                self._at_work.discard(happened.generation_id)

    async def _converse(
        self, request: GenerationRequest, surface: Surface, happened: Happened, resumed_id: str | None
    ) -> None:
        async with (
            Progress(surface.show) as progress,
            aclosing(self._services.generator.generate(request, resumed_id=resumed_id)) as happenings,
        ):
            last_word = await self._follow(happenings, progress, happened)
        if last_word is not None:
            await surface.conclude(last_word, ended_id=happened.generation_id)
        elif happened.finished is not None:
            await self._hand_over(request, happened, happened.finished, surface)
        await self._note_told(happened.generation_id)

    async def deliver_recovered(
        self, recovery: Lost | Unannounced | Recovered, destination: Destination
    ) -> None:
        """Bring what a crash left behind to the person who asked for it."""
        match recovery:
            case Lost(generation=generation, sentence=sentence):
                await self._delivery.tell(sentence, destination, ended_id=generation.id)
                await self._note_told(generation.id)
            case Unannounced(generation=generation):
                late = words.recovered(link_to_pictures(generation))
                message_id = generation.posted_message_id or 0
                await self._delivery.try_point_to(message_id, late, destination)
                await self._delivery.try_clear_progress(destination)
                await self._note_told(generation.id)
            case Recovered(generation=generation, pictures=pictures, cost=cost):
                made = _Made(
                    generation_id=generation.id,
                    caption=caption_of_row(generation, pictures, cost),
                    pictures=pictures[:MAX_FILES],
                    cost=cost,
                )
                await self._hand_over_late(made, generation, destination)
            case _:
                assert_never(recovery)

    async def adopt(self, generation: Generation, destination: Destination, *, in_part: bool = False) -> bool:
        """Settle a `made` generation that an earlier attempt posted, as `nanobot.generation.recovery.Adopt` has it."""
        try:
            posted = await self._delivery.find(generation.id, destination)
        except DISCORD_TROUBLE as error:
            log.warning("generation %s: not looked for yet: %s", generation.id, error)
            return True
        if posted is None or (_lost(generation, posted) and not in_part):
            return False
        await self._settle(generation.id, posted, cost=generation.cost)
        await self._point_to(generation, posted, destination)
        await self._note_told(generation.id)
        return True

    async def _hand_over_late(self, made: _Made, generation: Generation, destination: Destination) -> None:
        posted = await self._post(made, destination)
        if not isinstance(posted, Posted):
            await self._delivery.tell(posted, destination)
        else:
            await self._point_to(generation, posted, destination)
        await self._note_told(made.generation_id)

    async def _point_to(self, generation: Generation, posted: Posted, destination: Destination) -> None:
        """Tell where the pictures are, and if the caption does not tell that some are lost, that too."""
        if posted.is_continued and (lost := _lost(generation, posted)):
            sentence = words.in_part(posted.jump_url, posted.images, lost)
            await self._delivery.tell(sentence, destination, ended_id=generation.id, beside=posted.message_id)
        else:
            late = words.recovered(posted.jump_url)
            await self._delivery.try_point_to(posted.message_id, late, destination)

    async def _follow(
        self, happenings: events.EventStream, progress: Progress, happened: Happened
    ) -> str | None:
        """Show progress; return the last word if it ended without a picture."""
        last_word = None
        async for event in happenings:
            observe_outcome(event)
            happened.note(event)
            self._at_work.add(happened.generation_id)
            update = update_of(event, happened)
            if update is not None:
                progress.show(update)
            last_word = last_word_of(event)
        return last_word

    async def _hand_over(
        self, request: GenerationRequest, happened: Happened, finished: events.Finished, surface: Surface
    ) -> None:
        made = _Made(
            generation_id=finished.generation_id,
            caption=caption_of_request(request, happened, finished),
            pictures=happened.in_order[:MAX_FILES],
            cost=finished.cost,
            in_doubt=finished.in_doubt,
        )
        posted = await self._post(made, surface.destination)
        if not isinstance(posted, Posted):
            await surface.conclude(posted)
        elif lost := len(made.pictures) - posted.images:
            await surface.conclude(words.in_part(posted.jump_url, posted.images, lost))
        else:
            await surface.celebrate(posted, await self._try_remaining(request), finished.cheaper)

    async def _post(self, made: _Made, destination: Destination) -> Posted | str:
        """Post and settle, or return the sentence that says why it did not work.

        Where Discord is in trouble the generation stays `made`, and recovery tries again.
        """
        books = self._services.books
        try:
            posted = await self._delivery.post(
                self._parcel(made),
                destination,
                before_follow_up=lambda: books.posting(made.generation_id, channel_id=destination.channel_id),
            )
        except Undeliverable:
            log.error("generation %s: made for %s but undeliverable", made.generation_id, made.cost)
            await self._close(made, "undeliverable")
            return words.UNDELIVERABLE
        except PictureError as error:
            log.error("generation %s: made for %s but unfit: %s", made.generation_id, made.cost, error)
            await self._close(made, "unfit for Discord")
            return words.UNFIT
        except (*DISCORD_TROUBLE, *DATABASE_TROUBLE) as error:
            log.warning("generation %s: not posted yet: %s", made.generation_id, error)
            return words.POSTPONED
        await self._settle(made.generation_id, posted, cost=made.cost, in_doubt=made.in_doubt)
        return posted

    async def _close(self, made: _Made, error: str) -> None:
        await self._services.books.close(
            made.generation_id, GenerationStatus.FAILED, error, cost=made.cost, in_doubt=made.in_doubt
        )

    async def _settle(
        self,
        generation_id: str,
        posted: Posted,
        *,
        cost: Decimal | None,
        in_doubt: int | None = None,
    ) -> None:
        """Settle what is posted. Where the database is away, recovery finds it in its place, and settles."""
        try:
            await self._services.books.posted(
                generation_id,
                images=posted.images,
                cost=cost,
                channel_id=posted.channel_id,
                message_id=posted.message_id,
                is_told=False,
                in_doubt=in_doubt,
            )
        except DATABASE_TROUBLE as error:
            log.error("generation %s: posted, and not settled yet: %s", generation_id, error)

    async def _note_told(self, generation_id: str) -> None:
        """Note that the person knows how it ended, or leave it to recovery to say so once more."""
        if not generation_id:
            return
        try:
            await self._services.books.told(generation_id)
        except DATABASE_TROUBLE as error:
            log.warning("generation %s: told, and not noted yet: %s", generation_id, error)

    def _parcel(self, made: _Made) -> Parcel:
        return Parcel(
            generation_id=made.generation_id,
            content=words.caption(made.caption),
            prompt=made.caption.prompt,
            pictures=made.pictures,
            view=self._buttons(made.generation_id),
            details=self._details(made.caption),
        )

    def _details(self, facts: words.Caption) -> PictureDetails | None:
        """Return what the files tell of their making. Of several pictures only the first may be of the seed that was given."""
        if not self._services.settings.embed_metadata:
            return None
        return PictureDetails(
            prompt=facts.prompt, model=facts.model, seed=facts.seed if facts.planned == 1 else None
        )

    async def _try_remaining(self, request: GenerationRequest) -> str | None:
        """Return what is left of the quota, or nothing: the picture is posted and no error may follow it."""
        try:
            async with self._services.database.read() as session:
                return remaining_line(await self._services.desk.standing(session, request.member))
        except DATABASE_TROUBLE as error:
            log.warning("what is left of a quota cannot be told: %s", error)
            return None


def _lost(generation: Generation, posted: Posted) -> int:
    """Return how many of the pictures that a message can hold were made and are not posted."""
    return max(0, min(generation.images_made, MAX_FILES) - posted.images)
