"""Callbacks, deadlines, tokens, ephemeral messages and follow-ups."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from nanobot.clock import TurnableClock
from nanobot.sandbox.discord import DidNotRespond, DiscordStandIn, File, NotPossible
from tests.sandbox.discord.conftest import Raw, Scene

PING = {"name": "ping"}


async def test_a_second_first_response_is_refused(scene: Scene, raw: Raw) -> None:
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    first = await raw.answer(call, {"type": 5})
    second = await raw.answer(call, {"type": 4, "data": {"content": "again"}})

    assert (first.status, second.status, second.code) == (204, 400, 40060)


async def test_a_response_after_the_deadline_finds_no_interaction() -> None:
    stand_in = DiscordStandIn(response_deadline_seconds=0.0)
    await stand_in.start()
    try:
        guild = stand_in.add_guild("Den")
        stand_in.commands.sync(None, [{"name": "ping", "description": "words"}])
        call = await guild.add_member("alice").types("/ping", guild.add_channel("general"))
        async with aiohttp.ClientSession() as session:
            late = await Raw(stand_in, session).answer(call, {"type": 5})
    finally:
        await stand_in.stop()

    assert (late.status, late.code) == (404, 10062)
    with pytest.raises(DidNotRespond, match="did not respond"):
        await call.response()


@pytest.mark.parametrize("is_expired_by_clock", [True, False], ids=["15 minutes pass", "by hand"])
async def test_a_token_dies(raw: Raw, is_expired_by_clock: bool) -> None:
    clock = TurnableClock(datetime(2026, 1, 1, tzinfo=UTC))
    stand_in = DiscordStandIn(clock=clock)
    await stand_in.start()
    try:
        raw = Raw(stand_in, raw.session)
        guild = stand_in.add_guild("Den")
        await raw.sync(PING)
        call = await guild.add_member("alice").types("/ping", guild.add_channel("general"))
        await raw.answer(call, {"type": 5})
        alive = await raw("PATCH", raw.webhook(call, "/messages/@original"), {"content": "still here"})
        if is_expired_by_clock:
            clock.turn(timedelta(minutes=15))
        else:
            call.expire()
        dead = await raw("PATCH", raw.webhook(call, "/messages/@original"), {"content": "too late"})
        posted = await raw("POST", raw.webhook(call), {"content": "too late"})
    finally:
        await stand_in.stop()

    assert (alive.status, dead.status, dead.code, posted.code) == (200, 401, 50027, 50027)


async def test_unknown_tokens_are_unknown_webhooks(scene: Scene, raw: Raw) -> None:
    """Before the first response there is no webhook either."""
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    early = await raw("POST", raw.webhook(call), {"content": "too early"})
    foreign = await raw("POST", f"/webhooks/{scene.stand_in.application_id}/no-such-token", {"content": "x"})
    unknown = await raw("POST", f"/interactions/{call.id}/wrong/callback", {"type": 5})

    assert (early.code, foreign.code, unknown.code) == (10015, 10015, 10062)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"content": "already"}, "data"),
        ({"flags": 1 << 15}, "flags"),
        ({"embeds": [{"title": "x"}]}, "data"),
    ],
    ids=["content", "layout flag", "embeds"],
)
async def test_a_deferred_response_takes_nothing_but_the_ephemeral_flag(
    scene: Scene, raw: Raw, data: dict[str, Any], place: str
) -> None:
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    refused = await raw.answer(call, {"type": 5, "data": data})

    assert refused.code == 50035
    assert place in refused.told


@pytest.mark.parametrize("kind", [6, 7, 8, 12], ids=["deferred update", "update", "choices", "activity"])
async def test_a_command_is_not_answered_with_what_fits_other_interactions(
    scene: Scene, raw: Raw, kind: int
) -> None:
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)

    assert (await raw.answer(call, {"type": kind, "data": {}})).code == 50035


async def test_ephemeral_messages_are_seen_by_their_owner_alone(scene: Scene, raw: Raw) -> None:
    """The edit of an ephemeral response stays ephemeral, and the channel's routes do not know it."""
    bob = scene.guild.add_member("bob")
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    await raw.answer(call, {"type": 5, "data": {"flags": 64}})
    await raw("PATCH", raw.webhook(call, "/messages/@original"), {"content": "psst", "flags": 0})
    response = await call.response()
    read = await raw("GET", f"/channels/{scene.general.id}/messages/{response.id}")
    listed = await raw("GET", f"/channels/{scene.general.id}/messages")

    assert (response.content, response.ephemeral) == ("psst", True)
    assert (scene.alice.sees(response), bob.sees(response)) == (True, False)
    assert (read.code, listed.body) == (10008, [])


