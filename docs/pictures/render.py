"""Draw the README's pictures anew: `python docs/pictures/render.py`.

Runs the real bot against the stand-ins and draws what people then see as SVG, with the made pictures inside as small
JPEGs; so the pictures show what the bot says today.
"""

from __future__ import annotations

import asyncio
import base64
import html
import io
import re
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from nanobot.sandbox.bot_process import BotProcess
from nanobot.sandbox.discord import DiscordStandIn, Message
from nanobot.sandbox.nanogpt import NanoGPTStandIn

FOLDER = Path(__file__).parent
_API_KEY = "pictures"
_WIDTH, _LEFT, _LINE, _LETTERS = 640, 72, 20, 74
_PICTURE_SIDE = 300
_STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#dbdee1}.name{font-weight:600;fill:#fff}.small{font-size:12px;fill:#a5a8ad}"
    ".button{font-size:13px;font-weight:500}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message as a person sees it."""

    author: str
    colour: str
    text: str
    above: str = ""
    picture: bytes | None = None
    buttons: Sequence[str] = ()


async def main() -> None:
    """Play the conversation and write the files."""
    discord, nanogpt = DiscordStandIn(), NanoGPTStandIn(api_key=_API_KEY)
    await discord.start()
    await nanogpt.start()
    with tempfile.TemporaryDirectory() as folder:
        bot = BotProcess(Path(folder), _environment(discord, nanogpt))
        await bot.start()
        await discord.bot_online(60)
        await _play(discord)
        await bot.stop()
    await discord.stop()
    await nanogpt.stop()


async def _play(discord: DiscordStandIn) -> None:
    guild = discord.add_guild("Fox Den")
    channel = guild.add_channel("general")
    alice = guild.add_member("alice")
    names = {str(alice.id): "alice"}
    await alice.types("/imagine prompt:a red fox in snow", channel)
    made = await channel.next_message(where=lambda message: bool(message.attachments))
    reply = await alice.says("make it night", channel, reply_to=made)
    edited = await channel.next_message(
        where=lambda message: message.reference is not None and message.reference.id == reply.id
    )
    conversation = [
        _of_bot(made, names, above="alice used /imagine"),
        Said(author="alice", colour="#eb459e", text="make it night", above="↱ nanobot: a red fox in snow"),
        _of_bot(edited, names, above="↱ alice: make it night"),
    ]
    _write("conversation", conversation)
    call = await alice.types("/imagine prompt:a harbour at dawn count:4", channel)
    await call.settled(lambda message: message.content.startswith("You asked"))
    refusal = _of_bot(await call.response(), names, above="alice used /imagine · only you can see this")
    usage = await alice.types("/usage", channel)
    _write(
        "refusal",
        [refusal, _of_bot(await usage.response(), names, above="alice used /usage · only you can see this")],
    )


def _environment(discord: DiscordStandIn, nanogpt: NanoGPTStandIn) -> dict[str, str]:
    return {
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "NANOGPT_API_KEY": _API_KEY,
        "NANOGPT_BASE_URL": nanogpt.base_url,
        "DEFAULT_QUOTA_IMAGES": "5",
    }


def _of_bot(message: Message, names: dict[str, str], *, above: str) -> Said:
    picture = message.attachments[0].data if message.attachments else None
    text = re.sub(r"<@(\d+)>", lambda found: f"@{names[found[1]]}", message.content)
    text = re.sub(r"<t:(\d+):([Rf])>", lambda found: _moment(int(found[1]), found[2]), text)
    return Said(
        author="nanobot", colour="#5865f2", text=text, above=above, picture=picture, buttons=message.buttons
    )


def _moment(seconds: int, style: str) -> str:
    """Return a timestamp as Discord would show it: style R is relative, f is a date."""
    moment = datetime.fromtimestamp(seconds, UTC)
    if style == "R":
        hours = max(1, round((moment - datetime.now(UTC)).total_seconds() / 3600))
        return f"in {hours} hour{'' if hours == 1 else 's'}"
    return moment.strftime("%-d %B %Y %H:%M")


def _write(name: str, conversation: Sequence[Said]) -> None:
    parts: list[str] = []
    top = 16
    for said in conversation:
        drawn, top = _draw(said, top)
        parts += drawn
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" viewBox="0 0 {_WIDTH} {top}" role="img">'
        f"<style>{_STYLE}</style>"
        f'<rect width="{_WIDTH}" height="{top}" rx="8" fill="#313338"/>'
    )
    (FOLDER / f"{name}.svg").write_text(head + "".join(parts) + "</svg>\n", encoding="utf-8")


def _draw(said: Said, top: int) -> tuple[list[str], int]:
    """Return the elements of one message, and where the next one starts."""
    parts = []
    if said.above:
        parts.append(_text(said.above, top + 12, "small"))
        top += _LINE
    parts.append(f'<circle cx="36" cy="{top + 20}" r="20" fill="{said.colour}"/>')
    initial = html.escape(said.author[0].upper())
    parts.append(f'<text x="36" y="{top + 25}" text-anchor="middle" class="name">{initial}</text>')
    parts.append(_text(said.author, top + 14, "name"))
    top += _LINE
    for line in said.text.splitlines():
        css_class = "small" if line.startswith("-#") else ""
        plain = re.sub(r"^-# |[*`\\]", "", line)
        for part in textwrap.wrap(plain, _LETTERS) or [""]:
            parts.append(_text(part, top + 14, css_class))
            top += _LINE
    if said.picture is not None:
        parts.append(_image(said.picture, top + 4))
        top += _PICTURE_SIDE + 12
    if said.buttons:
        parts += _buttons(said.buttons, top)
        top += 40
    return parts, top + 14


def _text(text: str, baseline: int, css_class: str) -> str:
    return f'<text x="{_LEFT}" y="{baseline}" class="{css_class}">{html.escape(text)}</text>'


def _image(data: bytes, top: int) -> str:
    image = Image.open(io.BytesIO(data)).convert("RGB").resize((2 * _PICTURE_SIDE, 2 * _PICTURE_SIDE))
    small = io.BytesIO()
    image.save(small, "JPEG", quality=60, optimize=True)
    url = f"data:image/jpeg;base64,{base64.b64encode(small.getvalue()).decode()}"
    return f'<image x="{_LEFT}" y="{top}" width="{_PICTURE_SIDE}" height="{_PICTURE_SIDE}" href="{url}"/>'


def _buttons(labels: Sequence[str], top: int) -> list[str]:
    parts, left = [], _LEFT
    for label in labels:
        width = 28 + 8 * len(label)
        parts.append(f'<rect x="{left}" y="{top}" width="{width}" height="32" rx="6" fill="#4e5058"/>')
        middle = left + width // 2
        parts.append(
            f'<text x="{middle}" y="{top + 21}" text-anchor="middle" class="button">{html.escape(label)}</text>'
        )
        left += width + 8
    return parts


if __name__ == "__main__":
    asyncio.run(main())
