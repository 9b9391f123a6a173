"""What holds for every test."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator

import pytest

from tests.house.feature_table import DOCUMENT, PassedTests, rows

LONGEST_FIRST = (
    "tests/crash/",
    "tests/processes/",
    "tests/house/test_imports.py",
    "tests/sandbox/page/test_command.py",
    "tests/browser/",
    "tests/house/test_feature_table.py",
    "tests/sandbox/",
    "tests/journeys/",
    "tests/generation/",
    "tests/quotas/",
    "tests/images/",
)
"""Where the tests lie that take long, so that no core idles at the end while another one works on them."""


def pytest_configure(config: pytest.Config) -> None:
    """Let a run of the whole suite see that the tests which the documents name have passed.

    Where the suite runs in a shell's background, Ctrl-C is ignored, and would be by every program that a test starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):  # a worker of pytest-xdist reports to its controller
        names = [name for row in rows(DOCUMENT.read_text()) for name in row.tests]
        config.pluginmanager.register(PassedTests(names), "passed-tests")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one more than there are cores: a third of what a journey takes is waiting for Discord's and NanoGPT's stand-ins."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; workers are handed whole files in this order (`--dist loadfile`)."""
    items.sort(key=lambda item: precedence(item.nodeid))


def precedence(nodeid: str) -> int:
    """Return a number that is the smaller the earlier the test is to begin."""
    places = (place for place, path in enumerate(LONGEST_FIRST) if nodeid.startswith(path))
    return next(places, len(LONGEST_FIRST))


@pytest.fixture(autouse=True)
def logging_as_found() -> Iterator[None]:
    """Put back what a command of the command line changes in logging, which belongs to the whole process."""
    root, ours = logging.getLogger(), logging.getLogger("nanobot")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
