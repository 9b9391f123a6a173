"""A client that ends in the midst of what it sends."""

from __future__ import annotations

import asyncio

import yarl


async def break_off(url: str, *headers: str) -> None:
    """Send the head of a POST and the first bytes of its body, cut the line, and wait until the server is done with it."""
    address = yarl.URL(url)
    before = asyncio.all_tasks()
    reader, writer = await asyncio.open_connection(address.host, address.port)
    head = (
        f"POST {address.path} HTTP/1.1",
        f"Host: {address.authority}",
        "Content-Length: 1000",
        "Expect: 100-continue",
        *headers,
    )
    writer.write("\r\n".join((*head, "", "")).encode())
    assert (
        await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
    )  # whoever answers reads the body from here on
    serving = asyncio.all_tasks() - before
    assert serving
    writer.write(b"--b\r\n")
    writer.transport.abort()
    await asyncio.wait(serving)
