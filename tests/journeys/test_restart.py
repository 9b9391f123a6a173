"""The bot ends, by request or by a power cut, and comes back: nobody waits for ever, nothing is paid or posted twice."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import skimage

from nanobot.sandbox.discord import File
from tests.journeys.asking import answer, models_listed, online_again, picture
from tests.journeys.conftest import Community
from tests.journeys.health import free_port, unready

LOST = (
    "The bot was restarted while NanoGPT was working on your request, and the picture is lost. "
    "Nothing was taken from your quota; please ask again."
)
GONE = (
    "Your picture was made, but the bot was restarted and it can no longer be fetched. "
    "Nothing was taken from your quota; please ask again."
)
STOPPING = "The bot is being restarted. Ask again in a minute; nothing was taken from your quota."
POSTPONED = "Your picture is made, but Discord does not take it right now."
RECOVERED = "Done, a little late because the bot was restarted: "
POST_MESSAGE = ("POST", "/channels/*/messages")
UNAVAILABLE = 503
A_PICTURE = File("cat.png", (Path(skimage.__file__).parent / "data" / "chelsea.png").read_bytes())


async def test_pictures_rules_and_counts_outlast_a_restart(community: Community) -> None:
    """A reply to a picture, its buttons, the quota and the history work on as if nothing had happened."""
    alice, channel = community.alice, community.channel
    await answer(community.ada, "/quota set member:@alice images:5", channel)
    before = await picture(alice, "/imagine prompt:a red fox", channel)

    assert await community.bot.stop() == 0
    await online_again(community.bot, community.discord)
    reply = await alice.says("make it night", channel, reply_to=before)
    edited = await channel.next_message(after=reply)

    assert edited.reference is reply
    assert "make it night" in edited.content
    assert len(edited.attachments) == 1
    pressed = await alice.presses(before, "Again")
    await pressed.settled(lambda message: message.content.startswith("Done"))
    assert "3 of 5 pictures used today" in await answer(alice, "/usage", channel)
    history = await answer(alice, "/history", channel)
    assert history.count("a red fox") == 2
    assert history.count("make it night") == 1


async def test_commands_are_registered_once_and_again_only_when_they_changed(
    community: Community, tmp_path: Path
) -> None:
    """Registering is limited and makes people's clients reload."""
    await community.bot.stop()
    await online_again(community.bot, community.discord)

    assert community.discord.commands.sync_count == 1

    await community.bot.stop()
    with closing(sqlite3.connect(tmp_path / "nanobot.db")) as database, database:
        changed = database.execute(
            "UPDATE bot_state SET value = '\"another version''s\"' WHERE key = 'synced_commands'"
        ).rowcount
    await online_again(community.bot, community.discord)

    assert changed == 1
    assert community.discord.commands.sync_count == 2


async def test_a_power_cut_while_nanogpt_works_is_told_where_it_was_asked_and_costs_nothing(
    community: Community,
) -> None:
    """In the command's own response and in a reply; whoever was still waiting for a turn gets their picture."""
    alice, bob, channel = community.alice, community.bob, community.channel
    given = await picture(bob, "/imagine prompt:a koala", channel)
    community.nanogpt.trouble.hold()
    calls = [await alice.types(f"/imagine prompt:fox {number}", channel) for number in range(3)]
    reply = await bob.says("make it night", channel, reply_to=given)
    await community.nanogpt.trouble.held(3)
    for call in calls:
        await call.response()
    assert "3 of 20 pictures used today" in await answer(alice, "/usage", channel)

    await community.bot.kill()
    community.nanogpt.trouble.let_go()
    await online_again(community.bot, community.discord)
    told = [
        (await call.settled(lambda message: "the bot was restarted" in message.content.lower())).content
        for call in calls
    ]
    told_bob = await channel.next_message(after=reply, where=lambda message: message.reference is reply)

    # Which of the three had to wait is a matter of who was acknowledged last.
    assert told.count(LOST) == 2
    assert sum(sentence.startswith(RECOVERED) for sentence in told) == 1
    assert told_bob.content == LOST
    assert "1 of 20 pictures used today" in await answer(alice, "/usage", channel)
    assert "1 of 20 pictures used today" in await answer(bob, "/usage", channel)
    assert len(community.nanogpt.requests) == 5


