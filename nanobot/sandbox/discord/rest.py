"""The HTTP side of REST v10: reads requests, checks the token, records, refuses in Discord's envelope.

Imports the requests, errors and troubles of this package; what the routes do is theirs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from nanobot.sandbox.discord.errors import ApiRefusal, Refusal
from nanobot.sandbox.discord.problems import refuse
from nanobot.sandbox.discord.recording import ApiRequest, RecordedRequest, UploadedFile
from nanobot.sandbox.discord.shapes import check_shapes
from nanobot.sandbox.discord.trouble import Misfortune, Trouble

API_PREFIX = "/api/v10"
# https://discord.com/developers/docs/resources/message#create-message
MAX_REQUEST_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`body` is JSON; `None` is no body at all, as with 204."""

    status: int = 200
    body: Any = None


Handler = Callable[[ApiRequest], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`template` is a path of Discord's OpenAPI file. Webhook routes carry their token in the path."""

    method: str
    template: str
    handler: Handler
    needs_token: bool = True


class RestServer:
    """Serves a table of routes and keeps every request."""

    def __init__(self, routes: Iterable[Route], *, bot_token: Callable[[], str], trouble: Trouble) -> None:
        self._routes = list(routes)
        self._bot_token = bot_token
        self._trouble = trouble
        self.requests: list[RecordedRequest] = []

    def add_to(self, app: web.Application) -> None:
        for route in self._routes:
            app.router.add_route(route.method, API_PREFIX + route.template, self._serving(route))
        for template in {route.template for route in self._routes}:
            app.router.add_route("*", API_PREFIX + template, self._refusing(Refusal.METHOD_NOT_ALLOWED))
        app.router.add_route("*", "/api/{tail:.*}", self._refusing(Refusal.NOT_FOUND))

    def _refusing(self, refusal: Refusal) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(_: ApiRequest) -> Answer:
            raise ApiRefusal(refusal)

        return self._serving(Route(method="*", template="", handler=handler, needs_token=False))

    def _serving(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            received_at = time.monotonic()
            response: web.Response | None
            try:
                read = await _read(request, route)
            except ConnectionError:  # the bot has ended in the midst of an upload
                return _cut(request)
            except ApiRefusal as refusal:
                read = _unread(request, route)
                response = _to_response(_refused(refusal))
            else:
                response = await self._answer(request, route, read)
            self._record(read, received_at, response.status if response is not None else 0)
            if response is None:
                return _cut(request)
            return response

        return serve

    async def _answer(self, request: web.Request, route: Route, read: ApiRequest) -> web.Response | None:
        """Return the response, or `None` when the connection is to be cut."""
        misfortune = self._trouble.strike(read)
        if misfortune is not None and not misfortune.is_handled_first:
            return _unlucky(misfortune)
        try:
            if route.needs_token and request.headers.get("Authorization") != f"Bot {self._bot_token()}":
                raise ApiRefusal(Refusal.UNAUTHORIZED)
            check_shapes(read.body)
            answer = await route.handler(read)
        except ApiRefusal as refusal:
            answer = _refused(refusal)
        return _to_response(answer) if misfortune is None else _unlucky(misfortune)

    def _record(self, read: ApiRequest, received_at: float, status: int) -> None:
        self.requests.append(
            RecordedRequest(
                method=read.method,
                route=read.route,
                path=read.path,
                query=read.query,
                body=read.body,
                files=read.files,
                status=status,
                received_at=received_at,
            )
        )


def _to_response(answer: Answer) -> web.Response:
    """Clients compare the content type exactly, so that it must not name a charset."""
    if answer.body is None:
        return web.Response(status=answer.status)
    return web.Response(
        status=answer.status,
        body=json.dumps(answer.body).encode(),
        headers={"Content-Type": "application/json"},
    )


def _refused(refusal: ApiRefusal) -> Answer:
    return Answer(status=refusal.refusal.status, body=refusal.envelope)


def _unlucky(misfortune: Misfortune) -> web.Response | None:
    if misfortune.cuts_connection:
        return None
    response = _to_response(Answer(status=misfortune.status, body=misfortune.body))
    response.headers.update(misfortune.headers)
    return response


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _read(request: web.Request, route: Route) -> ApiRequest:
    if (request.content_length or 0) > MAX_REQUEST_BYTES:
        async for _ in request.content.iter_any():
            pass  # read to the end, or the client sees a broken connection instead of the answer
        raise ApiRefusal(Refusal.ENTITY_TOO_LARGE)
    body: Any = None
    files: tuple[UploadedFile, ...] = ()
    if request.content_type == "multipart/form-data":
        body, files = await _read_form(request)
    elif request.can_read_body:
        body = _parsed(await request.text())
    return _made(request, route, body, files)


def _unread(request: web.Request, route: Route) -> ApiRequest:
    return _made(request, route, None, ())


def _made(request: web.Request, route: Route, body: Any, files: tuple[UploadedFile, ...]) -> ApiRequest:
    return ApiRequest(
        method=request.method,
        route=route.template,
        path=request.path.removeprefix(API_PREFIX),
        params=dict(request.match_info),
        query=dict(request.query),
        body=body,
        files=files,
    )


async def _read_form(request: web.Request) -> tuple[Any, tuple[UploadedFile, ...]]:
    body: Any = {}
    files: list[UploadedFile] = []
    total = 0
    try:
        reader = await request.multipart()
        async for part in reader:
            if not isinstance(part, BodyPartReader):
                raise refuse((), "BASE_TYPE_BAD_TYPE", "A form within a form cannot be read.")
            data = bytes(await part.read())
            total += len(data)
            if part.filename is not None:
                files.append(_uploaded(part, data))
            elif part.name == "payload_json":
                body = _parsed(data.decode())
    except (ValueError, AssertionError) as error:
        raise refuse((), "BASE_TYPE_BAD_TYPE", "The form cannot be read.") from error
    if total > MAX_REQUEST_BYTES:
        raise ApiRefusal(Refusal.ENTITY_TOO_LARGE)
    return body, tuple(files)


def _uploaded(part: BodyPartReader, data: bytes) -> UploadedFile:
    return UploadedFile(
        field=part.name or "",
        filename=part.filename or "",
        size=len(data),
        content_type=part.headers.get("Content-Type", "application/octet-stream"),
        data=data,
    )


def _parsed(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise ApiRefusal(Refusal.INVALID_JSON) from error
