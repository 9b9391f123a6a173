"""Which time zones are suggested."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from nanobot.bot.timezones import matching_timezones, timezone_names


def test_a_city_is_found_by_the_beginning_of_its_name() -> None:
    assert matching_timezones("berl", limit=25) == ["Europe/Berlin"]
    assert matching_timezones("new york", limit=25)[0] == "America/New_York"
    assert matching_timezones("EUROPE/BER", limit=25) == ["Europe/Berlin"]


def test_what_begins_so_comes_before_what_only_contains_it() -> None:
    found = matching_timezones("lon", limit=25)

    assert found[:2] == ["Arctic/Longyearbyen", "Europe/London"]
    assert found.index("Europe/London") < found.index("America/Blanc-Sablon")


def test_nothing_typed_suggests_as_many_as_discord_shows() -> None:
    assert matching_timezones("", limit=25)[0] == "UTC"
    assert len(matching_timezones("", limit=25)) == 25
    assert matching_timezones("atlantis", limit=25) == []


def test_every_name_is_a_zone_that_python_knows() -> None:
    assert all(ZoneInfo(name).key == name for name in timezone_names())
