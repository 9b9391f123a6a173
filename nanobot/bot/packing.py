"""What goes into each message: pictures as they are, as many as one request takes, the rest in further messages."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from nanobot.bot.destination import DEFAULT_FILE_LIMIT_BYTES
from nanobot.bot.replies.generation import alt_text, further_pictures
from nanobot.generation.collect import CollectedPicture
from nanobot.images.filenames import picture_filename
from nanobot.images.fit import UploadFile, fit_for_upload
from nanobot.images.metadata import PictureDetails
from nanobot.images.workers import ImageWorkers

# https://docs.discord.com/developers/resources/message#create-message: 25 MiB for the whole request
REQUEST_LIMIT_BYTES = 25 * 1024 * 1024
# https://docs.discord.com/developers/resources/message#attachment-object; NanoGPT may make more than it was asked for
MAX_FILES = 10
_ENVELOPE_BYTES = 64 * 1024
_ROOM_BYTES = REQUEST_LIMIT_BYTES - _ENVELOPE_BYTES
# https://docs.discord.com/developers/resources/message#create-message: at most 25 characters
_MAX_NONCE_CHARACTERS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Up to `MAX_FILES` pictures, ready but for the size that the place allows; flagged ones are spoilers.

    `details` is what the files tell of their making, besides their sides; `None` for nothing.
    """

    generation_id: str
    content: str
    prompt: str
    pictures: Sequence[CollectedPicture]
    view: discord.ui.View
    details: PictureDetails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message of a parcel: `uploads` are its pictures from the `first` on, counted from 1."""

    parcel: Parcel
    first: int
    uploads: Sequence[UploadFile]

    @property
    def content(self) -> str:
        """The caption, or for a further message which pictures these are."""
        if self.first == 1:
            return self.parcel.content
        last = self.first + len(self.uploads) - 1
        return further_pictures(self.first, last, len(self.parcel.pictures))

    @property
    def nonce(self) -> str:
        """What Discord knows the message by if it is sent twice, be it by another process."""
        own = self.parcel.generation_id if self.first == 1 else f"{self.first}-{self.parcel.generation_id}"
        return own[:_MAX_NONCE_CHARACTERS]

    def files(self) -> list[discord.File]:
        """Return them anew: files are closed once they are sent."""
        return [self._file(self.first + offset, upload) for offset, upload in enumerate(self.uploads)]

    def _file(self, position: int, upload: UploadFile) -> discord.File:
        prompt, pictures = self.parcel.prompt, self.parcel.pictures
        return discord.File(
            io.BytesIO(upload.data),
            filename=picture_filename(prompt, position, upload.suffix),
            description=alt_text(prompt, position, len(pictures)),
            # By the prefix SPOILER_: https://docs.discord.com/developers/resources/message#attachment-object
            spoiler=pictures[position - 1].is_flagged,
        )


class Packing:
    """What of a parcel is still to be posted. Each file is at most `limit_bytes`, and left as it is if it is."""

    def __init__(self, parcel: Parcel, workers: ImageWorkers, *, limit_bytes: int) -> None:
        self._parcel = parcel
        self._workers = workers
        self._limit = min(limit_bytes, _ROOM_BYTES)
        self._posted = 0
        self._fitted: Sequence[UploadFile] | None = None

    @property
    def is_done(self) -> bool:
        return self._posted >= len(self._parcel.pictures)

    async def next_letter(self, *, may_split: bool) -> Letter:
        """Return the next message: as many pictures as it takes, or all that are left, smaller, unless `may_split`.

        Raises:
            PictureError: a picture cannot be brought to the size.
        """
        uploads = await self._fit()
        count = _fitting(uploads)
        if count < len(uploads) and not may_split:
            self._limit_to(_ROOM_BYTES // len(uploads))
            uploads = await self._fit()
            count = len(uploads)
        return Letter(parcel=self._parcel, first=self._posted + 1, uploads=uploads[:count])

    def posted(self, count: int) -> None:
        """Take the next `count` pictures as posted."""
        self._posted += count
        self._fitted = None if self._fitted is None else self._fitted[count:]

    def shrink(self) -> None:
        """Make what is left smaller, to a size that is taken everywhere."""
        self._limit_to(min(self._limit // 2, DEFAULT_FILE_LIMIT_BYTES))

    def _limit_to(self, limit_bytes: int) -> None:
        self._limit, self._fitted = limit_bytes, None

    async def _fit(self) -> Sequence[UploadFile]:
        if self._fitted is None:
            left = self._parcel.pictures[self._posted :]
            self._fitted = await asyncio.gather(*(self._fit_one(picture) for picture in left))
        return self._fitted

    async def _fit_one(self, picture: CollectedPicture) -> UploadFile:
        details = self._parcel.details
        if details is not None:
            details = replace(details, width=picture.width, height=picture.height)
        return await self._workers.run_patiently(
            self._parcel.generation_id, fit_for_upload, picture.data, max_bytes=self._limit, details=details
        )


def _fitting(uploads: Sequence[UploadFile]) -> int:
    """Return how many of the first fit into one request; each alone does."""
    room = _ROOM_BYTES
    for count, upload in enumerate(uploads):
        room -= len(upload.data)
        if room < 0:
            return count
    return len(uploads)
