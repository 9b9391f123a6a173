"""`python bot.py sandbox` in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

BOT = Path(__file__).parents[2] / "bot.py"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(?P<port>\d+)/")
_SECONDS_TO_END = 60


class RunningSandbox:
    """Serves the page at `address`, again at the same one if it is started again; its files lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Return once the page is served, which is before the bot is online."""
        self._process = subprocess.Popen(
            [sys.executable, str(BOT), "sandbox", "--no-browser", "--port", self._port],
            cwd=self._folder,
            env={**os.environ, "TMPDIR": str(self._folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = _ADDRESS.search(line)
        assert found, line
        self._port = found["port"]

    def stop(self) -> int:
        """End it as a supervisor does, and return its exit code."""
        process, self._process = self._process, None
        assert process is not None
        process.terminate()
        try:
            process.communicate(timeout=_SECONDS_TO_END)
        finally:
            process.kill()
        return process.returncode

    def bot_log(self) -> str:
        """Return what the bot that runs has written until now."""
        return "".join(path.read_text() for path in self._folder.rglob("bot.log"))
