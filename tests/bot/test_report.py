"""`/quota report`: what the chart and the table say, and that the chart is painted."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest
from PIL import Image

from nanobot.bot.report import painter
from nanobot.bot.report.chart import Chart, Name, chart_of, members_in
from nanobot.bot.report.painting import ChartNotPainted, paint
from nanobot.bot.report.table import as_file, table_of
from nanobot.store.reports import DayUsage

DAYS = [date(2026, 3, 17), date(2026, 3, 18)]
NAMES = {1: Name(shown="ada", account="ada.l")}


def use(day: int, user_id: int, pictures: int, model: str = "hidream") -> DayUsage:
    return DayUsage(day=day, user_id=user_id, model=model, images=pictures, cost=Decimal("0.014") * pictures)


def chart(rows: list[DayUsage], names: dict[int, Name] = NAMES) -> Chart:
    return chart_of(rows, title="Fox Den", days=DAYS, names=names)


def paint_here(painted: Chart) -> bytes:
    """Return what the program would, without starting it."""
    return painter.paint(asdict(painted))


def test_each_day_is_summed_by_member_and_by_model() -> None:
    shown = chart([use(0, 1, 2), use(1, 1, 1, "flux-kontext"), use(1, 2, 4, "")])

    assert shown.days == ("2026-03-17", "2026-03-18")
    assert [(each.label, each.pictures) for each in shown.by_member] == [("2", (0, 4)), ("ada", (2, 1))]
    assert [(each.label, each.pictures, each.usd) for each in shown.by_model] == [
        ("(not known)", (0, 4), (0.0, 0.056)),
        ("hidream", (2, 0), (0.028, 0.0)),
        ("flux-kontext", (0, 1), (0.0, 0.014)),
    ]


@pytest.mark.parametrize(
    ("members", "last"),
    [pytest.param(8, "8", id="eight"), pytest.param(9, "9", id="nine"), pytest.param(10, "others", id="ten")],
)
def test_eight_members_are_named_and_the_rest_are_summed(members: int, last: str) -> None:
    """One that would be alone among the others is named too: nothing is gained by hiding it."""
    rows = [use(0, member, 20 - member) for member in range(1, members + 1)]
    shown = chart(rows, {}).by_member

    assert shown[-1].label == last
    assert len(shown) == min(members, 9)
    assert sum(each.pictures[0] for each in shown) == sum(row.images for row in rows)
    assert members_in(rows) == list(range(1, members + 1))


def test_the_table_has_a_line_for_each_day_member_and_model() -> None:
    text = table_of([use(0, 1, 2), use(1, 2, 1, "")], days=DAYS, names={1: 'ada, "the fox"'})

    assert list(csv.reader(io.StringIO(text))) == [
        ["day", "member_id", "member", "model", "pictures", "cost_usd", "lost_usd"],
        ["2026-03-17", "1", 'ada, "the fox"', "hidream", "2", "0.028", "0"],
        ["2026-03-18", "2", "", "", "1", "0.014", "0"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1"])
def test_a_name_is_no_formula_for_a_spreadsheet(name: str) -> None:
    text = table_of([use(0, 1, 2)], days=DAYS, names={1: name})

    assert list(csv.reader(io.StringIO(text)))[1][2] == f"'{name}"


def test_a_table_that_is_too_large_to_be_sent_is_packed() -> None:
    table = table_of([use(0, member, 1) for member in range(1000)], days=DAYS, names={})

    plain, packed = as_file(table, max_bytes=100_000), as_file(table, max_bytes=20_000)

    assert plain == ("report.csv", table.encode())
    assert packed[0] == "report.csv.gz"
    assert len(packed[1]) < 20_000
    assert gzip.decompress(packed[1]) == table.encode()


def test_who_has_no_name_here_is_shown_by_number() -> None:
    (shown,) = chart([use(0, 7, 1)]).by_member

    assert (shown.label, shown.plain) == ("7", "7")


@pytest.mark.parametrize(
    ("called", "same"),
    [
        pytest.param("🦊 Ada ✨🦊", "Ada ✨", id="emoji are left out"),
        pytest.param("狐狸", "ada.l", id="a script that the font lacks"),
        pytest.param("שלום", "ada.l", id="a script from right to left"),
        pytest.param("🦊🦊", "ada.l", id="nothing but emoji"),
        pytest.param("Zoë $x$", "Zoë $x$", id="no formula"),
        pytest.param("_ada", "_ada", id="no hidden entry"),
    ],
)
def test_a_name_that_cannot_be_painted_gives_way_to_the_account_s(called: str, same: str) -> None:
    """No boxes: the painted legends are compared."""
    rows = [use(0, 1, 2), use(1, 2, 1)]
    odd = chart(rows, {1: Name(shown=called, account="ada.l")})
    plain = chart(rows, {1: Name(shown=same, account="ada.l")})
    other = chart(rows, {1: Name(shown="somebody else", account="ada.l")})

    assert paint_here(odd) == paint_here(plain)
    assert paint_here(odd) != paint_here(other)


async def test_the_chart_has_a_ground_of_its_own() -> None:
    """It is as readable on Discord's dark page as on the light one."""
    with Image.open(io.BytesIO(await paint(chart([use(0, 1, 2)])))) as painted:
        assert (painted.format, painted.mode) == ("PNG", "RGBA")
        assert painted.getpixel((2, 2)) == (30, 31, 34, 255)


async def test_ninety_days_of_many_are_painted_too() -> None:
    days = [date.fromordinal(DAYS[0].toordinal() + day) for day in range(90)]
    rows = [
        use(day, member, day % 7 + member, f"model-{member}") for day in range(90) for member in range(30)
    ]

    png = await paint(chart_of(rows, title="Fox Den", days=days, names={}))

    with Image.open(io.BytesIO(png)) as painted:
        assert painted.width > 1000


async def test_a_program_that_fails_is_a_sentence_and_its_words_are_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = Chart(title="Fox Den", days=("yesterday",), by_member=(), by_model=())

    with pytest.raises(ChartNotPainted, match=r"could not be painted just now\. Try again in a minute"):
        await paint(broken)
    assert "Invalid isoformat string: 'yesterday'" in caplog.text


async def test_whoever_goes_away_leaves_no_program_behind() -> None:
    others = set(_children())  # such as a test before this one left behind
    task = asyncio.create_task(paint(chart([use(0, 1, 2)])))
    while not (children := set(_children()) - others):  # noqa: ASYNC110 - the kernel rings no bell
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [pid for pid in children if pid in _children()] == []


def _children() -> list[int]:
    path = f"/proc/{os.getpid()}/task/{os.getpid()}/children"
    with open(path, encoding="ascii") as children:  # noqa: PTH123 - a file of the kernel's
        return [int(pid) for pid in children.read().split()]


def test_the_bot_itself_never_loads_what_paints() -> None:
    """It would cost a second at each start and 80 MB for good."""
    program = "import sys, nanobot.cli; print([name for name in sys.modules if 'matplotlib' in name])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"
