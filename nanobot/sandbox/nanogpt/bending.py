"""Answers with status 200 that are not what they should be. Imports nothing of nanobot.

None of them is documented; each is what clients of busy services meet: a proxy's page, a body that ends too early, an
error under a good status, a list that is too short.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias, assert_never

from aiohttp import web

Json: TypeAlias = object
Bend: TypeAlias = Literal[
    "html",
    "empty_body",
    "cut_json",
    "wrong_types",
    "wrong_shape",
    "error_inside",
    "empty_data",
    "one_fewer",
    "one_more",
    "url_and_b64",
    "task_id",
    "no_cost",
]
"""The last six are for pictures only: `task_id` makes a task of an order for any model, `no_cost` tells no price."""

_PAGE = "<!DOCTYPE html><html><head><title>Just a moment…</title></head><body>Just a moment…</body></html>"
_ERROR = {
    "error": {"message": "The upstream provider failed.", "type": "server_error", "code": "upstream_error"}
}


def content_of(body: Json) -> bytes:
    """Return the bytes of an answer: a file as it is, anything else as JSON."""
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def answer_of(
    body: Json, bend: Bend | None, *, headers: Mapping[str, str] = MappingProxyType({})
) -> web.Response:
    """Return the answer with `body`, bent where that concerns the whole of it and not a list of pictures.

    Of a file, which has no types and no shape, only the first three bends make sense.
    """
    content_type = "image/png" if isinstance(body, bytes) else "application/json"
    content = content_of(body)
    match bend:
        case "html":
            return web.Response(text=_PAGE, content_type="text/html", headers=headers)
        case "empty_body":
            content = b""
        case "cut_json":
            content = content[: len(content) // 2]
        case "wrong_types":
            content = content_of(_mistyped(body))
        case "wrong_shape":
            content = content_of([body])
        case "error_inside":
            content = content_of(_ERROR)
        case None | "empty_data" | "one_fewer" | "one_more" | "url_and_b64" | "task_id" | "no_cost":
            pass
        case _:
            assert_never(bend)
    return web.Response(body=content, content_type=content_type, headers=headers)


def bent_items(items: Sequence[Mapping[str, str]], bend: Bend | None) -> list[dict[str, str]]:
    """Return the pictures of an answer, bent where that concerns their number; "one_more" is made beforehand."""
    match bend:
        case "empty_data":
            return []
        case "one_fewer":
            return [dict(item) for item in items[:-1]]
        case _:
            return [dict(item) for item in items]


def _mistyped(value: Json) -> Json:
    """Return `value` with its structure kept and each thing in it of another type."""
    match value:
        case Mapping():
            return {name: _mistyped(item) for name, item in value.items()}
        case list():
            return [_mistyped(item) for item in value]
        case str():
            return len(value)
        case None:
            return "nothing"
        case _:
            return [str(value)]
