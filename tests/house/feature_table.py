"""The table in docs/nanogpt.md that names a test for each feature, and a look at whether those tests really passed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from tests.house.sources import ROOT

DOCUMENT = ROOT / "docs" / "nanogpt.md"
HEADING = "## Every feature of NanoGPT's image guide"

_TEST = re.compile(r"`(?P<name>tests/[^`]+\.py::[^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A feature, and the tests that hold it, as pytest names them; without `[…]` all cases of a test are meant."""

    feature: str
    tests: tuple[str, ...]


def rows(text: str) -> Iterator[Row]:
    """Yield the rows of every table below `HEADING`."""
    _, _, section = text.partition(f"{HEADING}\n")
    for line in section.partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) > 1 and cells[0] != "feature":
            yield Row(feature=cells[0], tests=tuple(match["name"] for match in _TEST.finditer(cells[-1])))


class PassedTests:
    """A plugin of pytest: a run of the whole suite fails where one of `names` did not pass, and says which.

    A test that was skipped holds nothing. A run of a part of the suite is not judged.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._passed: set[str] = set()
        self._missing: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._passed |= {report.nodeid, report.nodeid.partition("[")[0]}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not is_whole_run(session):
            return
        self._missing = [name for name in self._names if name not in self._passed]
        if self._missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._missing:
            return
        terminalreporter.section(f"named in {DOCUMENT.name}, and did not pass", red=True)
        for name in self._missing:
            terminalreporter.line(name)


def is_whole_run(session: pytest.Session) -> bool:
    """Tell whether every test was to run and no failure stopped the run."""
    config = session.config
    narrowed = ("keyword", "markexpr", "collectonly", "deselect", "ignore", "ignore_glob", "lf", "stepwise")
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and not any(config.getoption(name, None) for name in narrowed)
        and not session.shouldstop
        and not session.shouldfail
    )
