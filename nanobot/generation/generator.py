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
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from nanobot.clock import Clock
from nanobot.errors import PersonError
from nanobot.generation import diary, events
from nanobot.generation.basket import Basket
from nanobot.generation.books import Books
from nanobot.generation.breaker import Breaker
from nanobot.generation.collect import CollectedPicture, PictureCollector
from nanobot.generation.failures import sentence_of, status_of
from nanobot.generation.gather import GivenPictures, PictureGatherer
from nanobot.generation.orders import image_requests
from nanobot.generation.payment import AnswerNotStored, Call, Cashier, Payment
from nanobot.generation.plan import ModelDefaults, Plan, make_plan
from nanobot.generation.purse import Purse
from nanobot.generation.request import GenerationRequest
from nanobot.generation.surely import surely
from nanobot.generation.turns import Ticket, TurnQueue, Withdrawn
from nanobot.nanogpt.catalogue import Catalogue
from nanobot.nanogpt.errors import NanoGPTError
from nanobot.quotas.policy import QuotaRefusal
from nanobot.store.database import DatabaseUnreachable
from nanobot.store.tables import GenerationStatus

log = logging.getLogger(__name__)

PICTURES_DELAYED = (
    "Your picture is made, but NanoGPT's storage does not hand it out right now. I go on trying for an hour and post it "
    "as soon as I have it; there is no need to ask again."
)
PICTURES_LOST = "NanoGPT made the picture, but it could not be fetched. Nothing was taken from your quota; try again in a minute."


@dataclass(slots=True, eq=False)
class _Job:
    """What the generator knows of one request while it works on it."""

    id: str
    request: GenerationRequest
    plan: Plan
    ticket: Ticket
    started: float
    is_resumed: bool
    payment: Payment | None = None
    paying: asyncio.Task[None] | None = None
    handed_over: bool = False


