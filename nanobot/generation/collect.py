"""Fetching the pictures of an answer that is already paid: bytes at hand first, else the signed link."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from nanobot.images.errors import PictureError
from nanobot.images.fit import whole_picture_dimensions
from nanobot.images.threads import ImageThreads
from nanobot.nanogpt.client import NanoGPTClient
from nanobot.nanogpt.errors import DownloadFailed
from nanobot.nanogpt.shapes import HostedPicture
from nanobot.store.pictures import NewPicture

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedPicture:
    """A picture whose bytes are at hand and really are a picture, whole; flagged where a check found it unfit for all."""

    position: int
    data: bytes
    width: int
    height: int
    is_flagged: bool = False


class PictureCollector:
    """Fetches what NanoGPT made."""

    def __init__(self, *, client: NanoGPTClient, threads: ImageThreads) -> None:
        self._client = client
        self._threads = threads

    async def collect(
        self, generation_id: str, stored: Sequence[NewPicture]
    ) -> AsyncGenerator[CollectedPicture, None]:
        """Yield the pictures in order; one that cannot be had is left out, and the log says so."""
        fetches = [
            asyncio.ensure_future(self._collect_one(generation_id, position, picture))
            for position, picture in enumerate(stored, start=1)
        ]
        try:
            for fetch in fetches:
                picture = await fetch
                if picture is not None:
                    yield picture
        finally:
            for fetch in fetches:
                fetch.cancel()

    async def _collect_one(
        self, generation_id: str, position: int, picture: NewPicture
    ) -> CollectedPicture | None:
        try:
            data = await self._bytes_of(picture)
            width, height = await self._threads.run(whole_picture_dimensions, data)
        except (DownloadFailed, PictureError) as error:
            log.error("generation %s: picture %d is paid but lost: %s", generation_id, position, error)
            return None
        return CollectedPicture(position=position, data=data, width=width, height=height)

    async def _bytes_of(self, picture: NewPicture) -> bytes:
        if picture.data is not None:
            return picture.data
        return await self._client.download(HostedPicture(url=picture.url or ""))
