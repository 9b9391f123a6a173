"""The HTTP side: tokens, unknown routes, troubles, the CDN, what is recorded."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import discord
import pytest
from discord.http import HTTPClient

from nanobot.clock import TurnableClock
from nanobot.sandbox.discord import DiscordStandIn, File
from nanobot.sandbox.discord.cdn import SIGNATURE_LIFETIME
from tests.sandbox.breaking_off import break_off
from tests.sandbox.discord.conftest import Raw, Scene


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/no/such/route", 404, "404: Not Found"),
        ("DELETE", "/users/@me", 405, "405: Method Not Allowed"),
        ("GET", "/channels/5/messages", 404, "Unknown Channel"),
        ("GET", "/channels/x/messages", 404, "Unknown Channel"),
        ("GET", "/users/5", 404, "Unknown User"),
        ("GET", "/guilds/5", 404, "Unknown Guild"),
    ],
    ids=lambda value: str(value).strip("/").replace("/", "-"),
)
async def test_what_is_unknown_is_refused_in_an_envelope(
    raw: Raw, method: str, path: str, status: int, message: str
) -> None:
    reply = await raw(method, path)

    assert (reply.status, reply.body["message"]) == (status, message)
    assert reply.headers["Content-Type"] == "application/json"


async def test_every_account_route_needs_the_token(raw: Raw) -> None:
    for path in ("/users/@me", "/oauth2/applications/@me", "/gateway/bot", "/channels/5/messages"):
        assert (await raw("GET", path, token="wrong")).status == 401
    assert (await raw("GET", "/gateway", token="wrong")).body == {"url": raw.stand_in.gateway_url}


async def test_guilds_members_users_and_channels_are_fetched(scene: Scene, raw: Raw) -> None:
    guild = (await raw("GET", f"/guilds/{scene.guild.id}")).body
    member = (await raw("GET", f"/guilds/{scene.guild.id}/members/{scene.alice.id}")).body
    stranger = await raw("GET", f"/guilds/{scene.guild.id}/members/5")
    channel = (await raw("GET", f"/channels/{scene.general.id}")).body
    user = (await raw("GET", f"/users/{scene.alice.id}")).body

    assert (guild["name"], guild["preferred_locale"]) == ("Fox Den", "en-GB")
    assert (member["user"], stranger.code, channel["name"]) == (user, 10007, "general")


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=b"])
async def test_a_request_that_breaks_off_is_taken_quietly(
    stand_in: DiscordStandIn, caplog: pytest.LogCaptureFixture, content_type: str
) -> None:
    """A bot that is killed in the midst of an upload puts no traceback into anybody's terminal, and has posted nothing."""
    await break_off(f"{stand_in.api_url}/channels/5/messages", f"Content-Type: {content_type}")

    assert caplog.record_tuples == []
    assert stand_in.requests == []


async def test_a_body_that_is_no_json_is_refused(scene: Scene, raw: Raw) -> None:
    url = f"{scene.stand_in.api_url}/channels/{scene.general.id}/messages"
    headers = {"Content-Type": "application/json", "Authorization": f"Bot {scene.stand_in.bot_token}"}
    async with raw.session.post(url, data="{", headers=headers) as response:
        body = await response.json()

    assert (response.status, body["code"]) == (400, 50109)


async def test_requests_are_recorded_with_route_body_and_files(scene: Scene, raw: Raw) -> None:
    await raw.post(scene.general, {"content": "look"}, files=[scene.fox])
    request = scene.stand_in.requests[-1]

    assert (request.method, request.route) == ("POST", "/channels/{channel_id}/messages")
    assert (request.path, request.status) == (f"/channels/{scene.general.id}/messages", 200)
    assert request.body == {"content": "look"}
    assert [(file.field, file.filename, file.size) for file in request.files] == [
        ("files[0]", "fox.png", len(scene.fox.data))
    ]


async def test_a_failure_is_made_for_as_many_requests_as_named(scene: Scene, raw: Raw) -> None:
    scene.stand_in.trouble.fail_next("POST", "/channels/*/messages", 503, 2)
    replies = [await raw.post(scene.general, {"content": str(number)}) for number in range(3)]

    assert [reply.status for reply in replies] == [503, 503, 200]
    assert len(scene.general.messages) == 1


