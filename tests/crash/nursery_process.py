"""Bears bots: has imported all that a bot imports, and forks, so that a process is there within milliseconds.

Reads one order a line, a JSON object: `folder`, `environment`, and `die` (a step such as
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
from multiprocessing.connection import Connection
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


def serve(orders: Connection, news: Connection) -> None:
    """Do what is ordered until there are no more orders, then end all that live."""
    alive: dict[int, int] = {}
    pending = b""
    while True:
        readable, _, _ = select.select([orders.fileno(), *alive], [], [])
        for pidfd in set(readable) - {orders.fileno()}:
            pid = alive.pop(pidfd)
            os.close(pidfd)
            _, status = os.waitpid(pid, 0)
            tell(news, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})
        if orders.fileno() not in readable:
            continue
        read = os.read(orders.fileno(), 65536)
        if not read:
            break
        *lines, pending = (pending + read).split(b"\n")
        for line in lines:
            pid = bear(json.loads(line), news)
            alive[os.pidfd_open(pid)] = pid
            tell(news, {"born": pid})
    for pidfd in alive:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def tell(news: Connection, happened: dict[str, Any]) -> None:
    """Write a line in one piece, as several processes share the pipe."""
    os.write(news.fileno(), json.dumps(happened).encode() + b"\n")


def bear(order: dict[str, Any], news: Connection) -> int:
    """Fork a bot and return its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        log = os.open("bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        # One core, so that one worker for pictures is started and not several.
        os.sched_setaffinity(0, {os.getpid() % (os.cpu_count() or 1)})
        watch(order["die"], news)
        code = run_nanobot([])
    except BaseException:  # noqa: BLE001 - the outermost door of a process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def watch(die: str | None, news: Connection) -> None:
    """Tell of each step that is done, and die at the one that `die` names."""
    moment, step, turn = die.split() if die else ("", "", "0")
    for name in NOTED:
        path, method = name.rsplit(".", 1)
        module, owner = path.rsplit(".", 1)
        cls = getattr(importlib.import_module(module), owner)
        steps = watched(getattr(cls, method), name, moment if name == step else "", int(turn), news)
        setattr(cls, method, steps)


def watched(
    function: Callable[..., Awaitable[Any]], name: str, moment: str, turn: int, news: Connection
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
        tell(news, {"noted": name})
        return result

    return step
