"""Every database transaction in the life of a generation, each short and none held open while NanoGPT works.

A paid call is only ever made between `open` and `posted` or `close`, so the ledger always holds what may be spent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from nanobot.clock import Clock
from nanobot.errors import PersonError
from nanobot.generation.estimate import estimated_usd
from nanobot.generation.plan import Plan
from nanobot.generation.record import describe, ticket_of, to_stored
from nanobot.generation.request import GenerationRequest
from nanobot.nanogpt.shapes import ImageAnswer
from nanobot.quotas.desk import Hold, QuotaDesk
from nanobot.quotas.policy import QuotaRefusal
from nanobot.store import generations, leases, pictures
from nanobot.store.database import DATABASE_TROUBLE, Database
from nanobot.store.generations import Ended
from nanobot.store.leases import Lease, Silent
from nanobot.store.pictures import NewPicture
from nanobot.store.tables import Generation, GenerationStatus
from nanobot.store.tables import Picture as StoredPicture

log = logging.getLogger(__name__)

LEASE_SECONDS = 50
RENEW_SECONDS = 4
"""How long to wait from one renewal of the leases, or attempt at one, to the next."""
SIGN_SECONDS = 6
"""How long an attempt may take. What these numbers have to do with an absent database: `nanobot.generation.vigil`."""
# Of ten connections to PostgreSQL: holds wait for each other's locks, and whoever has paid must not wait behind them.
_HOLDS_AT_ONCE: Final = 4
_NEVER_SENT: Final = frozenset({GenerationStatus.CANCELLED, GenerationStatus.INTERRUPTED})
# https://docs.nano-gpt.com/api-reference/image-generation#downloading-the-image: signed links live about an hour
LINKS_LAST = timedelta(hours=1)
PATIENCE = timedelta(minutes=15)
"""How long somebody who sent a message waits for its answer: as long as a command can be answered."""


class TakenOver(PersonError):
    """Another process took the generation over, since this one gave no sign of life for too long; it answers now."""

    def __init__(self) -> None:
        super().__init__(
            "The bot lost touch with its database for a while. Another of its processes goes on with your request "
            "and answers in a moment; there is no need to ask again."
        )


class Books:
    """Writes down what happens to generations on behalf of the process named `owner`, new at each start."""

    def __init__(self, *, database: Database, desk: QuotaDesk, clock: Clock, owner: str) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock
        self._holding = asyncio.Semaphore(_HOLDS_AT_ONCE)
        self.owner = owner

    async def open(self, generation_id: str, request: GenerationRequest, plan: Plan) -> Hold | QuotaRefusal:
        """Hold the pictures and their price in the ledger and write the generation's row, both or neither."""
        address = request.address
        async with self._holding, self._database.begin() as session:
            held = await self._desk.hold(
                session,
                request.member,
                generation_id=generation_id,
                images=plan.count,
                usd=estimated_usd(request, plan),
            )
            if isinstance(held, Hold):
                await generations.add(
                    session,
                    generation_id=generation_id,
                    now=self._clock.now(),
                    kind=request.kind.value,
                    guild_id=request.member.guild_id,
                    channel_id=address.channel_id,
                    user_id=request.member.user_id,
                    request=describe(request, plan),
                    images_wanted=plan.count,
                    lease=self._lease(),
                    ticket=ticket_of(address),
                    reply_to_message_id=address.reply_to_message_id,
                )
        return held

    async def sending(self, generation_id: str) -> None:
        """Note that the paid request is about to leave: after a crash from here on its outcome is unknown.

        Raises:
            TakenOver: the generation is another process's by now, or has ended: it must not be sent.
        """
        async with self._database.begin() as session:
            is_ours = await generations.mark_running(
                session, generation_id, now=self._clock.now(), lease=self._lease()
            )
        if not is_ours:
            raise TakenOver

    async def made(self, generation_id: str, answer: ImageAnswer) -> None:
        """Store an answer, beside those of other calls, before anything else is done with it: it is paid."""
        async with self._database.begin() as session:
            is_stored = await generations.record_answer(
                session,
                generation_id,
                now=self._clock.now(),
                owner=self.owner,
                pictures=to_stored(answer),
                cost=answer.cost,
                payment_source=answer.payment_source,
                vendor_request_id=answer.request_id,
            )
        if not is_stored:
            log.error(
                "generation %s: made for %s after another process gave it up", generation_id, answer.cost
            )

    async def posted(
        self,
        generation_id: str,
        *,
        images: int,
        cost: Decimal | None,
        channel_id: int = 0,
        message_id: int = 0,
        is_told: bool = True,
        in_doubt: int | None = None,
    ) -> None:
        """Settle `images` of the hold, give the rest back, and note where they were posted, all or nothing.

        More images than are held, which NanoGPT gave unasked, cost the member nothing. `cost` is what all was paid, as
        far as it was told; for the rest of what was made the estimate stands. Of both the member pays for what was
        posted, and the owner's caps count all, with the estimate for images `in_doubt`: those that were asked for and
        did not come, unless it is known of them that they cost nothing.
        What was kept only to deliver the pictures (interaction token, inline bytes) is forgotten. A generation that
        ended before stays as it is, and so does its hold. Who has yet to say that it `is_told` calls `told` then.
        """
        async with self._database.begin() as session:
            ended = await generations.mark_posted(
                session,
                generation_id,
                now=self._clock.now(),
                channel_id=channel_id,
                message_id=message_id,
                cost=cost,
                untold_by=None if is_told else self._lease(),
            )
            if ended is not None:
                await self._desk.settle(
                    session,
                    generation_id,
                    images=images,
                    lost=max(0, ended.images_made - images),
                    unpriced=ended.images_unpriced,
                    in_doubt=_not_made(ended) if in_doubt is None else in_doubt,
                    cost=ended.cost,
                )
        if ended is not None:
            log.info("generation %s: posted and settled", generation_id)
        else:
            log.warning("generation %s: posted although it had ended before", generation_id)

    async def close(
        self,
        generation_id: str,
        status: GenerationStatus,
        error: str,
        *,
        cost: Decimal | None = None,
        in_doubt: int | None = None,
    ) -> None:
        """End the generation with `status` and release its hold; whoever lets the person know calls `told` then.

        The owner's caps go on counting what was paid: `cost`, or else what the answers said, and `in_doubt` as in
        `posted`; of one that was cancelled or interrupted nothing was sent. One that ended before, or that another
        process took over, stays as it is: its pictures may be about to be posted.
        """
        async with self._database.begin() as session:
            ended = await generations.finish(
                session,
                generation_id,
                now=self._clock.now(),
                owner=self.owner,
                status=status,
                error=error,
                cost=cost,
                untold_by=self._lease(),
            )
            if ended is None:
                return
            if in_doubt is None:
                in_doubt = 0 if status in _NEVER_SENT else _not_made(ended)
            await self._desk.release(
                session,
                generation_id,
                note=status.value,
                lost=ended.images_made,
                unpriced=ended.images_unpriced,
                in_doubt=in_doubt,
                cost=ended.cost,
            )

    async def posting(self, generation_id: str, *, channel_id: int) -> None:
        """Note that a message is about to be sent that Discord cannot be asked about later."""
        async with self._database.begin() as session:
            await generations.mark_posting(session, generation_id, channel_id=channel_id)

    async def told(self, generation_id: str) -> None:
        """Note that the person knows how it ended: until then another process would tell them after a crash.

        Of a generation that has not ended nothing is noted.
        """
        async with self._database.begin() as session:
            await generations.mark_told(session, generation_id)

    async def stored_pictures(self, generation_id: str) -> list[NewPicture]:
        """Return the pictures of a `made` generation in their order."""
        async with self._database.read() as session:
            rows = await pictures.of(session, generation_id)
        return [
            NewPicture(url=row.url, data=row.data, task_id=row.task_id, is_priced=row.is_priced)
            for row in rows
            if _is_kept(row)
        ]

    async def find(self, generation_id: str) -> Generation | None:
        """Return the generation's row, detached."""
        async with self._database.read() as session:
            return await generations.get(session, generation_id)

    async def renew_leases(self, generation_ids: Collection[str]) -> None:
        """Say of these generations that their process is still alive, or raise `DatabaseUnreachable`."""
        async with self._database.begin_sign(SIGN_SECONDS) as session:
            await leases.renew(session, self._lease(), generation_ids)

    async def try_release_leases(self) -> None:
        """Let others take over at once what is left of this process's work; without a database they wait for the leases."""
        try:
            async with self._database.begin() as session:
                left = await leases.release(session, self.owner, now=self._clock.now())
        except DATABASE_TROUBLE as error:
            log.warning("leases are kept until they run out: %s", error)
            return
        if left:
            log.warning("%d generations are left to recovery", left)

    def is_awaited(self, generation: Generation) -> bool:
        """Tell whether somebody still waits for an answer: to a command that can be answered, or a message just sent."""
        now = self._clock.now()
        if generation.interaction_expires_at is not None:
            return now < generation.interaction_expires_at
        is_reply = generation.reply_to_message_id is not None
        return is_reply and now < generation.created_at + PATIENCE

    def may_still_be_fetched(self, generation: Generation) -> bool:
        """Tell whether the signed links of a generation's pictures can still be good."""
        return self._clock.now() < generation.created_at + LINKS_LAST

    async def take_over(
        self,
        *,
        limit: int,
        at_work: Callable[[], Collection[str]],
        silent: Silent | None = None,
        even_if_leased: bool = False,
    ) -> Sequence[Generation]:
        """Take up to `limit` generations that nobody is at work on any more; this process is at work on `at_work()`.

        With `even_if_leased` leases do not count: for the start of the only process of a database, which knows that
        nobody else can be at work. Where there may be others, `silent` tells of which leases it is known that nobody
        renews them. Both are asked inside the transaction: on SQLite `at_work` then names every request whose row can
        be seen here, also one that was accepted a moment ago.
        """
        async with self._database.begin() as session:
            lease = self._lease()
            return await leases.take_expired(
                session,
                now=lease.until if even_if_leased else self._clock.now(),
                lease=lease,
                limit=limit,
                at_work=at_work(),
                silent=None if silent is None else silent(),
            )

    def _lease(self) -> Lease:
        return Lease(owner=self.owner, until=self._clock.now() + timedelta(seconds=LEASE_SECONDS))


def _not_made(ended: Ended) -> int:
    return max(0, ended.images_wanted - ended.images_made)


def _is_kept(row: StoredPicture) -> bool:
    """Tell whether there is something to fetch: bytes are forgotten once they are posted."""
    return any((row.url, row.data, row.task_id))
