"""Reading the pictures that a person gave and bringing them into the form that NanoGPT takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from nanobot.generation.request import PictureSource
from nanobot.images.prepare import PreparedPicture, prepare_mask, prepare_picture
from nanobot.images.threads import ImageThreads


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPictures:
    """What goes into the request: data URLs of at most 4 MB each."""

    data_urls: tuple[str, ...] = ()
    mask_data_url: str | None = None


class PictureGatherer:
    """Reads sources side by side and prepares them off the event loop."""

    def __init__(self, *, threads: ImageThreads, max_side: int) -> None:
        self._threads = threads
        self._max_side = max_side

    async def gather(self, sources: Sequence[PictureSource], mask: PictureSource | None) -> GivenPictures:
        """Return the data URLs of `sources` in order and of `mask`, exactly as large as the first of them.

        Raises:
            PersonError: a picture cannot be read, is no picture, or is too large.
        """
        prepared = await asyncio.gather(*(self._prepare(source) for source in sources))
        data_urls = tuple(picture.data_url for picture in prepared)
        if mask is None:
            return GivenPictures(data_urls=data_urls)
        return GivenPictures(
            data_urls=data_urls, mask_data_url=(await self._prepare_mask(mask, prepared[0])).data_url
        )

    async def _prepare(self, source: PictureSource) -> PreparedPicture:
        data = await source.read()
        return await self._threads.run(prepare_picture, data, name=source.name, max_side=self._max_side)

    async def _prepare_mask(self, mask: PictureSource, base: PreparedPicture) -> PreparedPicture:
        data = await mask.read()
        return await self._threads.run(
            prepare_mask, data, name=mask.name, width=base.width, height=base.height
        )
