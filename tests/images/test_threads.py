"""Pictures are worked on beside the event loop, and never with more memory than there is."""

from __future__ import annotations

import asyncio
import threading

import pytest

from nanobot.images.errors import NotAPicture
from nanobot.images.prepare import prepare_picture
from nanobot.images.threads import ImageThreads
from tests.images.photographs import FOLDER


async def test_work_is_done_in_the_pool_and_its_result_handed_back() -> None:
    threads = ImageThreads()
    prepared = await threads.run(prepare_picture, (FOLDER / "astronaut.png").read_bytes(), max_side=100)
    worker = await threads.run(threading.current_thread)
    threads.close()

    assert max(prepared.width, prepared.height) <= 100
    assert worker.name.startswith("pictures")


async def test_what_the_work_raises_reaches_who_asked() -> None:
    threads = ImageThreads()
    with pytest.raises(NotAPicture):
        await threads.run(prepare_picture, b"no picture")
    threads.close()


async def test_closing_drops_what_has_not_started() -> None:
    threads = ImageThreads()
    gate = threading.Event()
    running = [asyncio.ensure_future(threads.run(gate.wait)) for _ in range(64)]
    started = asyncio.ensure_future(threads.run(threading.get_ident))
    await asyncio.sleep(0)
    threads.close()
    gate.set()

    with pytest.raises(asyncio.CancelledError):
        await started
    outcomes = await asyncio.gather(*running, return_exceptions=True)
    assert True in outcomes
