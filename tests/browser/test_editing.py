"""A picture is edited by a reply, and by the Apps menu."""

from __future__ import annotations

from tests.browser.driver import expect
from tests.browser.screen import Screen


def test_a_reply_edits_the_picture(screen: Screen) -> None:
    """Replies ping by default, as on Discord."""
    screen.makes("a red fox")
    made = screen.message_with_picture("a red fox")
    screen.acts_on(made, "Reply")
    expect(screen.page.get_by_text("Replying to nanobot")).to_be_visible()
    expect(screen.page.get_by_role("switch", name="Ping on reply")).to_be_checked()
    screen.says("make it night")
    screen.sees_picture("make it night")

    expect(screen.message_with_picture("make it night")).to_contain_text(
        "nanobot replied to @alice make it night"
    )
    expect(screen.page.get_by_text("Replying to")).to_be_hidden()


def test_a_reply_without_a_ping_is_blank_to_the_bot_which_says_how_to_go_on(screen: Screen) -> None:
    screen.makes("a castle")
    screen.replies(screen.message_with_picture("a castle"), "make it golden", ping=False)
    screen.sees("I cannot read that reply: Discord shows a bot only replies that ping it.")

    expect(screen.pictures("make it golden")).to_have_count(0)


def test_the_apps_menu_opens_a_form_that_edits_the_picture(screen: Screen) -> None:
    screen.makes("a harbour")
    screen.acts_on(screen.message_with_picture("a harbour"), "Apps")
    screen.page.get_by_role("menu", name="Apps").get_by_role("menuitem", name="Edit image").click()
    form = screen.form("Edit this picture")
    field = form.get_by_role("textbox", name="What should change?")
    expect(field).to_be_focused()
    form.get_by_role("button", name="Submit").click()
    expect(form).to_be_visible()
    field.fill("add a sailing boat")
    form.get_by_role("button", name="Submit").click()
    expect(form).to_be_hidden()

    screen.sees_picture("add a sailing boat")
    expect(screen.message("alice used Edit image")).to_contain_text("Done: #general")


def test_a_form_that_was_left_stays_closed_and_can_be_opened_again(screen: Screen) -> None:
    screen.makes("a lantern")
    form = screen.form("Edit this picture")
    screen.presses("Edit…", "a lantern")
    screen.leaves(form)
    screen.page.reload()
    screen.bot_is_online()
    screen.sees_picture("a lantern")
    expect(form).to_be_hidden()
    screen.presses("Edit…", "a lantern")
    expect(form).to_be_visible()

    screen.leaves(form)
