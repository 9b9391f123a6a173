"""Bears bots: imports all that a bot imports, once, and forks, so that a process is there within milliseconds.

Reads one order a line from its standard input, a JSON object: `folder`, `environment`, and `die` (a step such as
`after nanobot.generation.books.Books.made 2`, or null). Writes one line for each thing that happens: `{"born": PID}`,
`{"ended": PID, "code": …}`, and from the bots themselves `{"noted": STEP}` whenever a step is done.

What is born is the bot itself, in a process of its own; a step at which it is to die kills it with SIGKILL there.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from nanobot.cli import main as run_nanobot

NOTED = (
    "nanobot.generation.books.Books.open",
    "nanobot.generation.books.Books.sending",
    "nanobot.generation.books.Books.made",
    "nanobot.generation.books.Books.posting",
    "nanobot.generation.books.Books.posted",
    "nanobot.generation.books.Books.close",
    "nanobot.generation.books.Books.told",
    "nanobot.nanogpt.client.NanoGPTClient.download",
    "nanobot.bot.delivery.Delivery.post",
)


def main() -> None:
    """Serve until the input ends, then end all that live."""
    alive: dict[int, int] = {}
    pending = b""
    while True:
        readable, _, _ = select.select([0, *alive], [], [])
        for pidfd in set(readable) - {0}:
            pid = alive.pop(pidfd)
            os.close(pidfd)
            _, status = os.waitpid(pid, 0)
            tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})
        if 0 not in readable:
            continue
        read = os.read(0, 65536)
        if not read:
            break
        *orders, pending = (pending + read).split(b"\n")
        for order in orders:
            pid = bear(json.loads(order))
            alive[os.pidfd_open(pid)] = pid
            tell({"born": pid})
    for pidfd in alive:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def tell(happened: dict[str, Any]) -> None:
    """Write a line in one piece, as several processes share the output."""
    os.write(OUTPUT, json.dumps(happened).encode() + b"\n")


def bear(order: dict[str, Any]) -> int:
    """Fork a bot and return its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.chdir(order["folder"])
        os.environ.update(order["environment"])
        log = os.open("bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        # One core, so that one worker for pictures is started and not several.
        os.sched_setaffinity(0, {os.getpid() % (os.cpu_count() or 1)})
        watch(order["die"])
        code = run_nanobot([])
    except BaseException:  # noqa: BLE001 - the outermost door of a process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def watch(die: str | None) -> None:
    """Tell of each step that is done, and die at the one that `die` names."""
    moment, step, turn = die.split() if die else ("", "", "0")
    for name in NOTED:
        path, method = name.rsplit(".", 1)
        module, owner = path.rsplit(".", 1)
        cls = getattr(importlib.import_module(module), owner)
        setattr(cls, method, watched(getattr(cls, method), name, moment if name == step else "", int(turn)))


def watched(
    function: Callable[..., Awaitable[Any]], name: str, moment: str, turn: int
) -> Callable[..., Awaitable[Any]]:
    """Return the same function, which kills its process before or after its `turn`-th call."""
    calls = 0

    @wraps(function)
    async def step(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        own = calls
        if moment == "before" and own == turn:
            os.kill(os.getpid(), signal.SIGKILL)
        result = await function(*args, **kwargs)
        if moment == "after" and own == turn:
            os.kill(os.getpid(), signal.SIGKILL)
        tell({"noted": name})
        return result

    return step


if __name__ == "__main__":
    OUTPUT = os.dup(1)
    main()
