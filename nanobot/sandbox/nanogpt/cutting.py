"""A line that breaks off in the middle of an answer. Imports nothing of nanobot."""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

from aiohttp import web

Moment: TypeAlias = Literal["before_work", "before_headers", "after_headers", "mid_body"]


async def cut(request: web.Request, moment: Moment, content: bytes) -> web.StreamResponse:
    """Send as much of an answer with `content` as comes before `moment`, then close the line."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    match moment:
        case "before_work" | "before_headers":
            sent = None
        case "after_headers":
            sent = b""
        case "mid_body":
            sent = content[: len(content) // 2]
        case _:
            assert_never(moment)
    if sent is not None:
        response.content_length = len(content)
        await response.prepare(request)
        await response.write(sent)
    # Closing the transport (not aborting it) still delivers what was written, then the line is dead.
    if request.transport is not None:
        request.transport.close()
    return response
