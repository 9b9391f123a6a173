"""`Generator.generate`: from a request to its pictures, as a stream of events.

Whatever happens (an error, a cancelled task, a consumer that walks away), the hold is released, save for a generation
whose pictures are made: its consumer posts them and settles it with `Books.posted`. If nobody listens any more, the
answer is stored all the same and recovery delivers it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import uuid4

from nanobot.clock import Clock
from nanobot.errors import PersonError
from nanobot.generation import diary, events
from nanobot.generation.books import Books, to_stored
from nanobot.generation.collect import PictureCollector
from nanobot.generation.failures import is_operators_concern, sentence_of, status_of
from nanobot.generation.gather import GivenPictures, PictureGatherer
from nanobot.generation.plan import ModelDefaults, check_request, choose_model
from nanobot.generation.request import GenerationRequest
from nanobot.generation.turns import Ticket, TurnQueue, Withdrawn
from nanobot.nanogpt.client import NanoGPTClient
from nanobot.nanogpt.errors import NanoGPTError
from nanobot.nanogpt.shapes import ImageAnswer, ImageRequest
from nanobot.quotas.policy import QuotaRefusal
from nanobot.store.tables import GenerationStatus

log = logging.getLogger(__name__)

_T = TypeVar("_T")

PICTURES_LOST = "NanoGPT made the picture, but it could not be fetched. Nothing was taken from your quota; try again in a minute."


@dataclass(slots=True, eq=False)
class _Job:
    """What the generator knows of one request while it works on it."""

    id: str
    request: GenerationRequest
    model: str
    ticket: Ticket
    started: float
    payment: asyncio.Task[ImageAnswer] | None = None
    is_sent: bool = False
    handed_over: bool = False


class Generator:
    """Makes pictures; one for the whole process."""

    def __init__(
        self,
        *,
        client: NanoGPTClient,
        books: Books,
        turns: TurnQueue,
        gatherer: PictureGatherer,
        collector: PictureCollector,
        defaults: ModelDefaults,
        clock: Clock,
        user_key: bytes,
    ) -> None:
        self._client = client
        self._books = books
        self._turns = turns
        self._gatherer = gatherer
        self._collector = collector
        self._defaults = defaults
        self._clock = clock
        self._user_key = user_key
        self._jobs: dict[str, _Job] = {}
        self._orphans: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def close(self) -> None:
        """Stop. What is under way stays in the books as it is, for recovery after the next start."""
        self._is_closed = True
        payments = [job.payment for job in self._jobs.values() if job.payment is not None]
        for payment in payments:
            payment.cancel()
        if pending := {*payments, *self._orphans}:
            await asyncio.wait(pending)

    @property
    def active_ids(self) -> frozenset[str]:
        """The generations that are waiting or in the making, or paid for and not yet handed on."""
        return frozenset(self._jobs)

    async def generate(self, request: GenerationRequest) -> events.EventStream:
        """Carry out `request`, yielding its events in the order that `nanobot.generation.events` gives.

        Close the generator (`contextlib.aclosing`) if you stop listening early.
        """
        try:
            model = choose_model(request, self._defaults)
            check_request(request, model)
            ticket = self._turns.join(request.member.user_id)
        except PersonError as refusal:
            yield events.Refused(sentence=refusal.sentence)
            return
        job = _Job(uuid4().hex, request, model, ticket, time.monotonic())
        self._jobs[job.id] = job
        try:
            async with aclosing(self._accept_and_perform(job)) as happenings:
                async for event in happenings:
                    diary.note(job.id, event)
                    yield event
        finally:
            if job.payment is None or job.payment.done():
                self._forget(job)

    def cancel(self, generation_id: str) -> bool:
        """Withdraw a generation that has not been sent yet; tell whether that was still possible."""
        job = self._jobs.get(generation_id)
        if job is None or job.payment is not None:
            return False
        job.ticket.withdraw()
        return True

    async def _accept_and_perform(self, job: _Job) -> events.EventStream:
        try:
            held = await _surely(self._books.open(job.id, job.request, job.model))
            if isinstance(held, QuotaRefusal):
                yield events.QuotaRefused(refusal=held)
                return
            yield events.Accepted(generation_id=job.id, model=job.model, count=job.request.count)
            async with aclosing(self._perform(job)) as happenings:
                async for event in happenings:
                    yield event
        except (Withdrawn, PersonError, NanoGPTError) as error:
            yield await _surely(self._end(job, error))
        except BaseException:
            await self._try_abandon(job)
            raise

    async def _perform(self, job: _Job) -> events.EventStream:
        async for position in job.ticket.positions():
            yield events.Queued(position=position)
        yield events.Preparing(pictures=len(job.request.pictures))
        given = await self._gatherer.gather(job.request.pictures, job.request.mask)
        job.ticket.raise_if_withdrawn()
        order = self._image_request(job.request, job.model, given)
        if self._is_closed:
            raise asyncio.CancelledError
        job.payment = asyncio.create_task(self._pay(job, order))
        yield events.Generating(since=self._clock.now())
        answer = await asyncio.shield(job.payment)
        async with aclosing(self._hand_over(job, answer)) as happenings:
            async for event in happenings:
                yield event

    async def _pay(self, job: _Job, order: ImageRequest) -> ImageAnswer:
        """Call the paid route and store its answer: one task that a consumer who walks away does not tear apart."""
        answer = await self._client.generate(order, on_sending=lambda: self._note_sending(job))
        # More than was asked for cannot be settled: only so many are held.
        answer = replace(answer, pictures=answer.pictures[: order.n])
        await _surely(self._books.made(job.id, answer))
        return answer

    async def _note_sending(self, job: _Job) -> None:
        await self._books.sending(job.id)
        job.is_sent = True

    async def _hand_over(self, job: _Job, answer: ImageAnswer) -> events.EventStream:
        stored = [to_stored(picture) for picture in answer.pictures]
        collected = 0
        async with aclosing(self._collector.collect(job.id, stored)) as pictures:
            async for picture in pictures:
                collected += 1
                yield events.PictureReady(picture=picture, total=len(stored))
        if not collected:
            await _surely(self._books.close(job.id, GenerationStatus.FAILED, "no picture could be fetched"))
            yield events.Failed(sentence=PICTURES_LOST)
            return
        job.handed_over = True
        yield events.Finished(
            generation_id=job.id,
            model=job.model,
            cost=answer.cost,
            payment_source=answer.payment_source,
            seconds=time.monotonic() - job.started,
            pictures=collected,
            lost=len(stored) - collected,
        )

    async def _end(self, job: _Job, error: Withdrawn | PersonError | NanoGPTError) -> events.Event:
        """Release the hold after a foreseen error and say what the person is told."""
        match error:
            case Withdrawn():
                await self._books.close(job.id, GenerationStatus.CANCELLED, "withdrawn by the member")
                return events.Cancelled()
            case PersonError():
                await self._books.close(job.id, GenerationStatus.REFUSED, error.sentence)
                return events.Failed(sentence=error.sentence)
            case NanoGPTError():
                if is_operators_concern(error):
                    log.error("generation %s: %s: %s", job.id, type(error).__name__, error)
                else:  # the vendor's words about a prompt may quote it
                    log.info("generation %s: %s: %s", job.id, type(error).__name__, error.headline)
                await self._books.close(job.id, status_of(error), str(error))
                return events.Failed(sentence=sentence_of(error, model=job.model))

    async def _try_abandon(self, job: _Job) -> None:
        """Abandon the job; if the books cannot be written now, recovery does it once the lease has run out."""
        abandoning = asyncio.ensure_future(self._abandon(job))
        await _surely(asyncio.wait([abandoning]))
        self._note_end(job, abandoning)

    async def _abandon(self, job: _Job) -> None:
        """Nobody listens any more: release what was not sent, let what was sent come to its end by itself."""
        if job.handed_over or self._is_closed:
            return
        if job.payment is None:
            await self._books.close(job.id, GenerationStatus.INTERRUPTED, "ended before it was sent")
        elif job.payment.done():
            await self._end_unheard(job, job.payment)
        else:
            orphan = asyncio.create_task(self._end_unheard(job, job.payment))
            self._orphans.add(orphan)
            orphan.add_done_callback(self._orphans.discard)
            orphan.add_done_callback(lambda done: self._note_end(job, done))

    async def _end_unheard(self, job: _Job, payment: asyncio.Task[ImageAnswer]) -> None:
        """Wait for a payment that nobody else waits for, and write down how it ended."""
        try:
            await asyncio.wait([payment])
            if payment.cancelled():
                return
            match payment.exception():
                case None:
                    log.warning("generation %s: made while nobody listened; recovery delivers it", job.id)
                case (PersonError() | NanoGPTError()) as error:
                    await self._end(job, error)
                case _ if job.is_sent:
                    log.error("generation %s: paid, and its answer could not be stored", job.id)
                    await self._books.close(
                        job.id, GenerationStatus.UNKNOWN, "the answer could not be stored"
                    )
                case _:
                    await self._books.close(job.id, GenerationStatus.INTERRUPTED, "ended before it was sent")
        finally:
            self._forget(job)

    def _note_end(self, job: _Job, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("generation %s: left to recovery, the books cannot be written: %s", job.id, error)

    def _forget(self, job: _Job) -> None:
        """Give the turn to the next; called again by whoever ends later, it changes nothing."""
        self._jobs.pop(job.id, None)
        job.ticket.leave()

    def _image_request(self, request: GenerationRequest, model: str, given: GivenPictures) -> ImageRequest:
        return ImageRequest(
            prompt=request.prompt,
            model=model,
            n=request.count,
            size=request.size,
            user=self._pseudonym(request.member.user_id),
            image_data_urls=given.data_urls,
            mask_data_url=given.mask_data_url,
            strength=request.strength,
            guidance_scale=request.guidance_scale,
            num_inference_steps=request.steps,
            seed=request.seed,
            negative_prompt=request.negative_prompt,
        )

    def _pseudonym(self, user_id: int) -> str:
        """NanoGPT learns that two pictures are of one member, and nothing that leads to a Discord account."""
        return hmac.new(self._user_key, str(user_id).encode(), hashlib.sha256).hexdigest()[:32]


async def _surely(work: Coroutine[Any, Any, _T]) -> _T:
    """Run `work` to its end, however often the caller is cancelled meanwhile; that is raised afterwards."""
    task = asyncio.ensure_future(work)
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        raise cancellation
    return task.result()
