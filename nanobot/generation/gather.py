"""Reading the pictures that a person gave and bringing them into the form that NanoGPT takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from nanobot.errors import PersonError
from nanobot.generation.request import PictureSource
from nanobot.images.erased import prepare_erased_mask
from nanobot.images.fair_queue import Owner
from nanobot.images.prepare import PreparedPicture, prepare_mask, prepare_picture, share_of_body
from nanobot.images.workers import ImageWorkers
from nanobot.nanogpt import DataUrl


class MaskNeeded(PersonError):
    """The model paints within a mask, and there is neither a mask nor anything transparent in the picture."""

    def __init__(self, model_id: str) -> None:
        super().__init__(
            f"`{model_id}` needs a mask. Attach one that is white where the picture may change and black elsewhere, "
            "or make that part of the picture transparent."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPictures:
    """What goes into the request: data URLs of at most 4 MB each."""

    data_urls: tuple[DataUrl, ...] = ()
    mask_data_url: DataUrl | None = None


class PictureGatherer:
    """Reads sources side by side and prepares them off the event loop."""

    def __init__(self, *, workers: ImageWorkers, max_side: int) -> None:
        self._workers = workers
        self._max_side = max_side

    async def gather(
        self,
        sources: Sequence[PictureSource],
        mask: PictureSource | None,
        *,
        owner: Owner,
        keep_transparency: bool,
        mask_needed_by: str | None = None,
        is_half: bool = False,
    ) -> GivenPictures:
        """Return the data URLs of `sources` in order and of a mask, exactly as large as the first of them; `owner` gave them.

        Where no mask is given and a model is `mask_needed_by`, what is transparent in the first picture is marked.
        With `is_half` sides have at most half as many pixels as usual.

        Raises:
            PersonError: a picture cannot be read, is no picture, or is too large, or a mask is missing.
        """
        max_side = self._max_side // 2 if is_half else self._max_side
        has_mask = mask is not None or mask_needed_by is not None
        prepare = partial(
            prepare_picture,
            max_side=max_side,
            keep_transparency=keep_transparency,
            max_data_url_bytes=share_of_body(len(sources) + has_mask),
        )
        read = await asyncio.gather(*(source.read() for source in sources))
        prepared = await asyncio.gather(
            *(
                self._workers.run(owner, prepare, data, name=source.label)
                for source, data in zip(sources, read, strict=True)
            )
        )
        data_urls = tuple(picture.data_url for picture in prepared)
        if mask is not None:
            prepared_mask = await self._prepare_mask(owner, mask, prepared[0])
        elif mask_needed_by is not None and prepared:
            prepared_mask = await self._mark_erased(owner, read[0], prepared[0], mask_needed_by)
        else:
            return GivenPictures(data_urls=data_urls)
        return GivenPictures(data_urls=data_urls, mask_data_url=prepared_mask.data_url)

    async def _prepare_mask(
        self, owner: Owner, mask: PictureSource, base: PreparedPicture
    ) -> PreparedPicture:
        data = await mask.read()
        return await self._workers.run(
            owner, prepare_mask, data, name=mask.label, width=base.width, height=base.height
        )

    async def _mark_erased(
        self, owner: Owner, data: bytes, base: PreparedPicture, model_id: str
    ) -> PreparedPicture:
        mask = await self._workers.run(owner, prepare_erased_mask, data, width=base.width, height=base.height)
        if mask is None:
            raise MaskNeeded(model_id)
        return mask
