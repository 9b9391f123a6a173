"""Jobs for workers: a worker finds a function by its module, which must not need pytest."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Never

from PIL import Image


def burn() -> Never:
    """Use CPU time for ever, as a decoder does that was led astray."""
    while True:
        pass


def burn_for(seconds: float) -> None:
    """Use so much CPU time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def burn_after(started: Path) -> Never:
    """Say through the named pipe `started` that it has begun, and burn."""
    started.write_bytes(b"begun")
    burn()


def wait_for(gate: Path, number: int) -> int:
    """Return `number` when somebody writes to the named pipe `gate`."""
    gate.read_bytes()
    return number


def begin_and_wait_for(started: Path, gate: Path, number: int) -> int:
    """Say through the named pipe `started` that it has begun, then do as `wait_for`."""
    started.write_bytes(b"begun")
    return wait_for(gate, number)


def see(data: bytes) -> memoryview:
    """Return what cannot go from one process to another."""
    return memoryview(data)


def sleep_for_ever(name: str) -> None:
    signal.pause()


def crash(name: str | None = None) -> None:
    """End as a decoder that writes where it must not."""
    os.kill(os.getpid(), signal.SIGSEGV)


def hog(count: int, name: str) -> int:
    return len(bytes(count))


def fail_with(count: int) -> None:
    """Fail as a decoder does in the middle of a large picture, for a reason of its own."""
    pixels = bytes(count)
    try:
        raise ValueError(len(pixels))
    except ValueError as error:
        kept = error
        raise kept from error


def fail(words: str) -> None:
    raise ValueError(words)


class UnreadableError(Exception):
    """Is pickled with one argument and asks for two."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(f"{width} × {height}")


def fail_unreadably() -> Never:
    raise UnreadableError(3, 4)


def touch(path: Path) -> None:
    path.touch()


def chatter(words: str) -> str:
    """Print like a C library, past Python."""
    os.write(1, words.encode())
    return words


def decode_without_budget(data: bytes) -> tuple[int, int]:
    """Decode as a program does that trusts the file: in full, with Pillow alone."""
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(BytesIO(data)) as image:
        return image.convert("RGBA").rotate(90).size


def resident_bytes(kind: str = "VmRSS") -> int:
    """Return how much memory this process has (`VmRSS`) or had at its peak (`VmHWM`)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{kind}:")[2].split()[0]) * 1024


def peak_of(function: Callable[..., object], *args: object, **kwargs: object) -> int:
    """Return how much memory the process had at the peak of the call."""
    Path("/proc/self/clear_refs").write_text(
        "5"
    )  # https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
    function(*args, **kwargs)
    return resident_bytes("VmHWM")
