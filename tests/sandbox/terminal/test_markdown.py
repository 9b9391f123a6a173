"""Discord's markup as a terminal shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nanobot.sandbox.terminal.markdown import Reader, relative

NOW = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
MIDNIGHT = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())
READER = Reader(named=lambda sign, number: f"[{sign}{number}]", now=NOW, zone=UTC)


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("**Apps → Edit image**", "Apps → Edit image", id="bold"),
        pytest.param("a *b* _c_ ~~d~~ __e__", "a b c d e", id="inline"),
        pytest.param("**bold with `code`**", "bold with code", id="nested"),
        pytest.param("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4", id="no markup"),
        pytest.param(r"\*not italic\*", "*not italic*", id="escaped"),
        pytest.param("`**as it is**`", "**as it is**", id="code"),
        pytest.param("```\nblock```", "```\nblock```", id="a block stays as it is, line by line"),
        pytest.param("-# small", "small", id="subtext"),
        pytest.param("<@7> <@!8> <@&9> <#10>", "[@7] [@8] [@&9] [#10]", id="mentions"),
        pytest.param("</quota set:5>", "/quota set", id="command"),
        pytest.param("https://discord.com/channels/1/2/3", "[message3]", id="link to a message"),
        pytest.param("https://discord.com/channels/@me/2/3", "[message3]", id="link to a direct message"),
        pytest.param("https://example.com/a_b_c", "https://example.com/a_b_c", id="other link"),
        pytest.param(f"<t:{MIDNIGHT}:R>", "in 12 hours", id="relative"),
        pytest.param(f"<t:{MIDNIGHT}>", "23 November 2026 00:00", id="moment"),
        pytest.param(f"<t:{MIDNIGHT}:F>", "Monday, 23 November 2026 00:00", id="long moment"),
        pytest.param(f"<t:{MIDNIGHT}:D>", "23 November 2026", id="date"),
        pytest.param(f"<t:{MIDNIGHT}:d>", "23/11/2026", id="short date"),
        pytest.param(f"<t:{MIDNIGHT}:t>", "00:00", id="time"),
        pytest.param(f"<t:{MIDNIGHT}:T>", "00:00:00", id="long time"),
    ],
)
def test_markup_is_shown_as_people_see_it(markup: str, shown: str) -> None:
    assert "\n".join(line.plain for line in READER.lines(markup)) == shown


@pytest.mark.parametrize(
    ("markup", "style"),
    [("**x**", "bold"), ("-# x", "dim"), ("`x`", "cyan"), ("*x*", "italic"), ("# x", "bold underline")],
)
def test_markup_is_styled(markup: str, style: str) -> None:
    (line,) = READER.lines(markup)

    assert style in {str(line.style), *(str(span.style) for span in line.spans)}


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=1), "in 1 second"),
        (timedelta(seconds=-50), "50 seconds ago"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=90), "in 2 hours"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=-45), "2 months ago"),
        (timedelta(days=800), "in 2 years"),
    ],
    ids=str,
)
def test_distances_are_told_in_the_largest_unit_that_fits(distance: timedelta, words: str) -> None:
    assert relative(distance.total_seconds()) == words
