"""The page's HTTP server on 127.0.0.1: files, sockets, and what people do. Imports the rest of this package."""

from __future__ import annotations

import json

from aiohttp import web

from nanobot.errors import OperatorError, PersonError
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.opening import Sandbox
from nanobot.sandbox.page.acting import Acting
from nanobot.sandbox.page.actions import ActionUnclear, read_action
from nanobot.sandbox.page.guarding import Guard, Handler
from nanobot.sandbox.page.knobs import Knobs
from nanobot.sandbox.page.pushing import Pushing
from nanobot.sandbox.page.seats import NoSuchSeat, Seat, take_seat
from nanobot.sandbox.page.serving_files import attached_file, page_file, stored_file
from nanobot.sandbox.page.uploads import UploadGone, Uploads, UploadTooLarge, UploadUnreadable, read_file

HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 1.0
_STATUS_OF = {
    ActionUnclear: 400,
    UploadUnreadable: 400,
    NoSuchSeat: 404,
    UploadGone: 404,
    UploadTooLarge: 413,
}


class PortNotFree(OperatorError):
    """The page cannot be served on the wanted port."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(
            f"Port {port} cannot be used ({reason}): name another with --port, or none for a free one."
        )


class PageServer:
    """Serves the page; port 0 takes a free one."""

    def __init__(
        self, sandbox: Sandbox, *, port: int, uploads: Uploads, acting: Acting, knobs: Knobs, pushing: Pushing
    ) -> None:
        self._sandbox = sandbox
        self._port = port
        self._uploads = uploads
        self._acting = acting
        self._knobs = knobs
        self._pushing = pushing
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where the page is, known once started."""
        return f"http://{HOST}:{self._port}/"

    async def start(self) -> None:
        """Listen until `stop`.

        Raises:
            PortNotFree: somebody else does.
        """
        app = web.Application()
        Guard(lambda: self._port).add_to(app)
        app.middlewares.append(_tell_refusals)
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/static/{name}", self._static),
                web.get("/files/{id}/{filename}", self._attached),
                web.get("/socket", self._socket),
                web.post("/api/act", self._act),
                web.post("/api/panel", self._panel),
                web.post("/api/upload", self._upload),
                web.get("/api/uploads/{id}", self._uploaded),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError as error:
            raise PortNotFree(self._port, error.strerror or str(error)) from error
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Hang up and close the port."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await self._pushing.close()
            await runner.cleanup()

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return page_file("index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return page_file(request.match_info["name"])

    async def _attached(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info
        return attached_file(self._sandbox.den.world, wanted["id"], wanted["filename"])

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        return await self._pushing.serve(
            request, self._seat(request.query.get("person"), request.query.get("channel"))
        )

    async def _act(self, request: web.Request) -> web.StreamResponse:
        body = await _object(request)
        seat = self._seat(body.get("person"), body.get("channel"))
        learned = await self._acting.act(seat, read_action(body.get("action")))
        return web.json_response({"ok": True, **learned})

    async def _panel(self, request: web.Request) -> web.StreamResponse:
        await self._knobs.use((await _object(request)).get("action"))
        return web.json_response({"ok": True})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        file = await read_file(request)
        upload_id = self._uploads.keep(file)
        return web.json_response(
            {
                "ok": True,
                "upload": upload_id,
                "filename": file.filename,
                "size": len(file.data),
                "url": f"/api/uploads/{upload_id}",
            }
        )

    async def _uploaded(self, request: web.Request) -> web.StreamResponse:
        file = self._uploads.get(request.match_info["id"])
        return stored_file(file.filename, file.data)

    def _seat(self, person: object, channel: object) -> Seat:
        return take_seat(self._sandbox.den, person, channel)


@web.middleware
async def _tell_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except PersonError as error:
        answer = {"ok": False, "sentence": error.sentence}
        return web.json_response(answer, status=_STATUS_OF.get(type(error), 200))


async def _object(request: web.Request) -> Json:
    """Read a JSON object.

    Raises:
        ActionUnclear: the body is something else.
    """
    if request.content_type != "application/json":
        raise ActionUnclear
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise ActionUnclear from error
    if not isinstance(body, dict):
        raise ActionUnclear
    return body
