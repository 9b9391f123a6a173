"""Answers with files: the page's own, and what people and the bot attached. Imports the stand-in's files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from nanobot.sandbox.discord import Attachment
from nanobot.sandbox.discord.files import content_type_of
from nanobot.sandbox.discord.world import World

STATIC = Path(__file__).parent / "static"
# Named here, since a machine's own table of types may say something else.
_PAGE_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
# Pictures, of the kinds that carry no script.
_SHOWN_INLINE = {"image/avif", "image/gif", "image/heic", "image/jpeg", "image/png", "image/webp"}
_UNKNOWN_TYPE = "application/octet-stream"


def page_file(name: str) -> web.StreamResponse:
    """Answer with a file of the page.

    Raises:
        web.HTTPNotFound: it has no such file.
    """
    path = STATIC / name
    content_type = _PAGE_TYPES.get(path.suffix)
    if content_type is None or path.parent != STATIC or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Content-Type": content_type})


def attached_file(world: World, attachment_id: str, filename: str) -> web.StreamResponse:
    """Answer with a file of a message that is not deleted.

    Raises:
        web.HTTPNotFound: there is no such file.
    """
    for file in _attached(world):
        if str(file.id) == attachment_id and file.filename == filename:
            return stored_file(file.filename, file.data)
    raise web.HTTPNotFound


def stored_file(filename: str, data: bytes) -> web.Response:
    """Answer with bytes that somebody uploaded: shown where they are a picture, never run."""
    content_type = content_type_of(filename) or _UNKNOWN_TYPE
    way = "inline" if content_type in _SHOWN_INLINE else "attachment"
    disposition = f"{way}; filename*=UTF-8''{quote(filename, safe='')}"
    return web.Response(body=data, headers={"Content-Type": content_type, "Content-Disposition": disposition})


def _attached(world: World) -> list[Attachment]:
    return [
        file
        for channel in world.channels.values()
        for message in channel.messages.values()
        for file in message.held_attachments
    ]
