"""One stand-in, one guild and one discord.js program for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
import skimage

from nanobot.sandbox.discord import Channel, DiscordStandIn, File, Guild, Person, RecordedRequest, Role
from tests.openapi_discord import check_requests, require_specification
from tests.sandbox.discord_js.installation import require_discord_js
from tests.sandbox.discord_js.program import Fact, Program

PHOTOGRAPHS = Path(skimage.__file__).parent / "data"
REPLY_PICTURE = PHOTOGRAPHS / "rocket.jpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A guild with an artist and a moderator, and the program that is online in it."""

    stand_in: DiscordStandIn
    guild: Guild
    general: Channel
    artists: Role
    alice: Person
    bob: Person
    moderator: Person
    cat: File
    program: Program
    ready: Fact


@pytest.fixture(scope="package")
def node() -> str:
    return require_discord_js()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def scene(node: str) -> AsyncIterator[Scene]:
    stand_in = DiscordStandIn()
    await stand_in.start()
    guild = stand_in.add_guild("Fox Den", locale="en-GB", boost_tier=2)
    general = guild.add_channel("general")
    artists = guild.add_role("artists", permissions=["send_polls"])
    alice = guild.add_member("alice", roles=[artists], locale="de")
    bob = guild.add_member("bob")
    moderator = guild.add_member("mod", permissions=["manage_guild"])
    program = await Program.started(node, stand_in, picture=REPLY_PICTURE)
    try:
        yield Scene(
            stand_in=stand_in,
            guild=guild,
            general=general,
            artists=artists,
            alice=alice,
            bob=bob,
            moderator=moderator,
            cat=File("my cat.png", (PHOTOGRAPHS / "chelsea.png").read_bytes()),
            program=program,
            ready=await program.saw("ready"),
        )
    finally:
        code = await program.stop()
        await stand_in.stop()
    assert code == 0


@pytest.fixture(autouse=True)
def _every_request_is_of_discords_api(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let Discord's OpenAPI file judge every request of a test: it takes what the stand-in took, and no more."""
    if "scene" not in request.fixturenames:
        yield
        return
    scene: Scene = request.getfixturevalue("scene")
    start, errors_before = len(scene.stand_in.requests), len(scene.program.errors)
    yield
    made = scene.stand_in.requests[start:]
    assert scene.program.errors[errors_before:] == []
    require_specification()
    assert check_requests(_without_mark(one) for one in made if one.status < 400) == []
    assert [one.path for one in made if one.status == 400 and not check_requests([_without_mark(one)])] == []


def _without_mark(request: RecordedRequest) -> RecordedRequest:
    """Take away the `enforce_nonce: false` that discord.js puts into every message.

    Discord documents it for new messages in channels alone and ignores it elsewhere. The check's own list does not
    have it, so that a bot which counts on a nonce where there is none is found out.
    """
    body = request.body
    if not isinstance(body, dict) or request.route == "/channels/{channel_id}/messages":
        return request
    if isinstance(body.get("data"), dict):
        return replace(request, body={**body, "data": _unmarked(body["data"])})
    return replace(request, body=_unmarked(body))


def _unmarked(message: Fact) -> Fact:
    return {name: value for name, value in message.items() if (name, value) != ("enforce_nonce", False)}