async def test_the_first_follow_up_after_a_deferral_takes_the_place_of_thinking(
    scene: Scene, raw: Raw
) -> None:
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    await raw.answer(call, {"type": 5})
    first = await raw("POST", raw.webhook(call), {"content": "first", "flags": 64})
    second = await raw("POST", raw.webhook(call), {"content": "second", "flags": 64})
    response = await call.response()

    assert first.body["id"] == str(response.id)
    assert (response.content, response.ephemeral) == ("first", False)
    assert [(message.content, message.ephemeral) for message in call.followups] == [("second", True)]
    assert second.body["id"] == str((await call.followup()).id)


async def test_follow_ups_are_read_edited_and_deleted(scene: Scene, raw: Raw) -> None:
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    await raw.answer(call, {"type": 4, "data": {"content": "here"}})
    posted = await raw("POST", raw.webhook(call), {"content": "more"}, files=[scene.fox])
    one = raw.webhook(call, f"/messages/{posted.body['id']}")
    edited = await raw("PATCH", one, {"content": "changed", "attachments": []})
    read = await raw("GET", one)
    deleted = await raw("DELETE", one)
    gone = await raw("GET", one)

    assert (posted.status, len(posted.body["attachments"])) == (200, 1)
    assert (edited.body["content"], edited.body["attachments"]) == ("changed", [])
    assert read.body["content"] == "changed"
    assert (deleted.status, gone.code) == (204, 10008)
    assert call.followups[0].is_deleted


async def test_the_original_response_can_be_deleted(scene: Scene, raw: Raw) -> None:
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    await raw.answer(call, {"type": 4, "data": {"content": "here"}})
    original = raw.webhook(call, "/messages/@original")
    read = await raw("GET", original)
    await raw("DELETE", original)

    assert read.body["content"] == "here"
    assert call.deleted
    assert (await raw("PATCH", original, {"content": "x"})).code == 10008


async def test_an_app_installed_by_a_user_alone_has_five_follow_ups(scene: Scene, raw: Raw) -> None:
    """https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages."""
    elsewhere = scene.stand_in.add_guild("Elsewhere", has_bot=False)
    channel = elsewhere.add_channel("general")
    elsewhere.add_member(scene.alice)
    scene.alice.installs_app()
    await raw.sync({"name": "ping", "integration_types": [1]})
    call = await scene.alice.types("/ping", channel)
    await raw.answer(call, {"type": 4, "data": {"content": "here"}})
    replies = [await raw("POST", raw.webhook(call), {"content": str(number)}) for number in range(6)]
    outside = await raw.post(channel, {"content": "not a member"})

    assert [reply.status for reply in replies] == [200] * 5 + [400]
    assert replies[5].code == 40094
    assert (outside.status, outside.code) == (403, 50001)
    assert call.owners() == {"1": str(scene.alice.id)}