async def test_a_power_cut_before_posting_delays_the_picture_and_neither_loses_nor_doubles_it(
    community: Community,
) -> None:
    """What is paid for is kept and posted at the next start, charged once."""
    alice, channel = community.alice, community.channel
    community.discord.trouble.fail_next(*POST_MESSAGE, UNAVAILABLE, times=100)
    call = await alice.types("/imagine prompt:a red fox seed:7", channel)
    await call.settled(lambda message: message.content.startswith(POSTPONED))

    await community.bot.kill()
    community.discord.trouble.end()
    await online_again(community.bot, community.discord)
    posted = await channel.next_message()
    told = await call.settled(lambda message: message.content.startswith(RECOVERED))

    assert f"<@{alice.id}>: a red fox" in posted.content
    assert "`hidream` · 1024×1024 · seed 7 · $0.014" in posted.content
    assert posted.buttons == ["Again", "Edit…", "Delete"]
    assert str(posted.id) in told.content
    assert "1 of 20 pictures used today" in await answer(alice, "/usage", channel)
    assert len(community.nanogpt.requests) == 1
    assert sum(bool(message.attachments) for message in channel.messages.values()) == 1


async def test_a_power_cut_right_after_posting_does_not_post_again(community: Community) -> None:
    """The message is there, but its confirmation got lost on the way: the nonce tells Discord that it is the same."""
    alice, channel = community.alice, community.channel
    community.discord.trouble.drop_next(*POST_MESSAGE, is_handled_first=True)
    call = await alice.types("/imagine prompt:a red fox", channel)
    posted = await channel.next_message()

    await community.bot.kill()
    await online_again(community.bot, community.discord)
    told = await call.settled(lambda message: message.content.startswith(RECOVERED))

    assert str(posted.id) in told.content
    assert "1 of 20 pictures used today" in await answer(alice, "/usage", channel)
    assert sum(bool(message.attachments) for message in channel.messages.values()) == 1


async def test_a_database_that_goes_away_after_posting_shows_no_error(
    community: Community, tmp_path: Path
) -> None:
    """The picture is there, so that is what the person is told; it is settled as soon as that is possible, once."""
    alice, channel = community.alice, community.channel
    community.nanogpt.trouble.hold()
    call = await alice.types("/imagine prompt:a red fox", channel)
    await community.nanogpt.trouble.held()
    with closing(sqlite3.connect(tmp_path / "nanobot.db", isolation_level=None)) as database:
        database.execute("ALTER TABLE ledger_entries RENAME TO ledger_entries_away")
        community.nanogpt.trouble.let_go()
        done = (await call.settled(lambda message: message.content.startswith("Done"))).content
        database.execute("ALTER TABLE ledger_entries_away RENAME TO ledger_entries")
    posted = await community.picture()

    (line,) = done.splitlines()
    assert line.endswith(f"/{posted.id}")
    assert "posted, and not settled yet" in community.bot.log

    await community.restart()
    await call.settled(lambda message: message.content.startswith(RECOVERED))
    assert "1 of 20 pictures used today" in await answer(alice, "/usage", channel)
    assert sum(bool(message.attachments) for message in channel.messages.values()) == 1
    assert sum(bool(request.files) for request in community.discord.requests) == 1


async def test_a_picture_that_is_gone_after_the_restart_costs_nothing(community: Community) -> None:
    """NanoGPT's links last an hour; after that the person is told and has the credit back."""
    alice, channel = community.alice, community.channel
    community.discord.trouble.fail_next(*POST_MESSAGE, UNAVAILABLE, times=100)
    call = await alice.types("/imagine prompt:a red fox", channel)
    await call.settled(lambda message: message.content.startswith(POSTPONED))

    await community.bot.kill()
    community.discord.trouble.end()
    community.nanogpt.trouble.expire_urls = True
    await online_again(community.bot, community.discord)
    told = await call.settled(lambda message: "restarted" in message.content)

    assert told.content == GONE
    assert "0 of 20 pictures used today" in await answer(alice, "/usage", channel)


