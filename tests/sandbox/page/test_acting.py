"""Everything that people do, done from the page, with the real bot to answer."""

from __future__ import annotations

import io
from pathlib import Path

import skimage
from PIL import Image

from tests.sandbox.page.browser import Browser, Frame, text_of

PHOTOGRAPHS = Path(skimage.__file__).parent / "data"
ROCKET = (PHOTOGRAPHS / "rocket.jpg").read_bytes()
BUTTON = 2


def custom_id(message: Frame, label: str) -> str:
    """Return what a button sends when it is pressed."""
    rows = [row["components"] for row in message["components"]]
    (found,) = [button for row in rows for button in row if button.get("label") == label]
    assert found["type"] == BUTTON
    return str(found["custom_id"])


async def test_a_picture_is_asked_for_and_edited_by_a_reply(browser: Browser) -> None:
    """What happens behind the scenes is told as it happens, and the file is served by the page itself."""
    async with browser.window("alice") as window:
        await browser.types("alice", "/imagine prompt:a red fox in snow")
        made = await window.picture("a red fox in snow")
        (file,) = made["attachments"]
        picture = await browser.get(file["url"])
        told = await window.says("Done")
        await browser.does("alice", {"type": "say", "text": "make it night", "reply_to": made["id"]})
        edited = await window.picture("make it night")
        said = await window.message(lambda message: message["content"] == "make it night")
        panel = await window.panel(
            lambda frame: [each["status"] for each in frame["generations"]] == ["posted"] * 2
        )

    assert (made["author"]["bot"], made["mentions_me"], made["mine"], made["deletable"]) == (
        True,
        False,
        False,
        False,
    )
    assert (file["width"], file["height"], file["content_type"]) == (1024, 1024, "image/png")
    assert file["description"] == "Picture made from the prompt: a red fox in snow"
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.headers["Content-Disposition"] == f"inline; filename*=UTF-8''{file['filename']}"
    assert Image.open(io.BytesIO(picture.body)).size == (1024, 1024)
    assert (told["ephemeral"], told["command"]) == (True, {"name": "imagine", "user": "alice"})
    assert (said["mine"], said["deletable"], said["command"]) == (True, True, None)
    assert said["reply_to"] == {"id": made["id"], "author": "nanobot", "excerpt": said["reply_to"]["excerpt"]}
    assert "a red fox in snow" in said["reply_to"]["excerpt"]
    assert edited["reply_to"] == {"id": said["id"], "author": "alice", "excerpt": "make it night"}
    await the_panel_tells_of_both(panel)


async def the_panel_tells_of_both(panel: Frame) -> None:
    edit, first = panel["generations"]
    made, edited = panel["nanogpt"]["requests"]

    assert (first["prompt"], edit["prompt"]) == ("a red fox in snow", "make it night")
    happened = [each["what"] for each in first["events"]]
    assert happened[:3] == ["accepted for hidream", "preparing, 0 pictures given", "asking NanoGPT"]
    assert happened[-1] == "posted and settled"
    assert [each["at"] for each in first["events"]] == sorted(each["at"] for each in first["events"])
    assert (made["status"], made["cost"], made["fields"]["prompt"]) == (200, "0.014", "a red fox in snow")
    assert 0 < made["seconds"] < 30
    assert edited["fields"]["imageDataUrl"]["width"] == 1024
    assert (panel["nanogpt"]["balance"], panel["nanogpt"]["charged"]) == ("4.946", "0.054")
    assert [(line["kind"], line["images"], line["cost"]) for line in panel["ledger"]] == [
        ("settle", 0, "0.04"),
        ("hold", 1, None),
        ("settle", 0, "0.014"),
        ("hold", 1, None),
    ]
    assert {line["generation"] for line in panel["ledger"]} == {edit["id"], first["id"]}
    standing = panel["standing"]
    assert (standing["used"], standing["limit"], standing["left"], standing["period"]) == (2, 20, 18, "day")


