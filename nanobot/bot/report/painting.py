"""Has a chart painted in a process of its own. Imports the chart and the standard library."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from dataclasses import asdict
from typing import Final

from nanobot.bot.report.chart import Chart
from nanobot.errors import PersonError

log = logging.getLogger(__name__)

_PROGRAM: Final = "nanobot.bot.report.painter"
# The first time, matplotlib looks through all fonts of the machine.
_MAX_SECONDS: Final = 60
# A painter takes a processor and 100 MB for two seconds: one at a time is enough for all servers.
_turn: Final = asyncio.Semaphore()


class ChartNotPainted(PersonError):
    """The program that paints ended without a picture, or took too long; the log has its last words."""

    def __init__(self) -> None:
        super().__init__(
            "The report could not be painted just now. Try again in a minute; `/quota show` has today's figures."
        )


async def paint(chart: Chart) -> bytes:
    """Return the chart as a PNG.

    Raises:
        ChartNotPainted: the program failed.
    """
    async with _turn:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            _PROGRAM,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "MPLBACKEND": "agg"},
            start_new_session=True,  # Ctrl-C in a terminal is for the bot alone
        )
        try:
            async with asyncio.timeout(_MAX_SECONDS):
                png, said = await process.communicate(json.dumps(asdict(chart)).encode())
        except TimeoutError as error:
            log.error("no chart: it took longer than %d s", _MAX_SECONDS)
            raise ChartNotPainted from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode:
        log.error("no chart: exit code %d: %s", process.returncode, said.decode(errors="replace"))
        raise ChartNotPainted
    return png
