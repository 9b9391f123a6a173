"""A studio for each test: a migrated SQLite file and a stand-in for NanoGPT on a port of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.generation.studio import API_KEY, Studio, open_studio
from tests.store.databases import *  # noqa: F403


@pytest.fixture
async def nanogpt() -> AsyncIterator[NanoGPTStandIn]:
    stand_in = NanoGPTStandIn(api_key=API_KEY)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def studio(sqlite_url: str, nanogpt: NanoGPTStandIn) -> AsyncIterator[Studio]:
    async with open_studio(sqlite_url, nanogpt) as opened:
        yield opened
