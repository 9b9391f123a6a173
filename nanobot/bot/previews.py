"""Small copies of the pictures that are there already, shown while the others are still in the making."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Sequence

import discord

from nanobot.generation.collect import CollectedPicture
from nanobot.images.errors import PictureError
from nanobot.images.prepare import prepare_picture
from nanobot.images.workers import ImageWorkers

log = logging.getLogger(__name__)

MAX_PREVIEW_SIDE = 512


class Previews:
    """Makes each preview once; one for each request."""

    def __init__(self, workers: ImageWorkers, *, viewer_id: int) -> None:
        self._viewer_id = viewer_id
        self._workers = workers
        self._made: dict[int, _Preview] = {}

    async def files(self, pictures: Sequence[CollectedPicture]) -> list[discord.File]:
        """Return new files for an edit: longest side `MAX_PREVIEW_SIDE`; a picture that resists is left out."""
        for picture in pictures:
            if picture.position not in self._made:
                await self._try_make(picture)
        return [self._made[picture.position].file() for picture in pictures if picture.position in self._made]

    async def _try_make(self, picture: CollectedPicture) -> None:
        try:
            prepared = await self._workers.run(
                self._viewer_id, prepare_picture, picture.data, max_side=MAX_PREVIEW_SIDE
            )
        except PictureError as error:
            log.debug("no preview of picture %d: %s", picture.position, error)
            return
        suffix = prepared.media_type.rpartition("/")[2]
        encoded = b"".join(prepared.data_url).partition(b",")[2]
        self._made[picture.position] = _Preview(
            base64.b64decode(encoded), f"preview-{picture.position}.{suffix}"
        )


class _Preview:
    def __init__(self, data: bytes, filename: str) -> None:
        self._data = data
        self._filename = filename

    def file(self) -> discord.File:
        """Return it anew: a file is closed once it is sent."""
        return discord.File(io.BytesIO(self._data), filename=self._filename)
