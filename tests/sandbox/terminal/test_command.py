"""`python bot.py sandbox` as a person runs it: by lines, through a pipe, and at a keyboard."""

from __future__ import annotations

import asyncio
import codecs
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import skimage
from PIL import Image

BOT = Path(__file__).parents[3] / "bot.py"
PHOTOGRAPHS = Path(skimage.__file__).parent / "data"
END_OF_FILE = "\x04"
_SECONDS = 60


class Sandboxed:
    """One run of the command, its output read as it comes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.output = ""

    async def until(self, text: str) -> None:
        async with asyncio.timeout(_SECONDS):
            while text not in self.output:
                chunk = await self._stdout.readline()
                assert chunk, self.output
                self.output += chunk.decode()

    async def ended(self) -> int:
        async with asyncio.timeout(_SECONDS):
            self.output += (await self._stdout.read()).decode()
            return await self.process.wait()

    def type(self, *lines: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())

    def close_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def bot_pid(self) -> int:
        """Return the command's one child."""
        pid = self.process.pid
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(child)

    @property
    def _stdout(self) -> asyncio.StreamReader:
        assert self.process.stdout is not None
        return self.process.stdout


@pytest.fixture
async def runs() -> AsyncIterator[list[Sandboxed]]:
    """Whatever a test leaves running is ended with it."""
    started: list[Sandboxed] = []
    yield started
    for run in started:
        if run.process.returncode is None:
            run.process.terminate()
            await run.ended()


async def start(
    runs: list[Sandboxed], folder: Path, *arguments: str, through: Sequence[str] = (), **environment: str
) -> Sandboxed:
    process = await asyncio.create_subprocess_exec(
        *through,
        sys.executable,
        str(BOT),
        "sandbox",
        *arguments,
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    run = Sandboxed(process)
    runs.append(run)
    return run


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="finds the bot's process in /proc"
)


async def test_lines_are_said_and_answered_one_after_the_other(runs: list[Sandboxed], tmp_path: Path) -> None:
    """The README's first line: a picture, its edit, a quota, and the refusal that follows from it."""
    run = await start(
        runs,
        tmp_path,
        "/imagine prompt:a red fox in snow",
        "reply make it night",
        "as ada",
        "/quota set member:@alice images:2",
        "as alice",
        "/imagine prompt:a boat",
    )
    code = await run.ended()

    assert code == 0, run.output
    assert "#2 nanobot: @alice: a red fox in snow\n     hidream · 1024×1024 · $0.014 · " in run.output
    assert (
        "alt text: Picture made from the prompt: a red fox in snow\n     [Again] [Edit…] [Delete]"
        in run.output
    )
    assert "(only alice sees this): Done: #2\n     19 pictures left; your quota starts anew in " in run.output
    assert "#3 alice ↪ #2: make it night\n  #4 nanobot ↪ #3: @alice: make it night\n" in run.output
    assert "(only ada sees this): @alice: 2 pictures per day." in run.output
    last = run.output.partition("› /imagine prompt:a boat\n")[2]
    assert "Your quota is used up (2 of 2 pictures used today). Your quota starts anew in " in last
    assert "saved as" not in last
    saved = sorted((tmp_path / "pictures").iterdir())
    assert [path.name for path in saved] == ["a-red-fox-in-snow-1.png", "make-it-night-1.png"]
    assert [Image.open(path).size for path in saved] == [(1024, 1024), (1024, 1024)]


