"""Installs discord.js once beside `package.json`, and says in one sentence why it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
_MANIFEST = HERE / "package.json"
_MODULES = HERE / "node_modules"
# Says of which manifest an installation is, so that a changed one is installed anew.
_MADE_FROM = _MODULES / ".made-from-package.json"
_INSTALL = (
    "install",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--ignore-scripts",
    "--fetch-retries=1",
)
_PATIENCE_SECONDS = 90


def require_discord_js() -> str:
    """Return the path of node, with discord.js installed.

    The running test is skipped where node, npm or npm's registry is absent; in CI it fails instead.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        _go_without("node and npm are not on this machine")
    if not _is_installed():
        _install(npm)
    return node


def _is_installed() -> bool:
    return _MADE_FROM.is_file() and _MADE_FROM.read_bytes() == _MANIFEST.read_bytes()


def _install(npm: str) -> None:
    """Install aside and move the whole into place, so that test processes side by side never see half of it."""
    with tempfile.TemporaryDirectory(prefix="node_modules-", dir=HERE, ignore_cleanup_errors=True) as aside:
        shutil.copy(_MANIFEST, aside)
        try:
            subprocess.run(
                (npm, *_INSTALL), cwd=aside, check=True, capture_output=True, timeout=_PATIENCE_SECONDS
            )
        except subprocess.CalledProcessError as error:
            _go_without(f"npm could not install discord.js: {error.stderr.decode(errors='replace')[-600:]}")
        except subprocess.TimeoutExpired:
            _go_without(f"npm did not install discord.js in {_PATIENCE_SECONDS} s")
        made = Path(aside, _MODULES.name)
        shutil.copy(_MANIFEST, made / _MADE_FROM.name)
        if _is_installed():
            return
        if _MODULES.exists():
            _MODULES.rename(Path(aside, "outdated"))
        made.rename(_MODULES)


def _go_without(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
