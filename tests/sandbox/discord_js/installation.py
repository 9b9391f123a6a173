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
_MODULES = "node_modules"
# Says of which manifest an installation is, so that a changed one is installed anew.
_MADE_FROM = ".made-from-package.json"
_INSTALL = (
    "install",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--ignore-scripts",
    "--fetch-retries=1",
)
_PATIENCE_SECONDS = 90


def require_discord_js(folder: Path = HERE) -> str:
    """Return the path of node, with discord.js installed in `folder`.

    The running test is skipped where node, npm or npm's registry is absent; in CI it fails instead.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        _go_without("node and npm are not on this machine")
    if not _is_installed(folder):
        _install(npm, folder)
    return node


def _is_installed(folder: Path) -> bool:
    made_from = folder / _MODULES / _MADE_FROM
    return made_from.is_file() and made_from.read_bytes() == _MANIFEST.read_bytes()


def _install(npm: str, folder: Path) -> None:
    """Install aside and move the whole into place, so that test processes side by side never see half of it."""
    with tempfile.TemporaryDirectory(prefix="node_modules-", dir=folder, ignore_cleanup_errors=True) as aside:
        shutil.copy(_MANIFEST, aside)
        try:
            subprocess.run(
                (npm, *_INSTALL), cwd=aside, check=True, capture_output=True, timeout=_PATIENCE_SECONDS
            )
        except subprocess.CalledProcessError as error:
            _go_without(f"npm could not install discord.js: {error.stderr.decode(errors='replace')[-600:]}")
        except subprocess.TimeoutExpired:
            _go_without(f"npm did not install discord.js in {_PATIENCE_SECONDS} s")
        made, place = Path(aside, _MODULES), folder / _MODULES
        shutil.copy(_MANIFEST, made / _MADE_FROM)
        if _is_installed(folder):
            return
        if place.exists():
            place.rename(Path(aside, "outdated"))
        made.rename(place)


def _go_without(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
