"""`sandbox`: the real bot against the stand-ins on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


async def run_sandbox(lines: Sequence[str], *, database: Path | None) -> bool:
    raise SystemExit(f"{lines} {database}")
