"""Keep the life of each generation: `held → running → made → posted`, or another end. Imports only the store.

Every step names the status it starts from, in its UPDATE or as it locks the row, so of two processes that try the
same step one succeeds and the other gets `False`. A step of work also names the lease's owner: a process that was
taken for dead, and whose generation another one has taken over, can do no more to it. The owner itself may send
several paid calls for one generation: each is announced, and each answer adds to what the others brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from nanobot.store import pictures as picture_rows
from nanobot.store.leases import Lease
from nanobot.store.pictures import NewPicture
from nanobot.store.tables import OPEN_STATUSES, Generation, GenerationStatus

_NO_LEASE = {"lease_owner": None, "lease_until": None}
_NO_TOKEN = {"interaction_token": None, "interaction_expires_at": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionTicket:
    """What it takes to answer an interaction from another process, while it lasts."""

    application_id: int
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is known of a generation as it ends; `cost` is in US dollars, as far as NanoGPT told it.

    Of `images_unpriced` among those made it told none.
    """

    images_wanted: int
    images_made: int
    images_unpriced: int
    cost: Decimal | None


async def add(
    session: AsyncSession,
    *,
    generation_id: str,
    now: datetime,
    kind: str,
    guild_id: int,
    channel_id: int,
    user_id: int,
    request: dict[str, Any],
    images_wanted: int,
    lease: Lease,
    ticket: InteractionTicket | None = None,
    reply_to_message_id: int | None = None,
) -> Generation:
    """Write down a generation as `held`, before anything is paid for. `generation_id` is a UUID's 32 hex digits."""
    generation = Generation(
        id=generation_id,
        created_at=now,
        updated_at=now,
        kind=kind,
        guild_id=guild_id,
        channel_id=channel_id,
        user_id=user_id,
        request=request,
        images_wanted=images_wanted,
        lease_owner=lease.owner,
        lease_until=lease.until,
        application_id=ticket.application_id if ticket else None,
        interaction_token=ticket.token if ticket else None,
        interaction_expires_at=ticket.expires_at if ticket else None,
        reply_to_message_id=reply_to_message_id,
    )
    session.add(generation)
    await session.flush()
    return generation


async def get(session: AsyncSession, generation_id: str) -> Generation | None:
    """Return the generation as it is in the database now."""
    return await session.get(Generation, generation_id, populate_existing=True)


async def of_message(session: AsyncSession, message_id: int) -> Generation | None:
    """Return the generation whose pictures were posted in this message."""
    generation: Generation | None = await session.scalar(
        select(Generation).where(Generation.posted_message_id == message_id)
    )
    return generation


async def history(
    session: AsyncSession, *, user_id: int, guild_id: int | None = None, limit: int, before: str | None = None
) -> Sequence[Generation]:
    """Return a person's generations, newest first, in one server or (`guild_id` None) everywhere.

    `before` is the id of the last generation of the page before.
    """
    query = select(Generation).where(Generation.user_id == user_id)
    if guild_id is not None:
        query = query.where(Generation.guild_id == guild_id)
    if before is not None:
        page_end = select(Generation.created_at, Generation.id).where(Generation.id == before)
        query = query.where(tuple_(Generation.created_at, Generation.id) < page_end.scalar_subquery())
    newest_first = query.order_by(Generation.created_at.desc(), Generation.id.desc()).limit(limit)
    return (await session.scalars(newest_first)).all()


async def mark_running(session: AsyncSession, generation_id: str, *, now: datetime, lease: Lease) -> bool:
    """Record that a request is about to be sent: `held → running`. Commit before it is sent.

    Where the same owner has sent others for this generation already, its status stays and its lease is renewed.
    """
    generation = await _lock(session, generation_id, owner=lease.owner, start=OPEN_STATUSES)
    if generation is None:
        return False
    if generation.status is GenerationStatus.HELD:
        generation.status = GenerationStatus.RUNNING
    generation.lease_until = lease.until
    generation.updated_at = now
    await session.flush()
    return True


async def record_answer(
    session: AsyncSession,
    generation_id: str,
    *,
    now: datetime,
    owner: str,
    pictures: Sequence[NewPicture],
    cost: Decimal | None,
    payment_source: str | None = None,
    vendor_request_id: str | None = None,
) -> bool:
    """Store what was paid for: `running → made`, or more of what is `made` already.

    Pictures come after those that are there and costs add up, where one that is unknown adds nothing. Request ids
    and payment sources are kept each once, with a space between them. An answer whose id is there was stored before,
    by an attempt that was carried out although its connection broke, and adds nothing.
    """
    generation = await _lock(
        session, generation_id, owner=owner, start=(GenerationStatus.RUNNING, GenerationStatus.MADE)
    )
    if generation is None:
        return False
    if vendor_request_id is not None and vendor_request_id in (generation.vendor_request_id or "").split():
        return True
    await picture_rows.add(session, generation_id, pictures, first_position=generation.images_made)
    generation.status = GenerationStatus.MADE
    generation.updated_at = now
    generation.images_made += len(pictures)
    if cost is not None:
        generation.cost = (generation.cost or Decimal(0)) + cost
    generation.payment_source = _join(generation.payment_source, payment_source)
    generation.vendor_request_id = _join(generation.vendor_request_id, vendor_request_id)
    await session.flush()
    return True


