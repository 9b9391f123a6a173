"""Walks components and embeds, and ties `attachment://name` to the file it names.

https://discord.com/developers/docs/components/reference#unfurled-media-item. Imports the files of this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from enum import IntEnum

from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.files import Attachment

_ATTACHMENT_SCHEME = "attachment://"


class ComponentType(IntEnum):
    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset({3, 5, 6, 7, 8})


def children(component: Json) -> list[Json]:
    inner = [*(component.get("components") or ())]
    inner += [component[key] for key in ("accessory", "component") if component.get(key)]
    return inner


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Yield each component before what is in it."""
    for component in components:
        yield component
        yield from walk(children(component))


def media_of(component: Json) -> list[Json]:
    """Return the media objects that this component itself shows."""
    match component.get("type"):
        case ComponentType.MEDIA_GALLERY:
            return [item["media"] for item in component.get("items") or ()]
        case ComponentType.THUMBNAIL:
            return [component["media"]]
        case ComponentType.FILE:
            return [component["file"]]
        case _:
            return []


def embed_media(embed: Json) -> list[Json]:
    return [embed[key] for key in ("image", "thumbnail") if embed.get(key)]


def named_attachment(url: str) -> str | None:
    """Return the file name that an `attachment://` address names."""
    return url.removeprefix(_ATTACHMENT_SCHEME) if url.startswith(_ATTACHMENT_SCHEME) else None


def shows(media: Json, attachment: Attachment) -> bool:
    url = str(media.get("url", ""))
    return named_attachment(url) == attachment.filename or f"/{attachment.id}/" in url


def filled_components(components: list[Json], attachments: list[Attachment]) -> list[Json]:
    """Return a copy in which each `attachment://` address has become the file's own."""
    copy = deepcopy(components)
    for component in walk(copy):
        for media in media_of(component):
            _fill(media, attachments)
    return copy


def filled_embeds(embeds: list[Json], attachments: list[Attachment]) -> list[Json]:
    copy = deepcopy(embeds)
    for embed in copy:
        embed.setdefault("type", "rich")
        for media in embed_media(embed):
            _fill(media, attachments)
    return copy


def numbered(components: list[Json]) -> list[Json]:
    """Return a copy in which each component has an id, as Discord fills in the missing ones."""
    copy = deepcopy(components)
    taken = {component["id"] for component in walk(copy) if component.get("id")}
    free = (number for number in range(1, 10_000) if number not in taken)
    for component in walk(copy):
        component["id"] = component.get("id") or next(free)
    return copy


def _fill(media: Json, attachments: list[Attachment]) -> None:
    shown = next((attachment for attachment in attachments if shows(media, attachment)), None)
    if shown is None:
        media.setdefault("proxy_url", media.get("url"))
        return
    url = shown.url
    media.update(url=url, proxy_url=url, attachment_id=str(shown.id), content_type=shown.content_type)
    if shown.sides is not None:
        media["width"], media["height"] = shown.sides