async def test_everything_that_people_do_can_be_typed(runs: list[Sandboxed], tmp_path: Path) -> None:
    """Piped lines: files, forms, buttons, menus, mentions, direct messages, suggestions, and an early end."""
    (tmp_path / "fox.jpg").write_bytes((PHOTOGRAPHS / "rocket.jpg").read_bytes())
    run = await start(runs, tmp_path, "--terminal")
    run.type(
        "",
        "help",
        "suggest /imagine model:kontext",
        "attach fox.jpg",
        "suggest /imagine model:hidream",
        "/imagine prompt:a rocket on the moon",
        "as bob",
        "attach fox.jpg",
        "look at this",
        "menu Edit image",
        "make it red",
        "press Edit…",
        "make it blue",
        "reply #3 @nanobot make it green",
        "attach fox.jpg",
        "@nanobot make it gold",
        "press Delete",
        "dm",
        "thanks",
        "exit",
        "never said",
    )
    code = await run.ended()
    steps = run.output.split("› ")

    def after(line: str) -> str:
        return next(step for step in steps if step.startswith(f"{line}\n"))

    assert code == 0, run.output
    assert "press #3 Again" in after("help")
    assert "flux-kontext" in after("suggest /imagine model:kontext")
    assert "hidream-edit" in after("suggest /imagine model:hidream")
    assert "flux-kontext · " in after("/imagine prompt:a rocket on the moon")
    assert "#3 bob: look at this\n     fox.jpg · 640×427 · " in after("look at this")
    assert "The bot is not asked: mention @nanobot" in after("look at this")
    assert "Edit this picture: What should change? make it red\n" in after("menu Edit image")
    assert "nanobot: @bob: make it red\n" in after("menu Edit image")
    assert "nanobot: @bob: make it blue\n" in after("press Edit…")
    assert "bob ↪ #3: @nanobot make it green\n" in after("reply #3 @nanobot make it green")
    assert "Discord does not show me what is in that message." in after("reply #3 @nanobot make it green")
    assert "nanobot ↪ #10: @bob: make it gold\n" in after("@nanobot make it gold")
    assert " is gone." in after("press Delete")
    assert "To make a picture, use /imagine with a prompt." in after("thanks")
    assert "never said" not in run.output


async def test_what_cannot_be_said_is_explained(runs: list[Sandboxed], tmp_path: Path) -> None:
    lines = {
        "/paint prompt:a fox": "There is no command named paint here.",
        "/imagine": "prompt: This option is required. Specify a value.",
        "/imagine prompt:a fox count:many": "count: Enter an integer.",
        "/quota show": "You do not have permission to use quota.",
        "attach nothing.png": "nothing.png cannot be read: No such file or directory.",
        "as mallory": "There is no mallory here, only alice, bob, ada.",
        "reply make it night": "There is no picture here yet.",
        "reply #9 make it night": "There is no message #9.",
        "press Again": "No message here has a button “Again”.",
        "press": "press needs the name of a button: press Again.",
    }
    run = await start(runs, tmp_path, *lines)
    code = await run.ended()

    assert code == 1
    for line, sentence in lines.items():
        assert f"alice, #general › {line}\n{sentence}\n" in run.output
    assert "log" not in run.output
    assert not (tmp_path / "pictures").exists()


async def test_a_kept_database_remembers_people_and_env_files_do_not_count(
    runs: list[Sandboxed], tmp_path: Path
) -> None:
    """Neither the operator's environment nor their `.env`, right or wrong, reaches the sandbox."""
    (tmp_path / ".env").write_text("DATABASE_URL=nonsense\nDEFAULT_QUOTA_IMAGES=0\n")
    first = await start(
        runs,
        tmp_path,
        "--database",
        "kept.db",
        "/imagine prompt:a fox",
        HEALTH_PORT="nonsense",
        LOG_LEVEL="loud",
    )
    assert await first.ended() == 0, first.output
    second = await start(runs, tmp_path, "--database", "kept.db", "/usage")
    code = await second.ended()

    assert code == 0, second.output
    assert "You · 1 of 20 pictures used today" in second.output
    assert await asyncio.to_thread((tmp_path / "kept.db").exists)


async def test_a_bot_that_does_not_start_is_told_with_the_end_of_its_log(
    runs: list[Sandboxed], tmp_path: Path
) -> None:
    run = await start(runs, tmp_path, "--database", "missing/folder/kept.db", "/usage")
    code = await run.ended()
    sentence, *tail = run.output.splitlines()

    assert code == 2
    assert sentence.startswith("The bot ended with exit code 2. Its log, ")
    (reason,) = tail
    assert reason.startswith("The database file kept.db cannot be used (No such file or directory): ")
    path = sentence.removeprefix("The bot ended with exit code 2. Its log, ").partition(",")[0]
    assert reason in await asyncio.to_thread(Path(path).read_text)