class Generator:
    """Makes pictures; one for the whole process."""

    def __init__(
        self,
        *,
        cashier: Cashier,
        books: Books,
        turns: TurnQueue,
        gatherer: PictureGatherer,
        collector: PictureCollector,
        breaker: Breaker,
        purse: Purse,
        catalogue: Callable[[], Catalogue],
        defaults: ModelDefaults,
        clock: Clock,
        user_key: bytes,
        response_format: Literal["url", "b64_json"] = "url",
    ) -> None:
        self._cashier = cashier
        self._books = books
        self._turns = turns
        self._gatherer = gatherer
        self._collector = collector
        self._breaker = breaker
        self._purse = purse
        self._catalogue = catalogue
        self._defaults = defaults
        self._clock = clock
        self._user_key = user_key
        self._response_format = response_format
        self._jobs: dict[str, _Job] = {}
        self._orphans: set[asyncio.Task[None]] = set()
        self._given_up: set[str] = set()
        self._is_closed = False

    async def close(self) -> None:
        """Stop. What is under way stays in the books as it is, for recovery after the next start."""
        self._is_closed = True
        payments = [job.paying for job in self._jobs.values() if job.paying is not None]
        for paying in payments:
            paying.cancel()
        if pending := {*payments, *self._orphans}:
            await asyncio.wait(pending)
        await self._cashier.close()

    @property
    def active_ids(self) -> frozenset[str]:
        """The generations that are waiting or in the making, or paid for and not yet handed on."""
        return frozenset(self._jobs)

    async def generate(
        self, request: GenerationRequest, *, resumed_id: str | None = None
    ) -> events.EventStream:
        """Carry out `request`, yielding its events in the order that `nanobot.generation.events` gives.

        Close the generator (`contextlib.aclosing`) if you stop listening early. `resumed_id` names a generation that
        recovery took over as never sent: it goes on with the hold that it has, but for one that failed here and could
        not be written down as such: its person knows, and it ends without an event.
        """
        if resumed_id is not None and resumed_id in self._given_up:
            await self._books.close(resumed_id, GenerationStatus.INTERRUPTED, "it failed before it was sent")
            self._given_up.discard(resumed_id)
            return
        try:
            self._breaker.raise_if_open()
            plan = make_plan(request, catalogue=self._catalogue(), defaults=self._defaults)
            ticket = self._turns.join(request.member.user_id, is_accepted=resumed_id is not None)
        except PersonError as refusal:
            if resumed_id is not None:
                await self._books.close(resumed_id, GenerationStatus.REFUSED, refusal.sentence, in_doubt=0)
            yield events.Refused(sentence=refusal.sentence)
            return
        job = _Job(resumed_id or uuid4().hex, request, plan, ticket, time.monotonic(), resumed_id is not None)
        self._jobs[job.id] = job
        try:
            async with aclosing(self._accept_and_perform(job)) as happenings:
                async for event in happenings:
                    diary.note(job.id, event)
                    yield event
        finally:
            if job.paying is None or job.paying.done():
                self._forget(job)

    def cancel(self, generation_id: str) -> bool:
        """Withdraw a generation that has not been sent yet; tell whether that was still possible."""
        job = self._jobs.get(generation_id)
        if job is None or job.paying is not None:
            return False
        job.ticket.withdraw()
        return True

    async def _accept_and_perform(self, job: _Job) -> events.EventStream:
        try:
            if not job.is_resumed:
                held = await surely(self._books.open(job.id, job.request, job.plan))
                if isinstance(held, QuotaRefusal):
                    yield events.QuotaRefused(refusal=held)
                    return
            yield events.Accepted(
                generation_id=job.id,
                model=job.plan.model_id,
                count=job.plan.count,
                left_out=job.plan.left_out_options,
            )
            async with aclosing(self._perform(job)) as happenings:
                async for event in happenings:
                    yield event
        except (Withdrawn, PersonError, NanoGPTError) as error:
            yield await surely(self._end(job, error))
        except DatabaseUnreachable:
            if job.paying is not None:  # else nothing is held, and whoever waits is told at once
                await self._try_abandon(job)
            raise
        except BaseException:
            await self._try_abandon(job)
            raise

    async def _perform(self, job: _Job) -> events.EventStream:
        async for position in job.ticket.positions():
            yield events.Queued(position=position)
        yield events.Preparing(pictures=len(job.request.pictures))
        given = await self._gather(job)
        job.ticket.raise_if_withdrawn()
        payment = self._payment(job, given)
        if self._is_closed:
            raise asyncio.CancelledError
        # One task that a consumer who walks away does not tear apart.
        job.payment, job.paying = payment, asyncio.create_task(self._cashier.pay(payment))
        yield events.Generating(since=self._clock.now())
        async with aclosing(self._hand_over(job, payment, job.paying)) as happenings:
            async for event in happenings:
                yield event

    async def _hand_over(self, job: _Job, payment: Payment, paying: asyncio.Task[None]) -> events.EventStream:
        basket = Basket(plan=job.plan, payment=payment)
        arriving = self._collector.collect(job.id, payment.arriving(), check=job.request.check_results)
        async with aclosing(arriving) as pictures:
            async for picture in pictures:
                basket.put(picture)
                if isinstance(picture, CollectedPicture):
                    yield events.PictureReady(picture=picture, total=job.plan.count)
        await asyncio.shield(paying)
        if not basket.collected and basket.may_come:
            job.handed_over = True  # to recovery, once the lease has run out
            yield events.Delayed(sentence=PICTURES_DELAYED)
            return
        if not basket.collected:
            await surely(self._close(job, GenerationStatus.FAILED, "no picture could be fetched"))
            yield events.Failed(sentence=basket.not_made_sentence or PICTURES_LOST)
            return
        job.handed_over = True
        yield basket.finished(
            job.id, seconds=time.monotonic() - job.started, is_balance_low=self._purse.is_low
        )

    async def _end(self, job: _Job, error: Withdrawn | PersonError | NanoGPTError) -> events.Event:
        """Release the hold after a foreseen error and say what the person is told."""
        match error:
            case Withdrawn():
                await self._close(job, GenerationStatus.CANCELLED, "withdrawn by the member")
                return events.Cancelled()
            case AnswerNotStored():
                await self._close(job, GenerationStatus.UNKNOWN, "the answer could not be stored")
                return events.Failed(sentence=error.sentence)
            case PersonError():
                await self._close(job, GenerationStatus.REFUSED, error.sentence)
                return events.Failed(sentence=error.sentence)
            case NanoGPTError():
                await self._close(job, status_of(error), str(error))
                return events.Failed(sentence=sentence_of(error, model=job.plan.model_id))

    async def _close(self, job: _Job, status: GenerationStatus, error: str) -> None:
        in_doubt = job.payment.in_doubt if job.payment is not None else 0
        await self._books.close(job.id, status, error, in_doubt=in_doubt)

    async def _try_abandon(self, job: _Job) -> None:
        """Abandon the job; if the books cannot be written now, recovery does it once the lease has run out."""
        abandoning = asyncio.ensure_future(self._abandon(job))
        await surely(asyncio.wait([abandoning]))
        self._note_end(job, abandoning)

    async def _abandon(self, job: _Job) -> None:
        """Nobody listens any more: release what was not sent, let what was sent come to its end by itself."""
        if job.handed_over or self._is_closed:
            return
        if job.paying is None:
            await self._books.close(job.id, GenerationStatus.INTERRUPTED, "ended before it was sent")
        elif job.paying.done():
            await self._end_unheard(job, job.paying)
        else:
            orphan = asyncio.create_task(self._end_unheard(job, job.paying))
            self._orphans.add(orphan)
            orphan.add_done_callback(self._orphans.discard)
            orphan.add_done_callback(lambda done: self._note_end(job, done))

    async def _end_unheard(self, job: _Job, paying: asyncio.Task[None]) -> None:
        """Wait for a payment that nobody else waits for, and write down how it ended."""
        try:
            await asyncio.wait([paying])
            if paying.cancelled():
                return
            match paying.exception():
                case None:
                    log.warning("generation %s: made while nobody listened; recovery delivers it", job.id)
                case (PersonError() | NanoGPTError()) as error:
                    await self._end(job, error)
                case _ if job.payment is not None and job.payment.is_sent:
                    log.error("generation %s: sent, and its outcome is unknown", job.id)
                    await self._close(job, GenerationStatus.UNKNOWN, "it broke down after sending")
                case _:
                    await self._books.close(job.id, GenerationStatus.INTERRUPTED, "ended before it was sent")
        finally:
            self._forget(job)

    def _note_end(self, job: _Job, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._given_up.add(job.id)
            log.error("generation %s: left to recovery, the books cannot be written: %s", job.id, error)

    def _forget(self, job: _Job) -> None:
        """Give the turn to the next; called again by whoever ends later, it changes nothing."""
        self._jobs.pop(job.id, None)
        job.ticket.leave()

    async def _gather(self, job: _Job, *, is_half: bool = False) -> GivenPictures:
        model = job.plan.model
        return await self._gatherer.gather(
            job.request.pictures,
            job.request.mask,
            owner=job.request.member.user_id,
            keep_transparency=model is not None and model.uses_transparency,
            mask_needed_by=model.id if model is not None and model.mask == "required" else None,
            is_half=is_half,
        )

    def _payment(self, job: _Job, given: GivenPictures) -> Payment:
        orders = image_requests(
            job.request,
            job.plan,
            given,
            user=self._pseudonym(job.request.member.user_id),
            response_format=self._response_format,
        )
        return Payment(
            generation_id=job.id,
            model_id=job.plan.model_id,
            calls=tuple(Call(order=order) for order in orders),
            shrink=lambda: self._gather(job, is_half=True),
        )

    def _pseudonym(self, user_id: int) -> str:
        """NanoGPT learns that two pictures are of one member, and nothing that leads to a Discord account."""
        return hmac.new(self._user_key, str(user_id).encode(), hashlib.sha256).hexdigest()[:32]
