"""The page of `/config` says what holds and who chose it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nanobot.bot.replies.config import config_page
from nanobot.store.guild_settings import GuildSettings

NOON = datetime(2026, 3, 18, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chosen", "default", "state"),
    [
        pytest.param(None, False, "off (the bot's own setting)", id="nothing chosen, off"),
        pytest.param(None, True, "on (the bot's own setting)", id="nothing chosen, on"),
        pytest.param(True, False, "on (chosen for this server)", id="on against the default"),
        pytest.param(False, True, "off (chosen for this server)", id="off against the default"),
    ],
)
def test_the_page_says_what_holds_and_who_chose_it(chosen: bool | None, default: bool, state: str) -> None:
    moderated = config_page(
        GuildSettings(moderation=chosen),
        moderation_default=default,
        check_results_default=False,
        local_time=NOON,
    )
    checked = config_page(
        GuildSettings(check_results=chosen),
        moderation_default=True,
        check_results_default=default,
        local_time=NOON,
    )

    assert moderated.startswith(f"**Moderation** · {state}\n")
    assert f"\n**Check of results** · {state}\n" in checked
    assert "$0.0015 a picture" in checked


def test_the_page_says_whose_midnight_counts_and_where_changes_are_told() -> None:
    untouched = config_page(
        GuildSettings(), moderation_default=False, check_results_default=False, local_time=NOON
    )
    chosen = config_page(
        GuildSettings(timezone="Asia/Tokyo", log_channel_id=7),
        moderation_default=False,
        check_results_default=False,
        local_time=NOON,
    )

    assert "\n**Time zone** · UTC, where it is 12:05 now\n" in untouched
    assert "\n**Log of changes** · nowhere\n" in untouched
    assert "\n**Time zone** · Asia/Tokyo, where it is 12:05 now\n" in chosen
    assert "\n**Log of changes** · <#7>\n" in chosen