async def test_a_supervisor_that_ends_the_bot_waits_for_the_picture_in_the_making(
    community: Community,
) -> None:
    """SIGTERM takes no new work, finishes what is under way, and ends with 0."""
    alice, channel, port = community.alice, community.channel, free_port()
    await community.bot.stop()
    await online_again(community.bot, community.discord, HEALTH_PORT=str(port))
    community.nanogpt.trouble.hold()
    call = await alice.types("/imagine prompt:a red fox", channel)
    await community.nanogpt.trouble.held()

    ending = asyncio.create_task(community.bot.stop())
    await unready(port)
    refused = await answer(community.bob, "/imagine prompt:a koala", channel)
    request = await community.bob.says("make it night", community.bob.dm, files=[A_PICTURE])
    replied = await community.bob.dm.next_message()
    community.nanogpt.trouble.let_go()
    posted = await channel.next_message(where=lambda message: bool(message.attachments))
    done = await call.settled(lambda message: message.content.startswith("Done"))

    assert refused == replied.content == STOPPING
    assert replied.reference is request
    assert str(posted.id) in done.content
    assert await ending == 0


async def test_the_bot_starts_without_nanogpt_and_knows_the_models_of_last_time(community: Community) -> None:
    """Nobody waits for the list at a start: the copy in the database serves until NanoGPT is back."""
    await models_listed(community.alice, community.channel)
    await community.nanogpt.stop()
    await community.restart()
    await models_listed(community.alice, community.channel)
    told = await answer(community.alice, "/imagine prompt:a fox model:midjurney", community.channel)

    assert "`midjourney`" in told
    assert "0 of 20 pictures used" in await community.usage(community.alice)


async def test_a_process_that_ended_leaves_its_share_of_nanogpts_limit(
    community: Community, tmp_path: Path
) -> None:
    """Other processes with the same key count it no more, from that moment on."""
    with closing(sqlite3.connect(tmp_path / "nanobot.db")) as database:
        (alive,) = database.execute("SELECT count(*) FROM processes").fetchone()
        await community.bot.stop()
        (left,) = database.execute("SELECT count(*) FROM processes").fetchone()

    assert (alive, left) == (1, 0)


async def test_a_supervisor_that_cannot_wait_leaves_the_rest_to_the_next_start(community: Community) -> None:
    """Once the grace is over the bot ends all the same, and the next start tells whoever asked."""
    alice, channel = community.alice, community.channel
    await community.bot.stop()
    await online_again(community.bot, community.discord, SHUTDOWN_GRACE_SECONDS="0")
    community.nanogpt.trouble.hold()
    call = await alice.types("/imagine prompt:a red fox", channel)
    await community.nanogpt.trouble.held()

    assert await community.bot.stop() == 0
    assert "the next start takes care of them" in community.bot.log
    assert "was never retrieved" not in community.bot.log
    await online_again(community.bot, community.discord)
    told = await call.settled(lambda message: "restarted" in message.content)

    assert told.content == LOST
    assert "0 of 20 pictures used today" in await answer(alice, "/usage", channel)


async def test_a_command_under_way_is_answered_before_the_bot_ends(
    community: Community, tmp_path: Path
) -> None:
    """SIGTERM waits for every command, not only for pictures."""
    port = free_port()
    await community.bot.stop()
    await online_again(community.bot, community.discord, HEALTH_PORT=str(port))
    with closing(sqlite3.connect(tmp_path / "nanobot.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        call = await community.ada.types("/quota set member:@alice images:3", community.channel)
        await call.acknowledged()
        ending = asyncio.create_task(community.bot.stop())
        await unready(port)
        database.execute("ROLLBACK")

    answered = await call.settled(lambda message: bool(message.content))
    assert answered.content.startswith(f"{community.alice.mention}: 3 pictures per day.")
    assert await ending == 0
