"""Without node or npm's registry nothing is judged: elsewhere that is a skip, in CI a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.discord_js.installation import require_discord_js

OUTCOMES = pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)], ids=["CI", "elsewhere"]
)


@OUTCOMES
def test_without_node_ci_fails_and_others_skip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="node and npm are not on this machine"):
        require_discord_js()


@OUTCOMES
def test_without_a_registry_ci_fails_and_others_skip(
    monkeypatch: pytest.MonkeyPatch, node: str, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    """Nobody listens on port 9 of this machine."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path))
    monkeypatch.setenv("npm_config_fetch_retry_mintimeout", "1")
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="npm could not install"):
        require_discord_js(tmp_path)
