"""Base64 without needless copies: a picture of 3 MB becomes 4 MB of text, once. May import pybase64.

Memory that is new to a process costs several times what writing it does. So the text comes in pieces of a size that is used
over and over, and nobody joins them: `ImageRequest` and the connection to NanoGPT take them as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pybase64

_GROUP_BYTES = 3  # become four letters: https://datatracker.ietf.org/doc/html/rfc4648#section-4
_SMALL_BYTES = 65_536
_PIECE_BYTES = _GROUP_BYTES * 65_536


def to_data_url(media_type: str, parts: Iterable[bytes | memoryview]) -> tuple[bytes, ...]:
    """Return `parts`, one after the other, as one data URL in pieces."""
    return (f"data:{media_type};base64,".encode("ascii"), *_encoded(parts))


def _encoded(parts: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Yield the letters of whole groups: small parts are collected, large ones encoded where they lie."""
    waiting = bytearray()
    for part in parts:
        if len(part) < _SMALL_BYTES:
            waiting += part
            continue
        view = memoryview(part)
        start = -len(waiting) % _GROUP_BYTES
        end = len(view) - (len(view) - start) % _GROUP_BYTES
        if waiting:
            yield pybase64.b64encode(waiting + view[:start])
        for at in range(start, end, _PIECE_BYTES):
            yield pybase64.b64encode(view[at : min(at + _PIECE_BYTES, end)])
        waiting = bytearray(view[end:])
    if waiting:
        yield pybase64.b64encode(waiting)
