"""Bytes of a finished picture: told apart from anything else, and decoded from base64. Imports only pybase64."""

from __future__ import annotations

import binascii
from typing import Final

import pybase64

# Leading bytes of the formats that image models deliver, each with the offset at which they stand.
_SIGNATURES: Final = (
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (8, b"WEBP"),
    (4, b"ftypavif"),
    (4, b"ftypavis"),
    (4, b"ftyphei"),
    (4, b"ftypmif1"),
    (0, b"BM"),
    (0, b"II*\x00"),
    (0, b"MM\x00*"),
    (0, b"\xff\x0a"),
    (0, b"\x00\x00\x00\x0cJXL "),
)
_WHITESPACE: Final = b" \t\r\n"


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a picture does; nothing is decoded."""
    return any(data.startswith(signature, offset) for offset, signature in _SIGNATURES)


def decode_base64(text: bytes | memoryview) -> bytes | None:
    """Decode base64 text; `None` where it is none.

    A `data:` prefix, line breaks and missing padding are forgiven.
    """
    try:
        return pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return _decode_tidied(bytes(text))


def _decode_tidied(text: bytes) -> bytes | None:
    if text.startswith(b"data:"):
        text = text.partition(b",")[2]
    text = text.translate(None, _WHITESPACE)
    try:
        return pybase64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
