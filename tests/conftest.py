"""What holds for every test."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.house.feature_table import DOCUMENT, PassedTests, rows


def pytest_configure(config: pytest.Config) -> None:
    """Let a run of the whole suite see that the tests which the documents name have passed."""
    if not hasattr(config, "workerinput"):  # a worker of pytest-xdist reports to its controller
        names = [name for row in rows(DOCUMENT.read_text()) for name in row.tests]
        config.pluginmanager.register(PassedTests(names), "passed-tests")


@pytest.fixture(autouse=True)
def logging_as_found() -> Iterator[None]:
    """Put back what a command of the command line changes in logging, which belongs to the whole process."""
    root, ours = logging.getLogger(), logging.getLogger("nanobot")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