async def test_trouble_ends_when_told(scene: Scene, raw: Raw) -> None:
    scene.stand_in.trouble.fail_next("*", "/channels/{channel_id}/messages", 500, 9, code=130000)
    failed = await raw.post(scene.general, {"content": "x"})
    scene.stand_in.trouble.end()

    assert (failed.status, failed.code) == (500, 130000)
    assert (await raw.post(scene.general, {"content": "x"})).status == 200


async def test_files_are_refused_until_the_trouble_ends(scene: Scene, raw: Raw) -> None:
    trouble = scene.stand_in.trouble
    trouble.refuse_files = True
    with_file = await raw.post(scene.general, {"content": "x"}, files=[scene.fox])
    without = await raw.post(scene.general, {"content": "x"})
    trouble.end()

    assert (with_file.status, with_file.code, without.status) == (413, 40005, 200)
    assert (await raw.post(scene.general, {"content": "x"}, files=[scene.fox])).status == 200


async def test_discord_py_waits_out_a_rate_limit(scene: Scene) -> None:
    http = HTTPClient(asyncio.get_running_loop())
    await http.static_login(scene.stand_in.bot_token)
    scene.stand_in.trouble.rate_limit_next("GET", "/users/@me", retry_after_seconds=0.01)
    try:
        me = await http.request(discord.http.Route("GET", "/users/@me"))
    finally:
        await http.close()

    assert me["id"] == str(scene.stand_in.application_id)
    assert [request.status for request in scene.stand_in.requests] == [200, 429, 200]


async def test_a_ban_of_cloudflare_has_no_via(scene: Scene, raw: Raw) -> None:
    trouble = scene.stand_in.trouble
    trouble.rate_limit_next("GET", "/users/@me", retry_after_seconds=9, is_global=True)
    trouble.rate_limit_next("GET", "/users/@me", retry_after_seconds=9, is_cloudflare=True)
    limited, banned = await raw("GET", "/users/@me"), await raw("GET", "/users/@me")

    assert (limited.body["global"], limited.headers["Retry-After"], "Via" in limited.headers) == (
        True,
        "9",
        True,
    )
    assert (banned.status, "Via" in banned.headers) == (429, False)


@pytest.mark.parametrize(("is_handled_first", "posted"), [(False, 0), (True, 1)], ids=["before", "after"])
async def test_a_connection_is_cut_before_or_after_the_effect(
    scene: Scene, raw: Raw, is_handled_first: bool, posted: int
) -> None:
    """With the effect and without an answer, only a nonce keeps the bot from posting twice."""
    scene.stand_in.trouble.drop_next("POST", "/channels/*/messages", is_handled_first=is_handled_first)
    with pytest.raises(aiohttp.ClientConnectionError):
        await raw.post(scene.general, {"content": "x"})

    assert len(scene.general.messages) == posted
    assert scene.stand_in.requests[-1].status == 0


async def test_attachments_have_signed_addresses_that_run_out(raw: Raw) -> None:
    clock = TurnableClock(datetime(2026, 1, 1, tzinfo=UTC))
    stand_in = DiscordStandIn(clock=clock)
    await stand_in.start()
    try:
        guild = stand_in.add_guild("Den")
        alice, channel = guild.add_member("alice"), guild.add_channel("general")

        said = await alice.says("look", channel, files=[File("a.txt", b"words")])
        url = said.attachments[0].url
        seen = await _fetched(raw, url)
        forged = await _fetched(raw, url.replace("hm=", "hm=0"))
        stripped = await _fetched(raw, url.split("?")[0])
        clock.turn(SIGNATURE_LIFETIME - timedelta(seconds=1))
        late = await _fetched(raw, url)
        clock.turn(timedelta(seconds=1))
        expired = await _fetched(raw, url)
        renewed = await _fetched(raw, said.attachments[0].url)
        await alice.deletes(said)
        deleted = await _fetched(raw, said.held_attachments[0].url)
    finally:
        await stand_in.stop()

    assert seen == late == renewed == (200, b"words")
    assert {forged[0], stripped[0], expired[0], deleted[0]} == {404}


async def _fetched(raw: Raw, url: str) -> tuple[int, bytes]:
    async with raw.session.get(url) as response:
        return response.status, await response.read()


async def test_stopping_twice_does_no_harm_and_closes_the_port() -> None:
    stand_in = DiscordStandIn()
    await stand_in.start()
    await stand_in.stop()
    await stand_in.stop()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(stand_in.api_url + "/gateway")