async def mark_posted(
    session: AsyncSession,
    generation_id: str,
    *,
    now: datetime,
    channel_id: int,
    message_id: int,
    cost: Decimal | None = None,
    untold_by: Lease | None = None,
) -> Ended | None:
    """Record the message people see: `made → posted`, whoever holds the lease. Token and bytes are forgotten.

    `cost` is what was charged in all; `None` leaves what the answers said. With `untold_by` that process keeps the
    generation, and the token stays, until `mark_told`.
    """
    return await _end(
        session,
        generation_id,
        now=now,
        start=(GenerationStatus.MADE,),
        status=GenerationStatus.POSTED,
        cost=cost,
        untold_by=untold_by,
        posted_channel_id=channel_id,
        posted_message_id=message_id,
    )


async def mark_posting(session: AsyncSession, generation_id: str, *, channel_id: int) -> bool:
    """Record that the pictures of a `made` generation are about to be posted where nobody can look for them.

    The row then names a channel and no message.
    """
    noted = await session.scalar(
        update(Generation)
        .where(Generation.id == generation_id, Generation.status == GenerationStatus.MADE)
        .values(posted_channel_id=channel_id)
        .returning(Generation.id)
        .execution_options(synchronize_session=False)
    )
    return noted is not None


async def mark_told(session: AsyncSession, generation_id: str) -> bool:
    """Record that the person knows how their generation ended. Lease and token are forgotten.

    One that is still open stays as it is.
    """
    told = await session.scalar(
        update(Generation)
        .where(Generation.id == generation_id, Generation.status.not_in(OPEN_STATUSES))
        .values(**_NO_LEASE, **_NO_TOKEN)
        .returning(Generation.id)
        .execution_options(synchronize_session=False)
    )
    return told is not None


async def finish(
    session: AsyncSession,
    generation_id: str,
    *,
    now: datetime,
    owner: str,
    status: GenerationStatus,
    error: str | None = None,
    cost: Decimal | None = None,
    untold_by: Lease | None = None,
) -> Ended | None:
    """End an open generation without a message. Token and bytes are forgotten.

    `cost` is what was, or for `unknown` may have been, charged; `None` leaves what the answer said. `untold_by` as in
    `mark_posted`.

    Raises:
        ValueError: `status` is no such end.
    """
    if status in {*OPEN_STATUSES, GenerationStatus.POSTED}:
        raise ValueError(f"a generation does not finish as {status}")
    return await _end(
        session,
        generation_id,
        now=now,
        start=OPEN_STATUSES,
        status=status,
        owner=owner,
        cost=cost,
        untold_by=untold_by,
        error=error,
    )


async def _lock(
    session: AsyncSession, generation_id: str, *, owner: str, start: Sequence[GenerationStatus]
) -> Generation | None:
    """Return the owner's generation as it is now, kept from every other transaction, if its status is of `start`."""
    generation: Generation | None = await session.scalar(
        select(Generation)
        .where(Generation.id == generation_id, Generation.lease_owner == owner, Generation.status.in_(start))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return generation


def _join(known: str | None, another: str | None) -> str | None:
    """Add a word to those that are known, each once."""
    words = [*(known or "").split(), *(another or "").split()]
    return " ".join(dict.fromkeys(words)) or None


async def _end(
    session: AsyncSession,
    generation_id: str,
    *,
    now: datetime,
    start: Sequence[GenerationStatus],
    status: GenerationStatus,
    owner: str | None = None,
    cost: Decimal | None = None,
    untold_by: Lease | None = None,
    **values: Any,
) -> Ended | None:
    is_due = (Generation.id == generation_id) & Generation.status.in_(start)
    if owner is not None:
        is_due &= Generation.lease_owner == owner
    if cost is not None:
        values["cost"] = cost
    if untold_by is None:
        values |= _NO_LEASE | _NO_TOKEN
    else:
        values |= {"lease_owner": untold_by.owner, "lease_until": untold_by.until}
    ended = await session.execute(
        update(Generation)
        .where(is_due)
        .values(updated_at=now, finished_at=now, status=status, **values)
        .returning(
            Generation.images_wanted,
            Generation.images_made,
            picture_rows.count_unpriced(generation_id),
            Generation.cost,
        )
        .execution_options(synchronize_session=False)
    )
    if (row := ended.one_or_none()) is None:
        return None
    await picture_rows.drop_data(session, generation_id)
    return Ended(images_wanted=row[0], images_made=row[1], images_unpriced=row[2], cost=row[3])