async def test_a_form_that_is_left_does_not_come_back(browser: Browser) -> None:
    """Not in a second window or after a reload either; it can be opened anew."""
    async with browser.window("bob") as window, browser.window("bob") as second:
        await browser.types("bob", "/imagine prompt:a castle")
        made = await window.picture("a castle")
        menu = {"type": "menu", "message": made["id"], "name": "Edit image"}
        await browser.does("bob", menu)
        opened = (await window.until("modal", lambda frame: frame["modal"]))["modal"]
        await second.until("modal", lambda frame: frame["modal"])
        await browser.does("bob", {"type": "close", "modal": opened["id"]})
        await second.until("modal", lambda frame: frame["modal"] is None)
        again = await browser.act("bob", {"type": "close", "modal": opened["id"]})
        await browser.does("bob", menu)
        anew = (await second.until("modal", lambda frame: frame["modal"]))["modal"]

    assert again.sentence == "This form is no longer open."
    assert anew["id"] != opened["id"]


async def test_buttons_menus_and_forms_are_used(browser: Browser) -> None:
    async with browser.window("bob") as window:
        await browser.types("bob", "/imagine prompt:a castle")
        made = await window.picture("a castle")
        await browser.does(
            "bob", {"type": "press", "message": made["id"], "custom_id": custom_id(made, "Edit…")}
        )
        opened = (await window.until("modal", lambda frame: frame["modal"]))["modal"]
        (label,) = opened["components"]
        field = label["component"]["custom_id"]
        submit = {"type": "submit", "modal": opened["id"], "answers": {field: ""}, "uploads": {}}
        refused = await browser.act("bob", submit)
        stranger = await browser.act("alice", {**submit, "answers": {field: "make it blue"}})
        await browser.does("bob", {**submit, "answers": {field: "make it blue"}})
        await window.until("modal", lambda frame: frame["modal"] is None)
        again = await browser.act("bob", submit)
        edited = await window.picture("make it blue")

        menu = {"type": "menu", "message": edited["id"], "name": "Edit image"}
        await browser.does("bob", menu)
        second = (await window.until("modal", lambda frame: frame["modal"]))["modal"]
        await browser.does(
            "bob",
            {
                **submit,
                "modal": second["id"],
                "answers": {second["components"][0]["component"]["custom_id"]: "make it red"},
            },
        )
        await window.picture("make it red")
        await browser.does(
            "bob", {"type": "press", "message": edited["id"], "custom_id": custom_id(edited, "Delete")}
        )
        await window.until(
            "messages", lambda frame: edited["id"] not in [message["id"] for message in frame["messages"]]
        )
        gone = await browser.act("bob", menu)
        file = await browser.get(edited["attachments"][0]["url"])

    assert (opened["title"], label["label"]) == ("Edit this picture", "What should change?")
    assert refused.sentence == "What should change?: This field is required."
    assert stranger.sentence == again.sentence == "This form is no longer open."
    assert gone.sentence == "This message is not on your screen."
    assert file.status == 404


async def test_files_go_with_commands_and_messages(browser: Browser) -> None:
    """An upload can be used again, and `@name` becomes a mention as it does in the client."""
    upload = await browser.uploaded("rocket.jpg", ROCKET)
    async with browser.window("alice") as window:
        await browser.types("alice", "/imagine prompt:on the moon", image=upload)
        await window.picture("on the moon")
        say = {"type": "say", "text": "@nanobot paint it green, @bob", "uploads": [upload]}
        await browser.does("alice", say)
        said = await window.message(lambda message: message["mine"])
        edited = await window.picture("paint it green")
        panel = await window.panel(lambda frame: len(frame["nanogpt"]["requests"]) == 2)
        hello = await window.until("hello")
    people = {person["name"]: person["id"] for person in hello["people"]}

    assert said["content"] == f"<@{hello['bot']['id']}> paint it green, <@{people['bob']}>"
    assert [(file["filename"], file["size"]) for file in said["attachments"]] == [("rocket.jpg", len(ROCKET))]
    assert edited["reply_to"]["id"] == said["id"]
    assert {request["fields"]["imageDataUrl"]["width"] for request in panel["nanogpt"]["requests"]} == {640}


async def test_several_pictures_and_a_broken_one(browser: Browser) -> None:
    """What was sent is summed up for the panel; what was not is told with its reason."""
    first, second = await browser.uploaded("rocket.jpg", ROCKET), await browser.uploaded("fox.jpg", ROCKET)
    broken = await browser.uploaded("broken.jpg", ROCKET[:2000])
    async with browser.window("alice") as window:
        await browser.types("alice", "/imagine prompt:both", image=first, image2=second)
        await window.picture("both")
        await browser.types("alice", "/imagine prompt:nothing", image=broken)
        panel = await window.panel(
            lambda frame: [each["status"] for each in frame["generations"]] == ["refused", "posted"]
        )
    (request,) = panel["nanogpt"]["requests"]
    reason = panel["generations"][0]["events"][-1]

    assert [each["width"] for each in request["fields"]["imageDataUrls"]] == [640, 640]
    assert "broken.jpg" in reason["what"]
    assert panel["standing"]["used"] == 1


