"""Fetching finished pictures from real servers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import skimage
from aiohttp import web

from nanobot.nanogpt import DownloadFailed, HostedPicture
from nanobot.nanogpt.download import fetch_picture
from nanobot.nanogpt.pictures import is_picture
from nanobot.nanogpt.retry import MAX_DOWNLOAD_ATTEMPTS, MAX_DOWNLOAD_WAIT_SECONDS
from nanobot.nanogpt.transport import open_session
from tests.nanogpt.vendor import (
    PHOTOGRAPH,
    Pauses,
    RawAnswerer,
    answering_bytes,
    client_of,
    refusing,
    serving,
    serving_raw,
)

_DATA = Path(skimage.__file__).parent / "data"


async def test_picture_arrives_whole_and_the_key_stays_home() -> None:
    """The signed address belongs to somebody else's storage."""
    async with serving(answering_bytes(PHOTOGRAPH)) as vendor, client_of(vendor.url) as client:
        data = await client.download(HostedPicture(url=f"{vendor.url}/a.jpg"))

    headers = vendor.seen[0].headers
    assert data == PHOTOGRAPH
    assert "Authorization" not in headers
    assert "x-api-key" not in headers
    assert "Cookie" not in headers


async def test_address_is_asked_for_exactly_as_it_was_signed() -> None:
    signed = "/b%2Fc/%7Ea.png?X-Amz-Credential=AK%2F2026&X-Amz-Signature=a%2Bb%3D&x=a+b&y=%c3%a4"
    async with serving(answering_bytes(PHOTOGRAPH)) as vendor, client_of(vendor.url) as client:
        await client.download(HostedPicture(url=vendor.url + signed))

    assert vendor.seen[0].path == signed


async def test_address_that_was_never_quoted_is_quoted() -> None:
    async with serving(answering_bytes(PHOTOGRAPH)) as vendor, client_of(vendor.url) as client:
        await client.download(HostedPicture(url=f"{vendor.url}/ä b.png"))

    assert vendor.seen[0].path == "/%C3%A4%20b.png"


async def test_redirect_is_followed() -> None:
    async def redirect(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/elsewhere.jpg")

    async with serving(redirect, answering_bytes(PHOTOGRAPH)) as vendor, client_of(vendor.url) as client:
        data = await client.download(HostedPicture(url=f"{vendor.url}/a.jpg"))

    assert data == PHOTOGRAPH


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_temporary_failure_is_tried_again(status: int) -> None:
    pauses = Pauses()
    failing = answering_bytes(b"", status=status)
    async with (
        serving(failing, answering_bytes(PHOTOGRAPH)) as vendor,
        client_of(vendor.url, pauses=pauses) as client,
    ):
        data = await client.download(HostedPicture(url=f"{vendor.url}/a.jpg"))

    assert data == PHOTOGRAPH
    assert pauses.seconds == [0.75]


async def test_outage_of_more_than_a_minute_is_bridged() -> None:
    """The picture is paid for: it is worth a longer wait than an order, and the wait has an end all the same."""
    pauses = Pauses()
    async with (
        serving(answering_bytes(b"", status=503)) as vendor,
        client_of(vendor.url, pauses=pauses) as client,
    ):
        with pytest.raises(DownloadFailed) as caught:
            await client.download(HostedPicture(url=f"{vendor.url}/a.jpg"))

    assert caught.value.temporary
    assert caught.value.status == 503
    assert len(vendor.seen) == MAX_DOWNLOAD_ATTEMPTS
    assert pauses.seconds == sorted(pauses.seconds)
    assert 60 < sum(pauses.seconds) <= MAX_DOWNLOAD_WAIT_SECONDS


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_address_that_ran_out_is_final(status: int) -> None:
    async with serving(answering_bytes(b"", status=status)) as vendor, client_of(vendor.url) as client:
        with pytest.raises(DownloadFailed) as caught:
            await client.download(HostedPicture(url=f"{vendor.url}/a.jpg"))

    assert not caught.value.temporary
    assert len(vendor.seen) == 1


async def test_what_is_no_picture_is_not_taken_for_one() -> None:
    async with serving(answering_bytes(b"<html>Sign in</html>")) as vendor, client_of(vendor.url) as client:
        with pytest.raises(DownloadFailed, match="no picture") as caught:
            await client.download(HostedPicture(url=f"{vendor.url}/a.jpg"))

    assert not caught.value.temporary


async def test_refused_connection_is_temporary() -> None:
    async with refusing() as url, client_of(url) as client:
        with pytest.raises(DownloadFailed) as caught:
            await client.download(HostedPicture(url=f"{url}/a.jpg"))

    assert caught.value.temporary


@pytest.mark.parametrize(
    "url", ["http://", "ftp://a/b.png", "http://[::1/a.png", "http://a:99999/"], ids=repr
)
async def test_address_that_is_none_is_final(url: str) -> None:
    async with client_of("http://127.0.0.1") as client:
        with pytest.raises(DownloadFailed) as caught:
            await client.download(HostedPicture(url=url))

    assert not caught.value.temporary


async def test_endless_redirects_are_final() -> None:
    async def redirect(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.path + "x")

    async with serving(redirect) as vendor, client_of(vendor.url) as client:
        with pytest.raises(DownloadFailed) as caught:
            await client.download(HostedPicture(url=f"{vendor.url}/a.jpg"))

    assert not caught.value.temporary
    assert len(vendor.seen) == 5


async def _break_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n\x89PNG\r\n\x1a\n")
    await writer.drain()


async def _speak_nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"nonsense\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("answer", [_break_off, _speak_nonsense])
async def test_half_a_picture_is_no_picture(answer: RawAnswerer) -> None:
    async with serving_raw(answer) as vendor, client_of(vendor.url) as client:
        with pytest.raises(DownloadFailed) as caught:
            await client.download(HostedPicture(url=f"{vendor.url}/a.jpg"))

    assert caught.value.temporary
    assert len(vendor.seen) == MAX_DOWNLOAD_ATTEMPTS


async def test_bound_holds_without_an_announced_length() -> None:
    async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + PHOTOGRAPH)
        await writer.drain()

    async with serving_raw(pour) as vendor, open_session() as session:
        whole = await fetch_picture(session, vendor.url, user_agent="t", max_bytes=len(PHOTOGRAPH))
        with pytest.raises(DownloadFailed, match="larger") as caught:
            await fetch_picture(session, vendor.url, user_agent="t", max_bytes=len(PHOTOGRAPH) - 1)

    assert whole == PHOTOGRAPH
    assert not caught.value.temporary


async def test_stalled_download_is_given_up_for_now() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + PHOTOGRAPH[:100])
        await writer.drain()
        await reader.read()

    async with serving_raw(stall) as vendor, open_session() as session:
        with pytest.raises(DownloadFailed, match="too long") as caught:
            await fetch_picture(session, vendor.url, user_agent="t", timeout_seconds=0.2)

    assert caught.value.temporary


@pytest.mark.parametrize("name", ["astronaut.png", "rocket.jpg", "no_time_for_that_tiny.gif"])
def test_real_pictures_are_told_by_their_first_bytes(name: str) -> None:
    assert is_picture((_DATA / name).read_bytes()[:32])


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"%PDF-1.7", b"RIFF\x00\x00\x00\x00WAVE", b"{}"], ids=repr)
def test_other_files_are_no_pictures(data: bytes) -> None:
    assert not is_picture(data)
