"""Every module can be imported by itself, on a machine that has no setting."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.house.sources import modules

# One interpreter loads the libraries once and then becomes a fresh child for each module, so that no module leans on
# what another one has imported before it.
_EACH_ALONE = """
import gc, importlib, json, os, sys, traceback
gc.disable()
import aiohttp.web, discord, discord.app_commands, PIL.Image, pydantic_settings, rich.progress
import sqlalchemy.ext.asyncio, alembic.command, prometheus_client, pillow_heif
assert not [name for name in sys.modules if name.partition(".")[0] == "nanobot"]
failed = []
for name in json.load(sys.stdin):
    child = os.fork()
    if not child:
        try:
            importlib.import_module(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
print(json.dumps(failed))
"""


def test_every_module_imports_alone_and_without_any_setting(tmp_path: Path) -> None:
    names = [name for name, path in modules() if path.name != "__main__.py"]
    ran = subprocess.run(
        [sys.executable, "-c", _EACH_ALONE],
        input=json.dumps(names),
        capture_output=True,
        text=True,
        check=False,
        env={},
        cwd=tmp_path,
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [], ran.stderr
    assert list(tmp_path.iterdir()) == []
