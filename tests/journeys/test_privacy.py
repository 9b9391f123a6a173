"""`/privacy`: what is stored about a person, handed out and erased."""

from __future__ import annotations

import json
from decimal import Decimal

from nanobot.sandbox.discord import File, Message
from tests.journeys.asking import answer, picture
from tests.journeys.conftest import Community
from tests.journeys.photographs import stored_file


async def test_a_member_learns_what_is_stored_and_gets_all_of_it_as_a_file(community: Community) -> None:
    """The file holds every prompt and count of this person, and nothing of anybody else."""
    alice, channel = community.alice, community.channel
    await answer(community.ada, "/quota set member:@alice images:5", channel)
    made = await picture(alice, "/imagine prompt:ein grüner Fuchs seed:7", channel)
    await picture(community.bob, "/imagine prompt:bob's secret koala", channel)

    about = await answer(alice, "/privacy about", channel)
    call = await alice.types("/privacy export", channel)
    exported = await call.response()

    assert "What goes to NanoGPT: the prompt, the pictures you give, and a pseudonym" in about
    assert exported.ephemeral
    assert exported.content == "This is everything that is stored about you."
    (file,) = exported.attachments
    stored = json.loads(file.data)
    assert file.filename == "my-data.json"
    assert stored["user_id"] == str(alice.id)
    (generation,) = stored["generations"]
    assert generation["request"] == {
        "prompt": "ein grüner Fuchs",
        "model": "hidream",
        "count": 1,
        "seed": 7,
    }
    assert generation["posted_message_id"] == str(made.id)
    (rule,) = stored["quota_rules"]
    assert (rule["unit"], Decimal(rule["amount"]), rule["updated_by"]) == (
        "images",
        Decimal(5),
        str(community.ada.id),
    )
    assert b"koala" not in file.data
    assert b"interaction_token" not in file.data


async def test_a_file_is_stored_under_its_own_name(community: Community) -> None:
    """In a sentence nothing in a name is formatted; in the member's own data it is spelt as the member spelt it."""
    alice, channel = community.alice, community.channel
    half = File("half_of_it.png", stored_file("chelsea.png").data[:2000])
    call = await alice.types("/edit prompt:a crown", channel, {"image": half})
    refusal = await call.settled(lambda message: "damaged" in message.content)
    export = await (await alice.types("/privacy export", channel)).response()
    (generation,) = json.loads(export.attachments[0].data)["generations"]

    assert refusal.content.startswith(r"half\_of\_it.png is damaged")
    assert generation["request"]["pictures"] == ["half_of_it.png"]


async def test_a_member_erases_prompts_and_history_but_not_the_count(community: Community) -> None:
    """It is asked once more; afterwards the buttons under the picture say why they no longer work."""
    alice, channel = community.alice, community.channel
    made = await picture(alice, "/imagine prompt:a very private fox", channel)

    call = await alice.types("/privacy delete", channel)
    question = await call.response()

    assert "It cannot be undone." in question.content
    assert "a very private fox" in await answer(alice, "/history", channel)

    await alice.presses(question, "Erase my data")
    erased = await question.wait_for(_is_erased)

    assert erased.content == "Erased: your data of 1 request."
    assert erased.buttons == []
    export = await (await alice.types("/privacy export", channel)).response()
    assert b"private fox" not in export.attachments[0].data
    assert "private fox" not in await answer(alice, "/history", channel)
    assert "1 of 20 pictures used today" in await answer(alice, "/usage", channel)
    again = await (await alice.presses(made, "Again")).response()
    assert again.content == (
        "I no longer know how this picture was made, so it cannot be made again. Use `/imagine`."
    )
    assert len(community.nanogpt.requests) == 1


async def test_the_button_to_erase_outlives_a_restart(community: Community) -> None:
    """Whoever thinks about it for long is answered all the same."""
    alice, channel = community.alice, community.channel
    await picture(alice, "/imagine prompt:a very private fox", channel)
    question = await (await alice.types("/privacy delete", channel)).response()
    await community.restart()
    await alice.presses(question, "Erase my data")
    erased = await question.wait_for(_is_erased)

    assert erased.content == "Erased: your data of 1 request."
    assert erased.buttons == []


async def test_what_is_still_in_the_making_is_not_erased_yet(community: Community) -> None:
    """Without its request nobody could finish it; the person is told to ask again."""
    alice, channel = community.alice, community.channel
    community.nanogpt.trouble.hold()
    call = await alice.types("/imagine prompt:a slow fox", channel)
    await community.nanogpt.trouble.held()

    question = await (await alice.types("/privacy delete", channel)).response()
    await alice.presses(question, "Erase my data")
    erased = await question.wait_for(_is_erased)
    community.nanogpt.trouble.let_go()
    await call.settled(lambda message: message.content.startswith("Done"))

    assert erased.content == (
        "Erased: your data of 0 requests. One is still in the making and was left; ask again when it is done."
    )
    assert "a slow fox" in await answer(alice, "/history", channel)


def _is_erased(message: Message) -> bool:
    return message.content.startswith("Erased")
