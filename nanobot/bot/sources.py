"""The pictures of a message or a command, as sources that are read only when the request has its turn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import discord

from nanobot.bot.replies.files import (
    attachment_gone,
    attachment_too_large,
    file_name,
    no_such_picture,
    not_a_picture_name,
)
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.errors import PersonError
from nanobot.generation.request import PictureSource
from nanobot.images.links import LinkReader

_PICTURE_SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif",
)  # fmt: skip
_LINK = re.compile(r"<?(https?://[^\s<>]*[^\s<>.,:;!?)\]\"'])>?", re.IGNORECASE)
_PICKED = re.compile(r"^#(?P<position>[1-9])(?:\s+|$)")
_BYTES_PER_MEGABYTE = 1_000_000


class AttachmentNotUsable(PersonError):
    """An attachment is too large, gone, or plainly no picture."""


class NoSuchPicture(PersonError):
    """The message has fewer pictures than the number that was picked."""


class PictureForgotten(PersonError):
    """The picture that a form belongs to is no longer known."""


class AttachmentSource:
    """A file on Discord's own CDN, fetched directly.

    Its address runs out within a day, and comes anew with the `message` it belongs to:
    https://docs.discord.com/developers/reference#signed-attachment-cdn-urls. A command's own files have none.
    """

    def __init__(
        self,
        attachment: discord.Attachment,
        *,
        max_megabytes: int,
        message: discord.PartialMessage | None = None,
    ) -> None:
        self._attachment = attachment
        self._message = message
        self._max_bytes = max_megabytes * _BYTES_PER_MEGABYTE

    @property
    def name(self) -> str:
        return self._attachment.filename

    @property
    def label(self) -> str:
        return file_name(self.name)

    @property
    def reference(self) -> dict[str, Any]:
        attachment, message = self._attachment, self._message
        place = {"message": {"id": message.id, "channel_id": message.channel.id}} if message else {}
        return place | {
            "attachment": {
                "id": str(attachment.id),
                "filename": attachment.filename,
                "size": attachment.size,
                "url": attachment.url,
                "proxy_url": attachment.proxy_url,
                "content_type": attachment.content_type,
            }
        }

    def check(self) -> None:
        """Refuse what can be refused without a download.

        Raises:
            AttachmentNotUsable: too large, or of a kind that is no picture.
        """
        if self._attachment.size > self._max_bytes:
            raise AttachmentNotUsable(
                attachment_too_large(
                    self._attachment.filename, self._attachment.size, self._max_bytes // _BYTES_PER_MEGABYTE
                )
            )
        if not is_picture(self._attachment):
            raise AttachmentNotUsable(not_a_picture_name(self._attachment.filename))

    async def read(self) -> bytes:
        self.check()
        try:
            return await self._read()
        except DISCORD_TROUBLE as error:
            raise AttachmentNotUsable(attachment_gone(self._attachment.filename)) from error

    async def _read(self) -> bytes:
        try:
            return await self._attachment.read()
        except (discord.Forbidden, discord.NotFound):
            if self._message is None:
                raise
            anew = _attached_pictures(await self._message.fetch())
            found = next((each for each in anew if each.id == self._attachment.id), None)
            if found is None:
                raise
            return await found.read()


class LinkSource:
    """A link that a member gave: fetched only through the guard."""

    def __init__(self, url: str, links: LinkReader) -> None:
        self._url = url
        self._links = links

    @property
    def name(self) -> str:
        return self._url

    @property
    def label(self) -> str:
        return file_name(self.name)

    @property
    def reference(self) -> dict[str, Any]:
        return {"link": self._url}

    async def read(self) -> bytes:
        return await self._links.read(self._url)


def source_of(
    reference: Mapping[str, Any], client: discord.Client, *, max_megabytes: int, links: LinkReader
) -> PictureSource:
    """Return the source that gave this reference, perhaps in another process."""
    if "link" in reference:
        return LinkSource(reference["link"], links)
    attachment = discord.Attachment(data=reference["attachment"], state=client._connection)
    place, message = reference.get("message"), None
    if place is not None:
        message = client.get_partial_messageable(place["channel_id"]).get_partial_message(place["id"])
    return AttachmentSource(attachment, max_megabytes=max_megabytes, message=message)


def is_picture(attachment: discord.Attachment) -> bool:
    """Tell whether a file may be a picture by what Discord says of it; its bytes are checked when it is read."""
    if attachment.content_type is not None:
        return attachment.content_type.startswith("image/") or attachment.filename.lower().endswith(
            _PICTURE_SUFFIXES
        )
    return attachment.filename.lower().endswith(_PICTURE_SUFFIXES)


def has_picture(message: discord.Message) -> bool:
    """Tell whether `pictures_of` finds any."""
    return bool(_attached_pictures(message) or _embedded_pictures(message) or _linked_pictures(message))


def pictures_of(message: discord.Message, *, max_megabytes: int, links: LinkReader) -> list[PictureSource]:
    """Return the pictures of a message, forwarded ones too: its files, or those its embeds show, or those its text links to."""
    files: list[PictureSource] = [
        AttachmentSource(attachment, max_megabytes=max_megabytes, message=message)
        for attachment in _attached_pictures(message)
    ]
    urls = _embedded_pictures(message) or _linked_pictures(message)
    return files or [LinkSource(url, links) for url in urls]


def without_links(text: str) -> str:
    """Return `text` less the links to pictures in it."""
    return _LINK.sub(lambda link: "" if _names_picture(link[1]) else link[0], text)


def pick_picture(
    prompt: str, sources: Sequence[PictureSource], *, chosen: int = 1
) -> tuple[str, Sequence[PictureSource]]:
    """Return the prompt and the one picture it is about: `#2 make it night` picks the second, else it is the `chosen` one.

    Raises:
        NoSuchPicture: fewer pictures are there.
    """
    picked = _PICKED.match(prompt)
    if picked is None and chosen == 1:
        return prompt, sources[:1]
    position = chosen if picked is None else int(picked["position"])
    if not 1 <= position <= len(sources):
        raise NoSuchPicture(no_such_picture(position, len(sources)))
    return prompt[picked.end() if picked else 0 :], sources[position - 1 : position]


def _attached_pictures(message: discord.Message) -> list[discord.Attachment]:
    # What a message forwards is in its snapshots: https://docs.discord.com/developers/resources/message#message-snapshot-object
    forwarded = (attachment for snapshot in message.message_snapshots for attachment in snapshot.attachments)
    return [attachment for attachment in (*message.attachments, *forwarded) if is_picture(attachment)]


def _embedded_pictures(message: discord.Message) -> list[str]:
    forwarded = (embed for snapshot in message.message_snapshots for embed in snapshot.embeds)
    found = [
        embed.image.proxy_url or embed.image.url or embed.thumbnail.proxy_url or embed.thumbnail.url
        for embed in (*message.embeds, *forwarded)
    ]
    return [url for url in found if url]


def _linked_pictures(message: discord.Message) -> list[str]:
    """Return the links to pictures in the text, by their names: the embed that shows one comes only a moment later.

    https://docs.discord.com/developers/resources/message#embed-object
    """
    texts = (message.content, *(snapshot.content for snapshot in message.message_snapshots))
    return [link for text in texts for link in _LINK.findall(text) if _names_picture(link)]


def _names_picture(link: str) -> bool:
    try:
        return urlsplit(link).path.lower().endswith(_PICTURE_SUFFIXES)
    except ValueError:
        return False
