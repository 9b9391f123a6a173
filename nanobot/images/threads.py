"""Threads for pictures alone. Imports only the standard library.

Pillow lets go of the interpreter while it decodes, resizes and encodes, so threads use every core. More threads than cores
would keep the event loop waiting for its turn, and in asyncio's default pool pictures would hold up look-ups of names.
"""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class ImageThreads:
    """As many threads as this process may use cores. Whoever makes it closes it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=_usable_cores(), thread_name_prefix="pictures")

    async def run(
        self, function: Callable[_Parameters, _Result], *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> _Result:
        """Return what `function` returns, or raise what it raises. Cancelled, it is not started if it still waits."""
        work = functools.partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Start nothing more. What runs runs to its end, unwatched."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
