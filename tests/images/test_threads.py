"""Pictures are worked on beside the event loop, and never with more memory than there is."""

from __future__ import annotations

import asyncio
import threading

import pytest

from nanobot.images.budget import DecoderMemory
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


def test_decoders_wait_until_the_memory_they_need_is_free() -> None:
    memory = DecoderMemory(10)
    order: list[str] = []
    asking = threading.Event()

    def decode_large() -> None:
        asking.set()
        with memory.reserved(10):
            order.append("large")

    thread = threading.Thread(target=decode_large)
    with memory.reserved(4), memory.reserved(6):
        thread.start()
        asking.wait(timeout=10)
        order.append("first two")
    thread.join(timeout=10)

    assert order == ["first two", "large"]


def test_a_need_beyond_all_there_is_waits_for_all_there_is() -> None:
    memory = DecoderMemory(10)
    order: list[str] = []

    def decode_giant() -> None:
        with memory.reserved(1_000):
            order.append("giant")

    thread = threading.Thread(target=decode_giant, daemon=True)
    with memory.reserved(1):
        thread.start()
        order.append("small")
    thread.join(timeout=10)

    assert order == ["small", "giant"]


def test_memory_is_given_back_when_decoding_fails() -> None:
    memory = DecoderMemory(10)
    for _ in range(3):
        with pytest.raises(NotAPicture), memory.reserved(10):
            raise NotAPicture
