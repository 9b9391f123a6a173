"""A message of the stand-in as lines of text. Imports messages and the markdown of this package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from nanobot.sandbox.discord import Attachment, Message
from nanobot.sandbox.terminal.markdown import Reader

_STEPS = ((1_000_000, "MB"), (1_000, "kB"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A message under its number; `label` names any message, `saved` tells where a file was put, if it was."""

    number: int
    message: Message
    label: Callable[[int], str]
    saved: Callable[[Attachment], Path | None]
    reader: Reader

    def lines(self) -> list[Text]:
        """Return who says it to whom, what it says, and what hangs below."""
        text = self.message.text
        body = self.reader.lines(text) if text else []
        first = Text.assemble(self._head(), " ", body[0]) if body else self._head()
        rest = [*body[1:], *(line for file in self.message.attachments for line in self._file_lines(file))]
        if self.message.buttons:
            rest.append(Text(" ".join(f"[{label}]" for label in self.message.buttons), style="green"))
        return [first, *(Text("   ") + line for line in rest)]

    def _head(self) -> Text:
        message = self.message
        head = Text.assemble((f"#{self.number}", "dim"), " ", (message.author.name, "bold"))
        if message.reference is not None:
            head.append(f" ↪ {self.label(message.reference.id)}", style="dim")
        if message.ephemeral_for is not None:
            head.append(f" (only {message.ephemeral_for.name} sees this)", style="dim")
        elif message.channel.recipient is not None:
            head.append(f" (direct messages of {message.channel.recipient.name})", style="dim")
        return head.append(":")

    def _file_lines(self, file: Attachment) -> list[Text]:
        facts = [file.filename, size_words(file.size)]
        if file.sides is not None:
            facts.insert(1, "×".join(map(str, file.sides)))
        saved = self.saved(file)
        if saved is not None:
            facts.append(f"saved as {saved}")
        lines = [Text(" · ".join(facts), style="magenta")]
        if file.description:
            lines.append(Text(f"alt text: {file.description}", style="dim"))
        return lines


def size_words(size_bytes: int) -> str:
    """Return such as "1.4 MB"."""
    for step, unit in _STEPS:
        if size_bytes >= step:
            return f"{size_bytes / step:.1f} {unit}"
    return f"{size_bytes} bytes"
