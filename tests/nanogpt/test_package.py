"""The client's package could be published alone: it needs nothing of the rest, and says what it promises."""

from __future__ import annotations

import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nanobot import nanogpt

_ALONE = """
import sys
sys.path.insert(0, sys.argv[1])
import nanobot.nanogpt
assert nanobot.nanogpt.__file__.startswith(sys.argv[1])
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"discord", "PIL", "sqlalchemy", "pydantic"}))
"""
_PROMISING = [
    name
    for name in nanogpt.__all__
    if inspect.isclass(thing := getattr(nanogpt, name)) or inspect.isfunction(thing)
]


def test_it_works_where_there_is_nothing_else_of_nanobot(tmp_path: Path) -> None:
    package = tmp_path / "nanobot"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copytree(Path(nanogpt.__file__).parent, package / "nanogpt")

    ran = subprocess.run(
        [sys.executable, "-P", "-c", _ALONE, str(tmp_path)],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout.strip()) == (0, ""), ran.stderr


@pytest.mark.parametrize("name", _PROMISING)
def test_every_public_class_and_function_says_what_it_promises(name: str) -> None:
    """Where a dataclass says nothing, Python writes its signature in that place."""
    thing = getattr(nanogpt, name)
    said = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__

    assert said
    assert not said.startswith(f"{name}(")