async def test_without_external_apps_permission_the_response_is_forced_ephemeral(
    scene: Scene, raw: Raw
) -> None:
    elsewhere = scene.stand_in.add_guild("Elsewhere", has_bot=False)
    channel = elsewhere.add_channel("general")
    channel.deny_everyone("USE_EXTERNAL_APPS")
    elsewhere.add_member(scene.alice)
    scene.alice.installs_app()
    await raw.sync({"name": "ping", "integration_types": [1]})
    call = await scene.alice.types("/ping", channel)
    await raw.answer(call, {"type": 5})

    assert call.original is not None
    assert call.original.ephemeral


async def test_the_callback_tells_what_it_made_when_asked(scene: Scene, raw: Raw) -> None:
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    path = f"/interactions/{call.id}/{call.token}/callback?with_response=true"
    told = await raw("POST", path, {"type": 4, "data": {"content": "here"}})

    assert told.status == 200
    assert told.body["resource"]["message"]["content"] == "here"
    assert told.body["interaction"]["response_message_id"] == str((await call.response()).id)


async def test_buttons_selects_and_forms_reach_the_views_of_discord_py(scene: Scene) -> None:
    """A press opens a form; the form's text, file and choice come back; the view updates its own message."""
    seen: dict[str, object] = {}

    class Form(ui.Modal, title="Change the picture"):
        prompt: ui.Label[Any] = ui.Label(text="Prompt", component=ui.TextInput(max_length=50))
        picture: ui.Label[Any] = ui.Label(text="Picture", component=ui.FileUpload(required=False))
        style: ui.Label[Any] = ui.Label(
            text="Style", component=ui.Select(options=[discord.SelectOption(label="Oil", value="oil")])
        )

        async def on_submit(self, interaction: discord.Interaction) -> None:
            assert isinstance(self.prompt.component, ui.TextInput)
            assert isinstance(self.picture.component, ui.FileUpload)
            assert isinstance(self.style.component, ui.Select)
            seen["prompt"] = self.prompt.component.value
            seen["data"] = await self.picture.component.values[0].read()
            seen["style"] = self.style.component.values
            await interaction.response.edit_message(content="changed", view=None)

    class Panel(ui.View):
        @ui.button(label="Change", custom_id="change")
        async def change(self, interaction: discord.Interaction, _: ui.Button[Panel]) -> None:
            await interaction.response.send_modal(Form())

        @ui.select(cls=ui.UserSelect, placeholder="Who?")
        async def who(self, interaction: discord.Interaction, select: ui.UserSelect[Panel]) -> None:
            seen["who"] = select.values[0].name
            await interaction.response.defer()

    @scene.bot.tree.command(name="panel", description="Show the panel")
    async def panel(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("a panel", view=Panel(), ephemeral=True)

    await scene.go_online(scene.bot)
    await scene.stand_in.bot_online()
    bob = scene.guild.add_member("bob")
    message = await (await scene.alice.types("/panel", scene.general)).response()
    picked = await scene.alice.selects(message, "Who?", bob)
    await picked.acknowledged()
    press = await scene.alice.presses(message, "Change")
    sent = await scene.alice.submits(press, {"Prompt": "at night", "Style": "Oil"}, {"Picture": scene.fox})
    changed = await sent.settled(lambda edited: edited.content == "changed")

    assert seen == {"who": "bob", "prompt": "at night", "data": scene.fox.data, "style": ["oil"]}
    assert changed is message
    assert message.buttons == []
    with pytest.raises(NotPossible, match="no “Change”"):
        await scene.alice.presses(message, "Change")
    with pytest.raises(NotPossible, match="not on your screen"):
        await bob.presses(message, "Change")


async def test_a_context_menu_brings_its_message_in_full(scene: Scene) -> None:
    seen: list[tuple[str, bytes]] = []

    @scene.bot.tree.context_menu(name="Edit image")
    async def edit_image(interaction: discord.Interaction, message: discord.Message) -> None:
        seen.append((message.content, await message.attachments[0].read()))
        await interaction.response.send_message("got it", ephemeral=True)

    await scene.go_online(scene.bot)
    await scene.stand_in.bot_online()
    said = await scene.alice.says("look", scene.general, files=[scene.fox])
    call = await scene.alice.uses_app("Edit image", said)
    await call.response()
    heard = await scene.bot.hears()

    assert seen == [("look", scene.fox.data)]
    assert (heard.content, heard.attachments) == ("", [])


async def test_autocomplete_goes_round(scene: Scene) -> None:
    @scene.bot.tree.command(name="imagine", description="Make a picture")
    async def imagine(interaction: discord.Interaction, prompt: str, model: str = "") -> None:
        await interaction.response.send_message(prompt + model)

    @imagine.autocomplete("model")
    async def models(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current.upper()} ({interaction.namespace.prompt})", value="flux")]

    await scene.go_online(scene.bot)
    await scene.stand_in.bot_online()

    assert await scene.alice.completes("/imagine prompt:a fox model:flu", scene.general) == [
        ("FLU (a fox)", "flux")
    ]
    with pytest.raises(NotPossible, match="prompt has no suggestions"):
        await scene.alice.completes("/imagine prompt:a f", scene.general)


async def test_every_type_of_option_arrives_resolved(scene: Scene) -> None:
    got: dict[str, object] = {}
    group = app_commands.Group(name="quota", description="Limits")

    @group.command(name="set", description="Set a limit")
    async def set_limit(  # noqa: PLR0917  # discord.py reads the options off the signature
        interaction: discord.Interaction,
        member: discord.Member,
        role: discord.Role,
        channel: discord.TextChannel,
        both: discord.Member | discord.Role,
        images: int,
        weight: float,
        strict: bool,
    ) -> None:
        got.update(member=member.name, role=role.name, channel=channel.name, both=both.name)
        got.update(images=images, weight=weight, strict=strict, size=interaction.filesize_limit)
        got.update(may=interaction.permissions.manage_guild, app=interaction.app_permissions.attach_files)
        await interaction.response.send_message("set")

    scene.bot.tree.add_command(group)
    await scene.go_online(scene.bot)
    await scene.stand_in.bot_online()
    scene.guild.add_role("Artist")
    scene.guild.add_member("bob")
    admin = scene.guild.add_member("ada", permissions=["MANAGE_GUILD"])
    call = await admin.types(
        "/quota set member:@bob role:@Artist channel:#general both:@Artist images:20 weight:0.5 strict:True",
        scene.general,
    )

    assert (await call.response()).content == "set"
    assert got == {
        "member": "bob",
        "role": "Artist",
        "channel": "general",
        "both": "Artist",
        "images": 20,
        "weight": 0.5,
        "strict": True,
        "size": 10 * 1024 * 1024,
        "may": True,
        "app": True,
    }


async def test_commands_work_in_direct_messages(scene: Scene) -> None:
    @scene.bot.tree.command(name="imagine", description="Make a picture")
    async def imagine(interaction: discord.Interaction, prompt: str) -> None:
        held.append(interaction.app_permissions)
        await interaction.response.send_message(file=discord.File(io.BytesIO(prompt.encode()), "p.txt"))

    held: list[discord.Permissions] = []
    await scene.go_online(scene.bot)
    await scene.stand_in.bot_online()
    response = await (await scene.alice.types("/imagine prompt:a fox", scene.alice.dm)).response()

    assert [file.data for file in response.attachments] == [b"a fox"]
    assert held == [
        discord.Permissions(
            attach_files=True, embed_links=True, mention_everyone=True, use_external_emojis=True
        )
    ]


async def test_a_file_over_the_limit_of_the_guild_is_refused(scene: Scene, raw: Raw) -> None:
    await raw.sync(PING)
    call = await scene.alice.types("/ping", scene.general)
    await raw.answer(call, {"type": 5})
    big = File("big.bin", bytes(10 * 1024 * 1024 + 1))
    refused = await raw("PATCH", raw.webhook(call, "/messages/@original"), {}, files=[big])

    assert (refused.status, refused.code) == (413, 40005)
