"""The command line. A foreseen failure is one sentence on standard error and exit code 2, never a traceback."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from nanobot.cli.checking import check
from nanobot.cli.migrating import migrate_database
from nanobot.cli.models import CAPABILITIES, ModelsOptions, print_models
from nanobot.cli.quota import run_quota
from nanobot.cli.quota_options import add_quota, quota_options
from nanobot.cli.sandboxing import SandboxOptions, run_sandbox
from nanobot.cli.trying import TryOptions, try_prompt
from nanobot.clock import Clock, ShiftedClock, SystemClock
from nanobot.errors import OperatorError
from nanobot.logs import configure_logging
from nanobot.settings import Settings, load_settings
from nanobot.store.database import DATABASE_TROUBLE
from nanobot.wiring import run_bot

_EXIT_FAILED = 1
_EXIT_MISCONFIGURED = 2
_EXIT_INTERRUPTED = 130
_LAST_PORT = 65_535


def main(argv: Sequence[str]) -> int:
    """Run one command and return the exit code of the process."""
    arguments = _parser().parse_args(argv or ["run"])
    try:
        return _run(arguments)
    except OperatorError as error:
        print(error.sentence, file=sys.stderr)
        return _EXIT_MISCONFIGURED
    except DATABASE_TROUBLE as error:
        print(_broken_off(error), file=sys.stderr)
        return _EXIT_FAILED
    except KeyboardInterrupt:
        return _EXIT_INTERRUPTED


def _broken_off(error: Exception) -> str:
    """Say what went away beneath a command, by the first line of what the driver or the system says."""
    lines = str(error).splitlines() or [""]
    return (
        f"The database or a file failed in the middle ({type(error).__name__}: {lines[0]}). "
        "Look at the database and at the disk, then run the command again."
    )


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "sandbox":
        # Before the settings are read: the sandbox has its own, whatever the environment and `.env` say.
        return 0 if asyncio.run(run_sandbox(_sandbox_options(arguments))) else _EXIT_FAILED
    settings = load_settings()
    # A person at a terminal reads what the command prints; the log is for the bot that runs unattended.
    configure_logging(settings.log_level if arguments.command == "run" else "ERROR", _secrets(settings))
    match arguments.command:
        case "run":
            asyncio.run(run_bot(settings, _clock(arguments)))
            return 0
        case "migrate":
            migrate_database(settings, copy_from=arguments.copy_from)
            return 0
        case _:
            return 0 if asyncio.run(_ask(arguments, settings)) else _EXIT_FAILED


async def _ask(arguments: argparse.Namespace, settings: Settings) -> bool:
    """Run a command that ends by itself, and tell whether it found or did what was asked."""
    match arguments.command:
        case "try":
            return await try_prompt(_try_options(arguments), settings)
        case "check":
            return await check(settings)
        case "models":
            return await print_models(_models_options(arguments), settings)
        case _:
            return await run_quota(quota_options(arguments), settings, SystemClock())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bot.py", description="nanobot: pictures for a Discord community.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_run(commands.add_parser("run", help="run the bot (what happens without a command)"))
    _add_sandbox(commands.add_parser("sandbox", help="try the whole bot here, without accounts or a network"))
    _add_try(commands.add_parser("try", help="make a picture from the terminal"))
    commands.add_parser("check", help="check settings, database, Discord and NanoGPT")
    _add_migrate(commands.add_parser("migrate", help="bring the database up to date, or move to another"))
    _add_models(commands.add_parser("models", help="list the models that NanoGPT has now"))
    add_quota(commands.add_parser("quota", help="show and change who may make how much, and audit the books"))
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clock",
        type=Path,
        metavar="FILE",
        help="go by a clock that is ahead by as many seconds as FILE says, read anew at each look (to try quotas)",
    )


def _add_sandbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lines",
        nargs="*",
        metavar="LINE",
        help="say these lines in the terminal and leave; without any, a page opens",
    )
    parser.add_argument("--terminal", action="store_true", help="chat here instead of in the browser")
    parser.add_argument("--database", type=Path, metavar="FILE", help="keep the database in this SQLite file")
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="serve the page on this port, not a free one"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the page's address")
    parser.add_argument(
        "--real-images",
        action="store_true",
        help="let NanoGPT paint in the page, paid by NANOGPT_API_KEY, instead of the stand-in",
    )


def _add_try(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt", metavar="PROMPT", help="what the picture should show, or what to change")
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a picture to edit; may be repeated",
    )
    parser.add_argument("--mask", type=Path, metavar="FILE", help="white where the picture may change")
    parser.add_argument("--model", metavar="M", help="which model paints")
    parser.add_argument("--size", metavar="SIZE", help="such as 1024x1024")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many pictures")
    parser.add_argument("--seed", type=int, metavar="N", help="the same seed gives a similar picture")
    parser.add_argument(
        "--out", type=Path, default=Path("pictures"), metavar="DIR", help="where to save them"
    )
    parser.add_argument(
        "--sandbox", action="store_true", help="let the offline stand-in paint: no key, no network, no cost"
    )


def _add_migrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--copy-from",
        metavar="URL",
        help="copy everything from this database, such as sqlite+aiosqlite:///nanobot.db, "
        "into the empty one that DATABASE_URL names",
    )


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="only models that may be meant by this")
    parser.add_argument(
        "--capability",
        action="append",
        default=[],
        choices=tuple(CAPABILITIES),
        help="only models that work from text, from a picture, from several, on a mask, or for adults; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def _clock(arguments: argparse.Namespace) -> Clock:
    return SystemClock() if arguments.clock is None else ShiftedClock(arguments.clock)


def _try_options(arguments: argparse.Namespace) -> TryOptions:
    return TryOptions(
        prompt=arguments.prompt,
        images=tuple(arguments.image),
        mask=arguments.mask,
        model=arguments.model,
        size=arguments.size,
        count=arguments.count,
        seed=arguments.seed,
        out=arguments.out,
        sandbox=arguments.sandbox,
    )


def _models_options(arguments: argparse.Namespace) -> ModelsOptions:
    return ModelsOptions(
        text=" ".join(arguments.text), capabilities=tuple(arguments.capability), as_json=arguments.json
    )


def _sandbox_options(arguments: argparse.Namespace) -> SandboxOptions:
    return SandboxOptions(
        lines=tuple(arguments.lines),
        in_terminal=arguments.terminal or bool(arguments.lines),
        database=arguments.database,
        port=arguments.port,
        opens_browser=not arguments.no_browser,
        real_images=arguments.real_images,
    )


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {_LAST_PORT}")
    return port


def _secrets(settings: Settings) -> list[str]:
    return [
        secret.get_secret_value() for secret in (settings.discord_token, settings.nanogpt_api_key) if secret
    ]
