"""`/history`: what one made here, page by page, with the pictures on a sheet."""

from __future__ import annotations

from nanobot.sandbox.discord import Channel, Invocation, Message, Person
from tests.journeys.asking import answer, picture
from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, picture_in

PAGE_LENGTH = 8
STEP = 264  # a thumbnail and the gap after it


async def with_sheet(call: Invocation) -> Message:
    """Wait until the list has its sheet."""
    return await call.settled(lambda message: bool(message.attachments))


async def many(person: Person, channel: Channel, count: int) -> list[Message]:
    return [
        await picture(person, f"/imagine prompt:fox {number} size:512x512", channel)
        for number in range(1, count + 1)
    ]


def prompts(message: Message) -> list[str]:
    return [line.split(" ", 1)[1] for line in message.content.splitlines()[::2]]


async def test_history_lists_what_one_made_here_with_links(community: Community) -> None:
    """Newest first, failures too; what was made elsewhere or by others is not shown."""
    alice, channel = community.alice, community.channel

    empty = await answer(alice, "/history", channel)

    assert empty == "You have not made any pictures here yet. Start with `/imagine`."

    made = await picture(alice, "/imagine prompt:a red fox", channel)
    failed = await alice.types("/imagine prompt:something forbidden", channel)
    await failed.settled(lambda message: "content policy" in message.content)
    await picture(community.bob, "/imagine prompt:a koala", channel)
    private = await picture(alice, "/imagine prompt:a whisper", alice.dm)

    newest, newest_facts, oldest, oldest_facts = (await answer(alice, "/history", channel)).splitlines()
    assert (newest, oldest) == ("**1** something forbidden", "**2** a red fox")
    assert newest_facts.endswith("· `hidream` · refused")
    assert "`hidream` · $0.014 ·" in oldest_facts
    assert f"https://discord.com/channels/{community.guild.id}/{channel.id}/{made.id}" in oldest_facts
    in_private = await answer(alice, "/history", alice.dm)
    assert "a red fox" not in in_private
    assert f"https://discord.com/channels/@me/{alice.dm.id}/{private.id}" in in_private


async def test_the_pictures_of_the_list_are_on_a_sheet_by_their_numbers(community: Community) -> None:
    """Those that are deleted or failed are left out, and nobody else sees any of it."""
    alice, channel = community.alice, community.channel
    fox = await picture(alice, "/imagine prompt:a red fox in snow", channel)
    gone = await picture(alice, "/imagine prompt:a koala", channel)
    await alice.presses(gone, "Delete")
    await community.discord.world.changes.wait_until(
        lambda: gone.is_deleted or None, waiting_for="the picture to be gone"
    )
    sea = await picture(alice, "/imagine prompt:the sea at night", channel)
    listed = await with_sheet(await alice.types("/history", channel))
    (file,) = listed.attachments
    sheet = picture_in(file.data)

    assert prompts(listed) == ["the sea at night", "a koala", "a red fox in snow"]
    assert listed.ephemeral
    assert file.description == "The pictures of this list, small, each with its number"
    assert sheet.size == (STEP + 256, 256)
    for place, posted in enumerate((sea, fox)):
        left = place * STEP
        whole = picture_in(posted.attachments[0].data)
        assert looks_like(sheet.crop((left, 0, left + 256, 256)), whole)


async def test_pages_are_turned_by_buttons_even_after_a_restart(community: Community) -> None:
    alice, channel = community.alice, community.channel
    await many(alice, channel, PAGE_LENGTH + 1)
    first = await with_sheet(await alice.types("/history", channel))
    newest = prompts(first)
    buttons = first.buttons
    await community.restart()
    await (await alice.presses(first, "Older")).acknowledged()
    second = await first_with(community, first, "fox 1")
    oldest, oldest_buttons = prompts(second), second.buttons
    await (await alice.presses(second, "Newer")).acknowledged()
    again = await first_with(community, second, "fox 9")

    assert newest == [f"fox {number}" for number in range(9, 1, -1)]
    assert (oldest, oldest_buttons) == (["fox 1"], ["Newer"])
    assert buttons == again.buttons == ["Older"]
    assert prompts(again) == newest


async def first_with(community: Community, message: Message, prompt: str) -> Message:
    """Wait until `message` lists `prompt` first, with its sheet."""
    await community.discord.world.changes.wait_until(
        lambda: (prompts(message)[0] == prompt and bool(message.attachments)) or None,
        waiting_for=f"a page that begins with {prompt}",
    )
    return message


async def test_what_belongs_to_adults_is_not_shown_elsewhere(community: Community) -> None:
    """The list is the same; the sheet shows an age-restricted channel's pictures only in one, and spoilers nowhere."""
    alice, channel = community.alice, community.channel
    adults = community.guild.add_channel("adults", nsfw=True)
    await picture(alice, "/imagine prompt:a fox at the bar", adults)
    await picture(alice, "/imagine prompt:a fox in snow", channel)
    elsewhere = await with_sheet(await alice.types("/history", channel))
    there = await with_sheet(await alice.types("/history", adults))

    assert elsewhere.content.startswith("**1** a fox in snow\n")
    assert picture_in(elsewhere.attachments[0].data).size == (256, 256)
    assert picture_in(there.attachments[0].data).size == (STEP + 256, 256)


async def test_direct_messages_have_a_sheet_of_their_own(community: Community) -> None:
    alice = community.alice
    whisper = await picture(alice, "/imagine prompt:a fox in snow", alice.dm)
    listed = await with_sheet(await alice.types("/history", alice.dm))

    assert looks_like(picture_in(listed.attachments[0].data), picture_in(whisper.attachments[0].data))
