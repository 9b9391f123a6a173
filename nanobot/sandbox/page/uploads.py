"""Files that somebody chose and has not sent yet. Imports the files of the stand-in for Discord."""

from __future__ import annotations

from aiohttp import BodyPartReader, web

from nanobot.errors import PersonError
from nanobot.sandbox.discord import File

MEBIBYTE = 1024 * 1024
# More than the client of Discord takes, so that its refusal can be seen; not so much that it fills the memory.
MAX_FILE_BYTES = 26 * MEBIBYTE
MAX_KEPT = 40
MAX_KEPT_BYTES = 200 * MEBIBYTE
_CHUNK_BYTES = 256 * 1024


class UploadTooLarge(PersonError):
    """A file is larger than anybody could send."""

    def __init__(self) -> None:
        super().__init__(f"The file is larger than {MAX_FILE_BYTES // MEBIBYTE} MiB. Choose a smaller one.")


class UploadUnreadable(PersonError):
    """A request to upload carries no file."""

    def __init__(self) -> None:
        super().__init__("There is no file in this upload: choose it again.")


class UploadGone(PersonError):
    """An upload is not kept, or not any more."""

    def __init__(self) -> None:
        super().__init__("This upload is no longer here: attach the file again.")


class Uploads:
    """Keeps the newest ones, so that what was refused once can be sent again."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._count = 0

    def keep(self, file: File) -> str:
        """Keep the file and return the id that goes for it."""
        self._count += 1
        upload_id = f"u{self._count}"
        self._files[upload_id] = file
        while len(self._files) > MAX_KEPT or self._kept_bytes > MAX_KEPT_BYTES:
            del self._files[next(iter(self._files))]
        return upload_id

    def get(self, upload_id: str) -> File:
        """Return the file.

        Raises:
            UploadGone: it is not kept.
        """
        file = self._files.get(upload_id)
        if file is None:
            raise UploadGone
        return file

    @property
    def _kept_bytes(self) -> int:
        return sum(len(file.data) for file in self._files.values())


async def read_file(request: web.Request) -> File:
    """Read the field `file` of a form.

    Raises:
        UploadTooLarge: it is larger than `MAX_FILE_BYTES`; no more than that was kept in memory.
        UploadUnreadable: the request is no form, or has no such field.
    """
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file" and part.filename:
                return File(part.filename, await _read(part))
    except (ValueError, AssertionError) as error:  # how aiohttp tells of a form that is none
        raise UploadUnreadable from error
    raise UploadUnreadable


async def _read(part: BodyPartReader) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_FILE_BYTES:
            raise UploadTooLarge
    return bytes(data)
