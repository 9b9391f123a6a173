"""A started stand-in, an HTTP client for it, and real photographs to send."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import aiohttp
import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn

KEY = "sandbox-key"


@dataclass(slots=True)
class Answer:
    """An HTTP answer, read to its end; `json` is None where it is none."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: object

    @property
    def error(self) -> dict[str, object]:
        assert isinstance(self.json, dict)
        error = self.json["error"]
        assert isinstance(error, dict)
        return error

    @property
    def fields(self) -> dict[str, object]:
        assert isinstance(self.json, dict)
        return self.json

    @property
    def items(self) -> list[dict[str, str]]:
        data = self.fields["data"]
        assert isinstance(data, list)
        return data


class Client:
    """Speaks plain HTTP to a stand-in, with its key unless told otherwise."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self.base_url = base_url

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        data: bytes | None = None,
    ) -> Answer:
        sent = {"Authorization": f"Bearer {KEY}"} if headers is None else headers
        url = path if path.startswith("http") else self.base_url + path
        async with self._session.request(method, url, headers=sent, json=json, data=data) as response:
            body = await response.read()
            is_json = response.content_type == "application/json"
            return Answer(response.status, response.headers, body, _decoded(body) if is_json else None)

    async def make(self, body: object, **fields: object) -> Answer:
        """Order pictures with `body`, to which `fields` are added where it is a mapping."""
        order = {**body, **fields} if isinstance(body, Mapping) else body
        return await self.send("POST", "/v1/images/generations", json=order)


def _decoded(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


class Wristwatch:
    """A time that stands still until it is turned."""

    def __init__(self) -> None:
        self._now = datetime(2026, 8, 14, 22, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._now

    def turn(self, by: timedelta) -> None:
        self._now += by


@pytest.fixture
def watch() -> Wristwatch:
    return Wristwatch()


@pytest.fixture
async def nanogpt(watch: Callable[[], datetime]) -> AsyncIterator[NanoGPTStandIn]:
    stand_in = NanoGPTStandIn(api_key=KEY, balance=Decimal(5), now=watch)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def client(nanogpt: NanoGPTStandIn) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, nanogpt.base_url)
