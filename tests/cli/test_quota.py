"""`quota`: the operator decides and looks from a terminal, for any server, and audits the books."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.cli.conftest import Operator

_NOW = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")


async def said(operator: Operator, line: str) -> list[str]:
    """Run `quota` with this line, which must work, and return what it prints, without its moments."""
    run = await operator.runs("quota", *line.split())
    assert (run.code, run.err) == (0, "")
    return _NOW.sub("…", run.out).splitlines()


async def test_a_rule_is_set_shown_listed_and_cleared(operator: Operator) -> None:
    set_to = await said(operator, "set --guild 1 --member 7 --images 5 --usd 2.5 --period week")
    await said(operator, "set --guild 1 --role 8 --images 40")
    await said(operator, "set --guild 1 --default --unlimited")
    await said(operator, "set --guild 1 --cap --usd 50 --period month")
    shown = await said(operator, "show --guild 1 --member 7")
    listed = await said(operator, "list --guild 1")
    cleared = await said(operator, "clear --guild 1 --member 7 --unit images")

    assert set_to == ["member 7: 5 pictures per week and $2.50 per week."]
    assert shown == [
        "member 7 · 0 of 5 pictures used this week",
        "░" * 20,
        "5 left; starts anew ….",
        "By their own rule: 5 pictures per week.",
        "In dollars · $0 of $2.50 used this week",
        "░" * 20,
        "$2.50 left; starts anew ….",
        "By their own rule: $2.50 per week.",
        "All members together · $0 of $50.00 used this month",
        "░" * 20,
        "$50.00 left; starts anew ….",
    ]
    assert listed == [
        "Default · unlimited · whoever runs the bot, …",
        "All members together · $50.00 per month · whoever runs the bot, …",
        "role 8 · 40 pictures per day · whoever runs the bot, …",
        "member 7 · 5 pictures per week and $2.50 per week · whoever runs the bot, …",
    ]
    assert cleared == ["member 7: no rule in pictures of its own any more; the more general ones apply."]
    assert "member 7 · $2.50 per week · whoever runs the bot, …" in await said(operator, "list --guild 1")


async def test_roles_count_where_they_are_named(operator: Operator) -> None:
    """A terminal does not know who has which role."""
    await said(operator, "set --guild 1 --role 8 --images 40")

    without = await said(operator, "show --guild 1 --member 7")
    with_role = await said(operator, "show --guild 1 --member 7 --role 9 --role 8")

    assert without[0] == "member 7 · 0 of 20 pictures used today"
    assert with_role[-1] == "By the rule of role 8: 40 pictures per day."


async def test_extras_are_given_and_a_quota_is_reset_and_corrected(operator: Operator) -> None:
    """In the log, all of it is by whoever runs the bot; `--guild 0` is direct messages."""
    last_day = datetime.now(UTC).date() + timedelta(days=30)
    end = datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=UTC)

    granted = await operator.runs(
        *shlex.split("quota grant --guild 0 --member 7 --images 3 --usd 1 --expires 30")
    )
    corrected = await operator.runs(
        *shlex.split("quota correct --guild 0 --member 7 --images 2 --usd 0.03 --note 'billed <twice>'")
    )
    reset = await said(operator, "reset --guild 0 --member 7")
    log = await said(operator, "log --guild 0")

    assert granted.out == (
        "member 7 got 3 pictures and $1.00 extra, for when the quota is used up, "
        f"until {end:%Y-%m-%d %H:%M} UTC.\n"
    )
    assert corrected.out.startswith("member 7 · 2 of 20 pictures used today\n")
    assert "By model today · (not known) 2 pictures, $0.03" in corrected.out
    assert reset == ["member 7: the quota starts anew now."]
    assert log == [
        "… · whoever runs the bot · member 7: started anew",
        "… · whoever runs the bot · member 7: use corrected by +2 pictures and +0.03 dollars (billed <twice>)",
        "… · whoever runs the bot · member 7: $1.00 extra until …",
        "… · whoever runs the bot · member 7: 3 pictures extra until …",
    ]
    assert await said(operator, "log --guild 0 --limit 1") == log[:1]
    assert await said(operator, "log --guild 1") == ["Nothing was changed yet, as far as the log goes back."]


async def test_the_owners_own_limit_is_shown_with_its_amounts(operator: Operator) -> None:
    operator.sets(OWNER_CAP_USD="100", OWNER_CAP_PERIOD="month")

    shown = await said(operator, "show --guild 1 --member 7")

    assert shown[-1] == "The bot's own limit, everybody together: $0 of $100.00 per month."


async def test_books_that_balance_are_said_to(operator: Operator) -> None:
    await said(operator, "grant --guild 1 --member 7 --images 3")

    told = await said(operator, "audit")
    as_json = await operator.runs("quota", "audit", "--json")

    assert told[0].startswith("The books balance: 1 entries, 0 holds, ")
    assert as_json.code == 0
    assert json.loads(as_json.out)["balances"] is True


async def test_books_that_do_not_balance_are_exit_code_1(operator: Operator) -> None:
    await said(operator, "correct --guild 1 --member 7 --images 2 --note test")
    with sqlite3.connect(operator.folder / "nanobot.db") as database:
        database.execute("UPDATE usage_buckets SET images = images + 1 WHERE guild_id = 1")

    told = await operator.runs("quota", "audit")
    as_json = await operator.runs("quota", "audit", "--json")

    assert (told.code, as_json.code) == (1, 1)
    assert "The books balance" not in told.out
    assert _NOW.sub("…", told.out) == (
        "The quarter of an hour of server 1 from … counts 3 pictures and $0.00, and the ledger says 2 pictures and $0.00.\n"
    )
    assert json.loads(as_json.out)["balances"] is False


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param("set --guild 1 --member 7", "Give --images, --usd or both, or else", id="no amount"),
        pytest.param(
            "set --guild 1 --member 7 --block --unlimited", "Give --images, --usd or both, or else", id="both"
        ),
        pytest.param("grant --guild 1 --member 7", "Give --images, --usd or both.", id="no extras"),
        pytest.param(
            "correct --guild 1 --member 7 --note why", "so that there is something to correct", id="no change"
        ),
        pytest.param("set --member 7 --images 5", "--guild", id="no server"),
        pytest.param("set --guild 1 --images 5", "one of the arguments --member --role", id="nobody"),
        pytest.param("set --guild 1 --cap --default --images 5", "not allowed with", id="two subjects"),
        pytest.param("set --guild ada --cap --images 5", "an id is the number", id="a name"),
        pytest.param("reset --guild 1 --member -7", "an id is the number", id="no id"),
        pytest.param("set --guild 1 --cap --images -5", "a whole number from 0 on is needed", id="below 0"),
        pytest.param(
            "set --guild 1 --cap --usd nan", "an amount such as 2.50 is needed", id="no amount of money"
        ),
        pytest.param("set --guild 1 --cap --usd much", "an amount such as 2.50 is needed", id="a word"),
        pytest.param("set --guild 1 --cap --usd -1", "an amount from 0 on is needed", id="dollars below 0"),
        pytest.param("pay", "invalid choice", id="unknown action"),
    ],
)
async def test_a_line_that_makes_no_sense_is_exit_code_2(
    operator: Operator, line: str, sentence: str
) -> None:
    run = await operator.runs("quota", *line.split())

    assert (run.code, run.out) == (2, "")
    assert sentence in run.err


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param(
            "grant --guild 1 --member 7 --images 3 --expires soon", "No date can be read", id="no date"
        ),
        pytest.param("grant --guild 1 --member 7 --images 0", "A grant is a number from 1 to", id="nothing"),
        pytest.param(
            "set --guild 1 --cap --images 2000000", "An allowance is a number from 0 to", id="too much"
        ),
    ],
)
async def test_what_cannot_be_done_is_a_sentence_and_exit_code_1(
    operator: Operator, line: str, sentence: str
) -> None:
    run = await operator.runs("quota", *line.split())

    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(sentence)
    assert await said(operator, "log --guild 1") == ["Nothing was changed yet, as far as the log goes back."]


async def test_a_table_that_is_gone_is_a_sentence_and_no_traceback(operator: Operator) -> None:
    await said(operator, "list --guild 1")
    with sqlite3.connect(operator.folder / "nanobot.db") as database:
        database.execute("DROP TABLE usage_buckets")
    run = await operator.runs("quota", "audit")

    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("The database or a file failed in the middle (OperationalError: ")
    assert "Traceback" not in run.err
