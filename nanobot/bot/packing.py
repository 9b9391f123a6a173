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
from nanobot.images.filenames import index_of, picture_filename
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
    """One message of a parcel: the `first` of its pictures is that of `total` which people get, counted from 1."""

    parcel: Parcel
    first: int
    total: int
    pictures: Sequence[CollectedPicture]
    uploads: Sequence[UploadFile]

    @property
    def content(self) -> str:
        """The caption, or for a further message which pictures these are."""
        if self.first == 1:
            return self.parcel.content
        last = self.first + len(self.uploads) - 1
        return further_pictures(self.first, last, self.total)

    @property
    def nonce(self) -> str:
        """What Discord knows the message by if it is sent twice, be it by another process."""
        own = self.parcel.generation_id if self.first == 1 else f"{self.first}-{self.parcel.generation_id}"
        return own[:_MAX_NONCE_CHARACTERS]

    def files(self) -> list[discord.File]:
        """Return them anew: files are closed once they are sent."""
        both = zip(self.pictures, self.uploads, strict=True)
        return [self._file(number, *each) for number, each in enumerate(both, start=self.first)]

    def _file(self, number: int, picture: CollectedPicture, upload: UploadFile) -> discord.File:
        prompt = self.parcel.prompt
        return discord.File(
            io.BytesIO(upload.data),
            # Its place in the answer, whatever else is there: by it another process knows what it finds.
            filename=picture_filename(prompt, picture.position, upload.suffix),
            description=alt_text(prompt, number, self.total),
            # By the prefix SPOILER_: https://docs.discord.com/developers/resources/message#attachment-object
            spoiler=picture.is_flagged,
        )


class Packing:
    """What of a parcel is still to be posted. Each file is at most `limit_bytes`, and left as it is if it is."""

    def __init__(self, parcel: Parcel, workers: ImageWorkers, *, limit_bytes: int) -> None:
        self._parcel = parcel
        self._workers = workers
        self._limit = min(limit_bytes, _ROOM_BYTES)
        self._shown: set[int] = set()
        self._fitted: dict[int, UploadFile] = {}

    @property
    def shown(self) -> int:
        """How many different pictures people see, also such as are not at hand any more."""
        return len(self._shown)

    @property
    def is_done(self) -> bool:
        return not self._left

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
        return Letter(
            parcel=self._parcel,
            first=self.shown + 1,
            total=self.shown + len(uploads),
            pictures=self._left[:count],
            uploads=uploads[:count],
        )

    def posted(self, names: Sequence[str], *, by: Letter | None = None) -> None:
        """Take the pictures of files with these names as shown; if that is no news, those that are sent `by` a letter.

        A file whose name does not tell which it is counts as the next one.
        """
        before = set(self._shown)
        for name in names:
            upcoming = next((picture.position for picture in self._left), 0)
            self._shown.add(index_of(name) or upcoming)
        if by is not None and self._shown == before:
            self._shown.update(picture.position for picture in by.pictures)
        for position in self._shown & self._fitted.keys():
            del self._fitted[position]

    def shrink(self) -> None:
        """Make what is left smaller, to a size that is taken everywhere."""
        self._limit_to(min(self._limit // 2, DEFAULT_FILE_LIMIT_BYTES))

    @property
    def _left(self) -> Sequence[CollectedPicture]:
        return [picture for picture in self._parcel.pictures if picture.position not in self._shown]

    def _limit_to(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._fitted.clear()

    async def _fit(self) -> Sequence[UploadFile]:
        left = [picture for picture in self._left if picture.position not in self._fitted]
        fitted = await asyncio.gather(*(self._fit_one(picture) for picture in left))
        self._fitted.update(zip((picture.position for picture in left), fitted, strict=True))
        return [self._fitted[picture.position] for picture in self._left]

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
