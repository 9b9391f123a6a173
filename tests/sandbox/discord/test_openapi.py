"""The check against Discord's OpenAPI file finds what is wrong, and finds nothing wrong with discord.py."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from nanobot.sandbox.discord import RecordedRequest, UploadedFile
from tests.openapi_discord import check_requests, require_specification
from tests.sandbox.discord.conftest import Scene

MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"


@pytest.fixture(autouse=True)
def _with_specification() -> None:
    require_specification()


def request(method: str, route: str, body: object, **fields: Any) -> RecordedRequest:
    whole = {"query": {}, "files": (), "status": 200, "received_at": 0.0, **fields}
    return RecordedRequest(method=method, route=route, path=route, body=body, **whole)


def upload(field: str) -> UploadedFile:
    return UploadedFile(field=field, filename="a", size=1, content_type="image/png", data=b"a")


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)], ids=["CI", "elsewhere"]
)
def test_without_the_file_ci_fails_and_others_skip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("SHARED_DIR", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="set SHARED_DIR"):
        require_specification()


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (request("POST", MESSAGES, {"contents": "typo"}), "contents"),
        (request("POST", MESSAGES, {"embeds": [{"title": "x" * 257}]}), "embeds.0.title"),
        (request("POST", MESSAGES, {"attachments": [{"id": 0, "description": "x" * 1025}]}), "description"),
        (request("POST", MESSAGES, None), "needs a body"),
        (request("POST", MESSAGES, {}, files=(upload("file"),)), "files are named"),
        (request("POST", MESSAGES, {}, files=(upload("files[0]"),)), "not listed"),
        (request("GET", MESSAGES, {"content": "x"}), "takes no body"),
        (request("GET", MESSAGES, None, query={"since": "5"}), "unknown query parameter since"),
        (request("GET", "/no/such/route", None), "no route"),
        (request("PATCH", ORIGINAL, {"content": "x" * 2001}), "content"),
        (request("PATCH", ORIGINAL, {}, query={"with_components": "yes"}), "neither true nor false"),
        (request("POST", CALLBACK, {"type": 4, "data": {"content": "x" * 2001}}), "data.content"),
        (
            request(
                "POST",
                MESSAGES,
                {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x" * 81}]}]},
            ),
            "components.0.components.0.label",
        ),
        (request("POST", CALLBACK, {"type": 9, "data": {"title": "x" * 46, "custom_id": "a"}}), "data"),
        (
            request("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}] * 26}}),
            "data.choices",
        ),
        (
            request(
                "PUT",
                "/applications/{application_id}/commands",
                [{"name": "a", "description": "b", "option": []}],
            ),
            "option",
        ),
    ],
    ids=[
        "misspelt field",
        "embed title",
        "alt text",
        "no body",
        "misnamed file",
        "file not listed",
        "body of a GET",
        "unknown query",
        "unknown route",
        "long edit",
        "query that is no boolean",
        "long response",
        "long label",
        "long title",
        "26 choices",
        "misspelt field of a command",
    ],
)
def test_a_bad_request_is_told(bad: RecordedRequest, told: str) -> None:
    wrong = check_requests([bad])

    assert len(wrong) >= 1
    assert any(told in sentence for sentence in wrong)


@pytest.mark.parametrize(
    "good",
    [
        request("POST", MESSAGES, {"content": "x", "nonce": "7", "enforce_nonce": True}),
        request("POST", MESSAGES, {"attachments": [{"id": 0}]}, files=(upload("files[0]"),)),
        request("GET", MESSAGES, None, query={"limit": "5"}),
        request("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}, query={"with_response": "1"}),
        request("POST", "/channels/{channel_id}/typing", None),
    ],
    ids=["message", "file", "list", "deferral", "typing"],
)
def test_a_good_request_passes(good: RecordedRequest) -> None:
    assert check_requests([good]) == []


async def test_what_discord_py_sends_passes(scene: Scene) -> None:
    """Sync, defer, files, layouts, forms, menus, follow-ups, replies, edits, deletes."""
    bot = scene.bot

    class Card(ui.LayoutView):
        box: ui.Container[Card] = ui.Container(
            ui.TextDisplay("A fox"),
            ui.MediaGallery(discord.MediaGalleryItem("attachment://fox.png", description="a fox")),
            ui.Section(ui.TextDisplay("aside"), accessory=ui.Thumbnail("attachment://fox.png")),
            ui.Separator(),
            ui.ActionRow(ui.Button(label="Vary", custom_id="vary:1", emoji="🎲")),
            ui.ActionRow(ui.Select(custom_id="s", options=[discord.SelectOption(label="a", value="a")])),
        )

    class Form(ui.Modal, title="Change"):
        prompt: ui.Label[Any] = ui.Label(text="Prompt", component=ui.TextInput(default="a fox"))
        files: ui.Label[Any] = ui.Label(text="Files", component=ui.FileUpload(required=False))

        async def on_submit(self, interaction: discord.Interaction) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content="changed")

    class Panel(ui.View):
        @ui.button(label="Change", custom_id="change")
        async def change(self, interaction: discord.Interaction, _: ui.Button[Panel]) -> None:
            await interaction.response.send_modal(Form())

    def picture() -> discord.File:
        return discord.File(io.BytesIO(scene.fox.data), "fox.png", description="a fox")

    @bot.tree.command(name="imagine", description="Make a picture", nsfw=False)
    @app_commands.describe(prompt="What to make")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.default_permissions(send_messages=True)
    async def imagine(interaction: discord.Interaction, prompt: str, image: discord.Attachment) -> None:
        await interaction.response.defer(thinking=True)
        first = await interaction.edit_original_response(attachments=[picture()], view=Card())
        await interaction.followup.send(embed=discord.Embed(title=prompt), file=picture(), ephemeral=True)
        assert isinstance(interaction.channel, discord.TextChannel)
        sent = await interaction.channel.send(
            "done", files=[picture(), picture()], nonce=first.id, mention_author=False
        )
        await sent.edit(content="really done", attachments=[sent.attachments[0], picture()])
        answer = await sent.reply("a reply", silent=True)
        await answer.add_reaction("👍")
        await answer.remove_reaction("👍", interaction.client.user or discord.Object(0))
        await answer.delete()
        await interaction.user.send("hello")
        await interaction.followup.send("panel", view=Panel())

    await scene.go_online(bot)
    await scene.stand_in.bot_online()
    call = await scene.alice.types("/imagine prompt:a fox", scene.general, {"image": scene.fox})
    panel = await call.followup(2)
    press = await scene.alice.presses(panel, "Change")
    await (await scene.alice.submits(press)).settled(lambda message: message.content == "changed")

    assert check_requests(scene.stand_in.requests) == []
    assert {request.status for request in scene.stand_in.requests} <= {200, 204}
    assert len(scene.stand_in.requests) > 15
