"""How much time the bot itself takes: `python benchmarks/overhead.py`.

Runs the real bot in a process of its own against the stand-ins and prints medians and worst cases of: the
acknowledgement of a command; the way from the interaction to NanoGPT's request; the way from NanoGPT's answer to the
posted message; start-up; memory at rest. The ratio at the end compares our own share with one second of painting,
the least that a real model takes.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from nanobot.sandbox.discord import Channel, DiscordStandIn, Person
from nanobot.sandbox.nanogpt import NanoGPTStandIn

ROOT = Path(__file__).parents[1]
ROUNDS = 100
_API_KEY = "benchmark"
_PAINTING_SECONDS = 1.0


async def main() -> None:
    """Print the table."""
    discord, nanogpt = DiscordStandIn(), NanoGPTStandIn(api_key=_API_KEY)
    await discord.start()
    await nanogpt.start()
    guild = discord.add_guild("Benchmark")
    channel, alice = guild.add_channel("general"), guild.add_member("alice")
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        process = await _start_bot(discord, nanogpt, Path(folder))
        await discord.bot_online(60)
        start_up = time.monotonic() - started
        resident = _resident_megabytes(process.pid)
        await _one_picture(
            alice, channel, nanogpt
        )  # warms caches on both sides, as a bot that runs for days is warm
        rounds = [await _one_picture(alice, channel, nanogpt) for _ in range(ROUNDS)]
        process.terminate()
        await process.wait()
    await discord.stop()
    await nanogpt.stop()
    acknowledged, before, after = zip(*rounds, strict=True)
    _print_row("acknowledged after", acknowledged)
    _print_row("interaction → NanoGPT's request", before)
    _print_row("NanoGPT's answer → posted", after)
    own = statistics.median(before) + statistics.median(after)
    print(f"own share beside {_PAINTING_SECONDS:g} s of painting: {own / _PAINTING_SECONDS:.1%}")
    print(f"start-up to online with commands registered: {start_up:.2f} s")
    if resident is not None:
        print(f"memory at rest: {resident:.0f} MB")


async def _start_bot(
    discord: DiscordStandIn, nanogpt: NanoGPTStandIn, folder: Path
) -> asyncio.subprocess.Process:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "NANOGPT_API_KEY": _API_KEY,
        "NANOGPT_BASE_URL": nanogpt.base_url,
        "DEFAULT_QUOTA_IMAGES": "",
        "LOG_LEVEL": "WARNING",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "bot.py"), cwd=folder, env=environment, stderr=asyncio.subprocess.DEVNULL
    )


async def _one_picture(
    alice: Person, channel: Channel, nanogpt: NanoGPTStandIn
) -> tuple[float, float, float]:
    """Return seconds until the acknowledgement, until NanoGPT's request, and from its answer to the message."""
    asked = time.monotonic()
    call = await alice.types("/imagine prompt:a red fox in snow", channel)
    acknowledged = await call.acknowledged()
    await channel.next_message(where=lambda message: bool(message.attachments))
    posted = time.monotonic()
    request = [each for each in nanogpt.requests if each.path.endswith("generations")][-1]
    assert request.answered_at is not None
    return acknowledged, request.received_at - asked, posted - request.answered_at


def _print_row(name: str, seconds: Sequence[float]) -> None:
    milliseconds = sorted(1000 * each for each in seconds)
    print(
        f"{name}: median {statistics.median(milliseconds):.1f} ms, worst of {len(milliseconds)} {milliseconds[-1]:.1f} ms"
    )


def _resident_megabytes(pid: int) -> float | None:
    """Return the process's resident memory where the system tells (Linux)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
    return int(found[1]) / 1000 if found else None


if __name__ == "__main__":
    asyncio.run(main())
