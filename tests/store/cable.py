"""What lies between a bot and its database, to be cut, or to carry nothing for a while."""

from __future__ import annotations

import asyncio
from contextlib import closing

from sqlalchemy.engine import URL


class Cable:
    """Carries every connection on to the server of a database, until it is cut."""

    def __init__(self, url: URL) -> None:
        self._far_url = url
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._port = 0

    @property
    def url(self) -> str:
        """Where the database is at this end."""
        return self._far_url.set(host="127.0.0.1", port=self._port).render_as_string(hide_password=False)

    async def plug(self) -> None:
        """Accept connections, at the same port as before."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break off every connection, and take no other."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    def clog(self) -> None:
        """Keep the connections, accept others, and carry nothing, as where packets are lost."""
        self._flowing.clear()

    def clear(self) -> None:
        """Carry on, with what has been said meanwhile."""
        self._flowing.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(
            self._far_url.host or "127.0.0.1", self._far_url.port or 5432
        )
        both = {writer, far_writer}
        self._writers |= both
        await asyncio.wait(
            [
                asyncio.create_task(self._pump(reader, far_writer)),
                asyncio.create_task(self._pump(far_reader, writer)),
            ]
        )
        self._writers -= both

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            try:
                while data := await reader.read(65536):
                    await self._flowing.wait()
                    writer.write(data)
                    await writer.drain()
            except ConnectionError:
                return
