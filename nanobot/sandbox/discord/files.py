"""Files as people and bots attach them. Imports the CDN of this package, and Pillow for a picture's sides."""

from __future__ import annotations

import io
import mimetypes
import re
from dataclasses import dataclass, replace
from pathlib import PurePath

from PIL import Image, UnidentifiedImageError

from nanobot.sandbox.discord.cdn import Cdn
from nanobot.sandbox.discord.errors import Json

_PICTURE_TYPES = {
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file on somebody's disk, about to be attached."""

    filename: str
    data: bytes
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that Discord holds. `url` is signed anew whenever it is asked for."""

    id: int
    filename: str
    data: bytes
    description: str | None
    channel_id: int
    is_ephemeral: bool
    sides: tuple[int, int] | None
    cdn: Cdn

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def content_type(self) -> str | None:
        return content_type_of(self.filename)

    @property
    def url(self) -> str:
        return self.cdn.sign(path_of(self))

    def described(self, description: str | None) -> Attachment:
        return replace(self, description=description)

    def to_json(self) -> Json:
        url = self.url
        body: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": self.size,
            "url": url,
            "proxy_url": url,
        }
        if self.content_type is not None:
            body["content_type"] = self.content_type
        if self.description is not None:
            body["description"] = self.description
        if self.sides is not None:
            body["width"], body["height"] = self.sides
        if self.is_ephemeral:
            body["ephemeral"] = True
        return body


def content_type_of(filename: str) -> str | None:
    """Return what Discord takes a file of this name for."""
    suffix = PurePath(filename).suffix.lower()
    return _PICTURE_TYPES.get(suffix) or mimetypes.guess_type(filename)[0]


def path_of(attachment: Attachment) -> str:
    folder = "ephemeral-attachments" if attachment.is_ephemeral else "attachments"
    return f"/{folder}/{attachment.channel_id}/{attachment.id}/{attachment.filename}"


def attach(
    file: File, *, attachment_id: int, channel_id: int, cdn: Cdn, is_ephemeral: bool = False
) -> Attachment:
    """Take `file` over into Discord's keeping and publish it on the CDN."""
    attachment = Attachment(
        id=attachment_id,
        filename=cleaned(file.filename),
        data=file.data,
        description=file.description or None,
        channel_id=channel_id,
        is_ephemeral=is_ephemeral,
        sides=_sides(file.data),
        cdn=cdn,
    )
    cdn.publish(path_of(attachment), attachment.data, attachment.content_type)
    return attachment


def cleaned(filename: str) -> str:
    """Discord keeps letters, digits, dots, dashes and underscores."""
    return re.sub(r"[^\w.\-]+", "_", filename, flags=re.ASCII).strip("_") or "file"


def _sides(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
