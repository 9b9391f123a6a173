"""Fetching the pictures of answers that are already paid: bytes at hand, a signed link, or a task that still works on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from nanobot.generation.review import ResultReview, Verdict
from nanobot.images.errors import PictureError
from nanobot.images.fit import whole_picture_dimensions
from nanobot.images.workers import ImageWorkers
from nanobot.nanogpt.client import NanoGPTClient
from nanobot.nanogpt.errors import DownloadFailed, NanoGPTError, PictureNotMade
from nanobot.nanogpt.shapes import HostedPicture
from nanobot.store.pictures import NewPicture

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedPicture:
    """A picture whose bytes are at hand and really are a picture, whole.

    It is flagged where a check, which cost `check_cost` US dollars, found it unfit for all. That cost is left out where
    the estimate, which has it already, stands for what the picture cost.
    """

    position: int
    data: bytes
    width: int
    height: int
    is_flagged: bool = False
    check_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPicture:
    """A picture that cannot be had; `not_made` where NanoGPT's task ended without one, else it was made and is lost.

    With `may_come` it is only out of reach for now: another attempt later may succeed.
    """

    position: int
    not_made: PictureNotMade | None = None
    may_come: bool = False


Collected: TypeAlias = CollectedPicture | MissingPicture


class PictureCollector:
    """Fetches what NanoGPT made."""

    def __init__(self, *, client: NanoGPTClient, workers: ImageWorkers, review: ResultReview) -> None:
        self._client = client
        self._workers = workers
        self._review = review

    async def collect(
        self, generation_id: str, stored: AsyncIterable[NewPicture], *, check: bool
    ) -> AsyncGenerator[Collected, None]:
        """Fetch each picture as soon as `stored` names it and yield it as soon as it is here.

        Positions count from 1 in the order of `stored`. With `check` each is reviewed before it is yielded. One that
        cannot be had is `MissingPicture`, and the log says why.
        """
        found: asyncio.Queue[Collected | None] = asyncio.Queue()
        fetching = asyncio.create_task(self._fetch_all(generation_id, stored, check, found))
        try:
            while (picture := await found.get()) is not None:
                yield picture
            await fetching
        finally:
            fetching.cancel()

    async def collect_all(
        self, generation_id: str, stored: Sequence[NewPicture], *, check: bool
    ) -> list[Collected]:
        """Fetch all and return what came of each, in order."""
        collected = [
            picture async for picture in self.collect(generation_id, _one_by_one(stored), check=check)
        ]
        return sorted(collected, key=lambda picture: picture.position)

    async def _fetch_all(
        self,
        generation_id: str,
        stored: AsyncIterable[NewPicture],
        check: bool,
        found: asyncio.Queue[Collected | None],
    ) -> None:
        async def fetch(position: int, picture: NewPicture) -> None:
            found.put_nowait(await self._fetch_one(generation_id, position, picture, check))

        fetches: list[asyncio.Task[None]] = []
        try:
            async for picture in stored:
                fetches.append(asyncio.create_task(fetch(len(fetches) + 1, picture)))
            await asyncio.gather(*fetches)
        finally:
            for each in fetches:
                each.cancel()
            found.put_nowait(None)

    async def _fetch_one(
        self, generation_id: str, position: int, picture: NewPicture, check: bool
    ) -> Collected:
        try:
            data = await self._bytes_of(picture)
            width, height = await self._workers.run_patiently(generation_id, whole_picture_dimensions, data)
        except PictureNotMade as error:
            log.error("generation %s: picture %d was not made: %s", generation_id, position, error.headline)
            return MissingPicture(position=position, not_made=error)
        except (NanoGPTError, PictureError) as error:
            log.error("generation %s: picture %d is paid but lost: %s", generation_id, position, error)
            may_come = isinstance(error, DownloadFailed) and error.temporary
            return MissingPicture(position=position, may_come=may_come)
        verdict = await self._review.check(generation_id, data) if check else Verdict(is_flagged=False)
        return CollectedPicture(
            position=position,
            data=data,
            width=width,
            height=height,
            is_flagged=verdict.is_flagged,
            check_cost=verdict.cost if picture.is_priced else None,
        )

    async def _bytes_of(self, picture: NewPicture) -> bytes:
        if picture.data is not None:
            return picture.data
        if picture.task_id is not None:
            return await self._client.download(await self._client.follow_task(picture.task_id))
        return await self._client.download(HostedPicture(url=picture.url or ""))


async def _one_by_one(stored: Sequence[NewPicture]) -> AsyncGenerator[NewPicture, None]:
    for picture in stored:
        yield picture
