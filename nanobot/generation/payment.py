"""Making the paid calls of a generation side by side, and storing each answer before anything else is done with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, TypeAlias

from nanobot.errors import PersonError
from nanobot.generation.books import Books
from nanobot.generation.breaker import Breaker
from nanobot.generation.catalogue_keeper import CatalogueKeeper
from nanobot.generation.failures import is_operators_concern, sentence_of
from nanobot.generation.gather import GivenPictures
from nanobot.generation.orders import with_pictures
from nanobot.generation.purse import Purse
from nanobot.generation.record import to_stored
from nanobot.generation.surely import surely
from nanobot.nanogpt.client import NanoGPTClient
from nanobot.nanogpt.errors import (
    ModelUnavailable,
    NanoGPTError,
    NotCharged,
    OutcomeUnknown,
    PayloadTooLarge,
)
from nanobot.nanogpt.shapes import ImageAnswer, ImageRequest
from nanobot.store.database import DATABASE_TROUBLE
from nanobot.store.pictures import NewPicture

log = logging.getLogger(__name__)

# Waits between attempts to store a paid answer: a database that is gone for a minute is back within these 90 seconds.
_STORE_PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0)
# What a message holds: https://docs.discord.com/developers/resources/message#create-message
_MOST_PICTURES: Final = 10


class AnswerNotStored(PersonError):
    """NanoGPT made the pictures and was paid, and the database cannot take them."""

    def __init__(self) -> None:
        super().__init__(
            "NanoGPT made the picture, but the bot's database could not keep it. Nothing was taken from your quota; "
            "try again in a few minutes."
        )


CallFailure: TypeAlias = NanoGPTError | PersonError


@dataclass(slots=True, eq=False, kw_only=True)
class Call:
    """One paid call; from its sending to its answer, or to a refusal, it `is_in_doubt` whether it is charged."""

    order: ImageRequest
    is_in_doubt: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Payment:
    """The paid calls of one generation and what has come of them: `cost` in US dollars, `made` pictures are stored.

    The cost is that of all but `unpriced` ones, whose answers did not tell it. Of pictures `in_doubt` nobody knows what
    was paid: their call may have been charged and brought nothing. `shrink` reads the given pictures once more, into
    smaller ones.
    """

    generation_id: str
    model_id: str
    calls: tuple[Call, ...]
    shrink: Callable[[], Awaitable[GivenPictures]]
    is_sent: bool = False
    made: int = 0
    unpriced: int = 0
    cost: Decimal | None = None
    payment_source: str | None = None
    failures: list[CallFailure] = field(default_factory=list)
    _stored: asyncio.Queue[NewPicture | None] = field(default_factory=asyncio.Queue)

    @property
    def failure(self) -> CallFailure | None:
        """The failure that says most: one whose outcome is unknown before those that surely cost nothing."""
        doubtful = (each for each in self.failures if isinstance(each, OutcomeUnknown | AnswerNotStored))
        return next(doubtful, self.failures[0] if self.failures else None)

    @property
    def failure_sentence(self) -> str | None:
        """What the person is told of the first call that failed."""
        match self.failures[:1]:
            case [NanoGPTError() as error]:
                return sentence_of(error, model=self.model_id)
            case [PersonError(sentence=sentence)]:
                return sentence
            case _:
                return None

    @property
    def in_doubt(self) -> int:
        return sum(call.order.n for call in self.calls if call.is_in_doubt)

    async def arriving(self) -> AsyncGenerator[NewPicture, None]:
        """Yield each picture once it is stored, and end with the last call."""
        while (picture := await self._stored.get()) is not None:
            yield picture

    def note_stored(self, answer: ImageAnswer) -> None:
        """Count an answer that is in the books."""
        self.made += len(answer.pictures)
        if answer.cost is None:
            self.unpriced += len(answer.pictures)
        else:
            self.cost = (self.cost or Decimal(0)) + answer.cost
        self.payment_source = self.payment_source or answer.payment_source
        for picture in to_stored(answer):
            self._stored.put_nowait(picture)

    def end(self) -> None:
        """Note that nothing more will arrive."""
        self._stored.put_nowait(None)


class Cashier:
    """Pays; one for the process."""

    def __init__(
        self,
        *,
        client: NanoGPTClient,
        books: Books,
        breaker: Breaker,
        purse: Purse,
        keeper: CatalogueKeeper,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._books = books
        self._breaker = breaker
        self._purse = purse
        self._keeper = keeper
        self._pause = pause
        self._refreshing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop reading the catalogue, if it is being read."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.wait([self._refreshing])

    async def pay(self, payment: Payment) -> None:
        """Make all calls and wait for the last. Those that fail are in `payment.failures`.

        Raises:
            NanoGPTError | PersonError: all of them failed; it is `payment.failure`.
        """
        calls = [self._pay_one(payment, call) for call in payment.calls]
        try:
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
        finally:
            payment.end()
        for outcome in outcomes:
            if isinstance(outcome, NanoGPTError | PersonError):
                payment.failures.append(outcome)
            elif outcome is not None and not payment.made:
                raise outcome
            elif outcome is not None:
                log.error("generation %s: a call broke down", payment.generation_id, exc_info=outcome)
        if not payment.made and payment.failure is not None:
            raise payment.failure

    async def _pay_one(self, payment: Payment, call: Call) -> None:
        order = call.order
        try:
            answer = await self._send(payment, call, order)
        except PayloadTooLarge:
            if not order.image_data_urls:
                raise
            # By its own word NanoGPT did not look at it, so this cannot be paid twice.
            answer = await self._send(payment, call, with_pictures(order, await payment.shrink()))
        most = max(order.n, _MOST_PICTURES // len(payment.calls))
        await surely(self._store(payment, call, replace(answer, pictures=answer.pictures[:most])))

    async def _send(self, payment: Payment, call: Call, order: ImageRequest) -> ImageAnswer:
        try:
            answer = await self._client.generate(order, on_sending=lambda: self._note_sending(payment, call))
        except NanoGPTError as error:
            if isinstance(error, NotCharged):
                call.is_in_doubt = False
            self._learn_from(payment.generation_id, error)
            raise
        self._breaker.note_success()
        self._purse.note(answer.remaining_balance)
        return answer

    async def _note_sending(self, payment: Payment, call: Call) -> None:
        self._breaker.raise_if_open()
        await self._books.sending(payment.generation_id)
        payment.is_sent = call.is_in_doubt = True

    async def _store(self, payment: Payment, call: Call, answer: ImageAnswer) -> None:
        """Store what is paid, again and again for a while; an answer that was stored already is known by its id."""
        for seconds in (*_STORE_PAUSES, None):
            try:
                await self._books.made(payment.generation_id, answer)
            except DATABASE_TROUBLE as error:
                if seconds is None:
                    log.error(
                        "generation %s: paid, and its answer could not be stored", payment.generation_id
                    )
                    raise AnswerNotStored from error
                log.warning("generation %s: its answer is not stored yet: %s", payment.generation_id, error)
                await self._pause(seconds)
            else:
                call.is_in_doubt = False
                payment.note_stored(answer)
                return

    def _learn_from(self, generation_id: str, error: NanoGPTError) -> None:
        self._breaker.note(error)
        if isinstance(error, ModelUnavailable) and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh_catalogue())
        if is_operators_concern(error):
            log.error("generation %s: %s: %s", generation_id, type(error).__name__, error)
        else:  # the vendor's words about a prompt may quote it
            log.info("generation %s: %s: %s", generation_id, type(error).__name__, error.headline)

    async def _refresh_catalogue(self) -> None:
        """Read anew what there is, since NanoGPT does not know a model that was thought to be there."""
        try:
            await self._keeper.refresh()
        except DATABASE_TROUBLE as error:
            log.warning("the catalogue could not be shared: %s", error)
