"""Without a browser nothing is judged: elsewhere that is a skip, in CI a failure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.browser.installation import require_browser, require_playwright

OUTCOMES = pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)], ids=["CI", "elsewhere"]
)


@OUTCOMES
def test_without_a_browser_ci_fails_and_others_skip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="there is no Chromium on this machine"):
        require_browser()


@OUTCOMES
def test_without_playwright_ci_fails_and_others_skip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.delitem(sys.modules, "playwright", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="Playwright is not installed"):
        require_playwright()
