"""Finds what the tests in a browser need, and says in one sentence why it cannot.

What is absent skips the test or the module that asks for it; in CI it fails instead.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from typing import NoReturn

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def require_playwright() -> None:
    if importlib.util.find_spec("playwright") is None:
        _go_without("Playwright is not installed")


def require_browser() -> str:
    """Return the path of a browser that Playwright can drive."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        _go_without("there is no Chromium on this machine")
    return path


def _go_without(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)