@needs_proc
async def test_a_bot_that_does_not_answer_is_told_with_the_end_of_its_log(
    runs: list[Sandboxed], tmp_path: Path
) -> None:
    run = await start(runs, tmp_path, "--terminal")
    run.type("help")
    await run.until("leaving, as Ctrl-D does")
    bot = run.bot_pid()
    os.kill(bot, signal.SIGSTOP)
    run.type("/usage")
    try:
        await run.until("The application did not respond\n")
    finally:
        os.kill(bot, signal.SIGCONT)
    run.close_input()
    code = await run.ended()

    assert code == 1
    assert "The end of the bot's log:\n" in run.output
    assert " nanobot.bot." in run.output


@needs_proc
async def test_a_bot_that_dies_ends_the_sandbox(runs: list[Sandboxed], tmp_path: Path) -> None:
    run = await start(runs, tmp_path, "--terminal")
    run.type("help")
    await run.until("leaving, as Ctrl-D does")
    os.kill(run.bot_pid(), signal.SIGKILL)
    code = await run.ended()

    assert code == 2
    assert "The bot ended with exit code -9." in run.output


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
async def test_a_signal_ends_the_sandbox_and_its_bot(
    runs: list[Sandboxed], tmp_path: Path, number: signal.Signals
) -> None:
    run = await start(runs, tmp_path, "--terminal")
    run.type("help")
    await run.until("leaving, as Ctrl-D does")
    bot = run.bot_pid()
    run.process.send_signal(number)
    code = await run.ended()

    assert code == 130
    assert "Traceback" not in run.output
    with pytest.raises(ProcessLookupError):
        os.kill(bot, 0)


@needs_proc
async def test_a_sandbox_in_the_background_of_a_shell_can_be_ended(
    runs: list[Sandboxed], tmp_path: Path
) -> None:
    """There Ctrl-C is ignored: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_11."""
    run = await start(runs, tmp_path, "--terminal", through=("sh", "-c", 'trap "" INT; exec "$@"', "sh"))
    run.type("help")
    await run.until("leaving, as Ctrl-D does")
    bot = run.bot_pid()
    run.process.terminate()

    assert await run.ended() == 130
    assert "Traceback" not in run.output
    with pytest.raises(ProcessLookupError):
        os.kill(bot, 0)


async def test_a_person_chats_at_a_keyboard(tmp_path: Path) -> None:
    """What went wrong on the way is no failure of the whole."""
    pty = pytest.importorskip("pty")
    controller, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(BOT),
        "sandbox",
        "--terminal",
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    keyboard = Keyboard(controller)
    try:
        await keyboard.sees("› ")
        keyboard.types("/nosuch\n")
        await keyboard.sees("There is no command named nosuch here.")
        await keyboard.sees("› ")
        keyboard.types("/usage\n")
        await keyboard.sees("0 of 20 pictures used today")
        await keyboard.sees("› ")
        keyboard.types(END_OF_FILE)
        async with asyncio.timeout(_SECONDS):
            code = await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
        keyboard.close()

    assert code == 0
    assert "The bot is online, and nothing leaves this machine." in keyboard.seen


class Keyboard:
    """The other end of a terminal: what a person sees and types."""

    def __init__(self, controller: int) -> None:
        self._controller = controller
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end within a character
        self._looked_at = 0
        self._news = asyncio.Event()
        self.seen = ""
        os.set_blocking(controller, False)
        asyncio.get_running_loop().add_reader(controller, self._read)

    def types(self, text: str) -> None:
        os.write(self._controller, text.encode())

    async def sees(self, text: str) -> None:
        """Wait for `text` behind what was waited for before."""
        try:
            async with asyncio.timeout(_SECONDS):
                while text not in self.seen[self._looked_at :]:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            raise AssertionError(f"{text!r} is not in {self.seen!r}") from error
        self._looked_at = self.seen.index(text, self._looked_at) + len(text)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._controller)
        os.close(self._controller)

    def _read(self) -> None:
        try:
            self.seen += self._decoder.decode(os.read(self._controller, 65536))
        except OSError:  # the other end is closed
            asyncio.get_running_loop().remove_reader(self._controller)
        self._news.set()