async def test_suggestions_come_from_the_bot(browser: Browser) -> None:
    answer = await browser.does(
        "alice", {"type": "autocomplete", "line": "/imagine prompt:a fox model:kontext"}
    )
    none = await browser.act("alice", {"type": "autocomplete", "line": "/imagine prompt:a fox"})
    line = "/imagine prompt:a fox model:hidream"
    from_text = await browser.does("alice", {"type": "autocomplete", "line": line})
    from_picture = await browser.does(
        "alice", {"type": "autocomplete", "line": line, "attachments": ["image"]}
    )
    odd = await browser.act("alice", {"type": "autocomplete", "line": line, "attachments": ["hat"]})

    assert from_text["choices"][0]["value"] == "hidream"
    assert from_picture["choices"][0]["value"] == "hidream-edit"
    assert odd.sentence == "hat: no such option."
    assert "flux-kontext" in [choice["value"] for choice in answer["choices"]]
    assert all("kontext" in choice["value"] for choice in answer["choices"])
    assert none.sentence == "prompt has no suggestions."


async def test_what_people_cannot_see_is_not_shown_to_them(browser: Browser) -> None:
    """Private answers, direct messages, the commands of admins, and who is mentioned."""
    async with (
        browser.window("alice") as alice,
        browser.window("bob") as bob,
        browser.window("ada") as ada,
        browser.window("alice", "dm") as dm_of_alice,
        browser.window("bob", "dm") as dm_of_bob,
    ):
        await browser.types("alice", "/usage")
        private = await alice.says("You")
        await browser.does("ada", {"type": "say", "text": "@bob, look"})
        seen = {name: await window.says("look") for name, window in (("alice", alice), ("bob", bob))}
        await browser.does("alice", {"type": "say", "text": "hello"}, "dm")
        await dm_of_alice.says("use `/imagine`")
        offered = {}
        for name, window in (("alice", alice), ("ada", ada), ("dm", dm_of_alice)):
            frame = await window.until("commands", lambda found: found["commands"])
            offered[name] = {command["name"] for command in frame["commands"]}
        forbidden = await browser.act("alice", {"type": "slash", "line": "/quota show"})
        touched = await browser.act("bob", {"type": "delete", "message": private["id"]})
        await browser.does("alice", {"type": "delete", "message": private["id"]})
        await alice.until("messages", lambda frame: len(frame["messages"]) == 1)

    assert private["ephemeral"]
    assert private["deletable"]
    assert [message["content"] for message in bob.newest["messages"]["messages"]] == [seen["bob"]["content"]]
    assert (seen["alice"]["mentions_me"], seen["bob"]["mentions_me"]) == (False, True)
    assert dm_of_bob.newest.get("messages", {"messages": []})["messages"] == []
    assert not any("hello" in text_of(message) for message in alice.newest["messages"]["messages"])
    assert offered["ada"] - offered["alice"] == {"config", "quota"}
    assert {"imagine", "Edit image"} <= offered["alice"] & offered["dm"]
    assert forbidden.sentence == "You do not have permission to use quota."
    assert touched.sentence == "This message is not on your screen."


async def test_what_the_client_would_not_send_is_refused_in_its_words(browser: Browser) -> None:
    refused = {
        "/paint prompt:a fox": "There is no command named paint here.",
        "/imagine": "prompt: This option is required. Specify a value.",
        "/imagine prompt:a fox count:many": "count: Enter an integer.",
    }
    for line, sentence in refused.items():
        assert (await browser.act("alice", {"type": "slash", "line": line})).sentence == sentence
    large = await browser.uploaded("large.png", b"\x89PNG" + bytes(11 * 1024 * 1024))
    say = {"type": "say", "text": "look", "uploads": [large]}
    empty = {"type": "say", "text": "  "}
    lost = {"type": "say", "text": "look", "uploads": ["u99"]}

    assert "Your files are too powerful" in (await browser.act("alice", say)).sentence
    assert (await browser.act("alice", empty)).sentence == "An empty message cannot be sent."
    assert (
        await browser.act("alice", lost)
    ).sentence == "This upload is no longer here: attach the file again."
