"""Progress, captions and outcomes of generations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal

from discord.utils import escape_mentions, format_dt

from nanobot.generation.events import CheaperSize

# https://docs.discord.com/developers/resources/message#create-message
MAX_CONTENT_CHARACTERS = 2000
# https://docs.discord.com/developers/resources/message#attachment-object
MAX_ALT_TEXT_CHARACTERS = 1024

_MAX_REMARK_CHARACTERS = 700
_CREDIT = "Nothing was taken from your quota."
_SIX_DIGITS = Context(prec=6)
_LEAST_SHOWN = Decimal("0.00000001")

EDIT_BY_MENU = "To edit it further, open its menu and choose **Apps → Edit image**."
STOPPING = "The bot is being restarted. Ask again in a minute; nothing was taken from your quota."
PREPARING = "Reading your picture…"
STARTING = "Starting…"
UPLOADING = "Uploading to Discord…"
CANCELLED = "Cancelled. Nothing was taken from your quota."
TOO_LATE_TO_CANCEL = "It is too late to cancel: NanoGPT is already painting and the picture is paid for. It will arrive in a moment."
NOTHING_TO_CANCEL = "That request has come to its end already, so there is nothing to cancel."
NOT_YOURS_TO_CANCEL = "Only the person who asked for this picture can cancel it."
NOT_YOURS = (
    "Only the person who asked for this picture, or someone who may manage messages here, can do that."
)
UNDELIVERABLE = (
    "Your picture was made, but Discord let me post it neither here nor in a direct message. "
    "Nothing was taken from your quota. Ask an admin to let me send messages and attach files here."
)
UNFIT = (
    "Your picture was made, but it cannot be brought into a size that Discord takes. "
    "Nothing was taken from your quota. Try a smaller size or another model."
)
POSTPONED = (
    "Your picture is made, but Discord does not take it right now. I keep it and post it as soon as Discord does; "
    "there is no need to ask again."
)
BLANK_REPLY = (
    "I cannot read that reply: Discord shows a bot only replies that ping it. Reply again with the ping (“@ ON”) left on, "
    "mention me in the text, or open the picture's menu and choose **Apps → Edit image**."
)
BLANK_PINGING_REPLY = (
    "I cannot read replies to that kind of message: Discord does not show them to a bot. Mention me in the text of your "
    "reply, or open the picture's menu and choose **Apps → Edit image**."
)
HIDDEN_PICTURE = (
    "Discord does not show me what is in that message. Open its menu and choose **Apps → Edit image**, "
    "or attach the picture to your own message."
)
NO_WORDS = "Say what to change, in words: for example “make it night”."
NO_PICTURE = "There is no picture to edit. Attach one and mention me, or reply to a message that has one. To make a new picture, use `/imagine`."
NO_PICTURE_IN_MESSAGE = "That message has no picture that I can edit."
TEXT_ALONE = (
    "To make a picture, use `/imagine` with a prompt. To edit one, send it here with a few words on what to change, "
    "or reply to it. `/help` tells more."
)
EDIT_FORM_TITLE = "Edit this picture"
EDIT_FORM_LABEL = "What should change?"
EDIT_FORM_PICTURE_LABEL = "Which picture?"
EDIT_FORM_PLACEHOLDER = "make it night"
FORGOTTEN_PICTURE = "I was restarted and no longer know which picture you meant. Choose **Apps → Edit image** on it once more."
FORGOTTEN_GENERATION = (
    "I no longer know how this picture was made, so it cannot be made again. Use `/imagine`."
)
PICTURE_GIVEN_AGAIN = (
    "This picture was made from others that I do not keep. Use **Edit**, or ask again with the pictures."
)
DELETED = "Deleted."


def queued(position: int) -> str:
    """Say how many turns away it is; 1 is next."""
    return (
        "Waiting for a turn: you are next." if position == 1 else f"Waiting for a turn: position {position}."
    )


def preparing(pictures: int) -> str:
    """Say that `pictures` are being read."""
    if not pictures:
        return STARTING
    return PREPARING if pictures == 1 else f"Reading your {pictures} pictures…"


def generating(model: str, since: datetime) -> str:
    """Say that NanoGPT is at work; the timestamp counts up by itself in everybody's client."""
    return f"`{model}` is painting, started {format_dt(since, 'R')}."


def arrived(here: int, total: int) -> str:
    """Say how many of several pictures are there; they are shown beneath."""
    return f"{here} of {total} {'is' if here == 1 else 'are'} here."


_PROGRESS = re.compile(
    "|".join(
        (
            *map(re.escape, (STARTING, PREPARING, UPLOADING)),
            r"Reading your \d+ pictures…",
            r"Waiting for a turn: (?:you are next|position \d+)\.",
            r"`.+` is painting, started <t:\d+:R>\.",
            r"\d+ of \d+ (?:is|are) here\.",
        )
    )
)


def is_progress(text: str) -> bool:
    """Tell whether `text` is shown only until another takes its place."""
    return _PROGRESS.fullmatch(text) is not None


def done(jump_url: str, standing: str | None = None, cheaper: CheaperSize | None = None) -> str:
    """Say where the picture is, what is left of the quota if that is known, and what would cost less."""
    lines = [f"Done: {jump_url}"]
    if standing is not None:
        lines.append(f"-# {standing}")
    if cheaper is not None:
        lines.append(
            f"-# The bot's balance is low. `size:{cheaper.size}` costs {money(cheaper.price)} a picture "
            f"in place of {money(cheaper.instead_of)}."
        )
    return "\n".join(lines)


def recovered(jump_url: str) -> str:
    """Say where the picture is that a restart had held up."""
    return f"Done, a little late because the bot was restarted: {jump_url}"


def in_part(jump_url: str, shown: int, lost: int) -> str:
    """Say where some of several pictures are, and what became of the rest."""
    is_or_are = "is" if shown == 1 else "are"
    rest = "The other one is lost" if lost == 1 else f"The other {lost} are lost"
    return (
        f"{shown} of your {shown + lost} pictures {is_or_are} here: {jump_url}\n{rest} and cost you nothing."
    )


def no_right_to_answer(channel: str) -> str:
    """Say in a direct message why nothing happened in `channel`."""
    return (
        f"I may not send messages, attach files or read the message history in {channel}, so I did nothing. "
        "Ask an admin there to allow it, or use `/imagine` here."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What is told beneath a picture.

    Of `shown` pictures `flagged` are hidden; `lost` more were made but could not be fetched, and `failed` more were
    not made, because of `failure`, a sentence. `asked` were asked for and `planned` attempted, which is more where a
    model makes a fixed number. `left_out` names options that were not sent.
    """

    user_id: int
    prompt: str
    model: str
    width: int
    height: int
    seed: int | None
    cost: Decimal | None
    seconds: float | None
    asked: int = 1
    planned: int = 1
    shown: int = 1
    flagged: int = 0
    lost: int = 0
    failed: int = 0
    failure: str | None = None
    left_out: tuple[str, ...] = ()


def caption(facts: Caption) -> str:
    """Return the text of the message that carries the pictures, within Discord's limit."""
    details = [f"`{facts.model}`", f"{facts.width}×{facts.height}"]
    if facts.seed is not None:
        details.append(f"seed {facts.seed}")
    if facts.cost is not None:
        details.append(money(facts.cost))
    if facts.seconds is not None:
        details.append(f"{facts.seconds:.1f} s")
    lines = [" · ".join(details), *_remarks(facts)]
    head, tail = f"<@{facts.user_id}>: ", "".join(f"\n-# {line}" for line in lines)
    return head + quote(facts.prompt, MAX_CONTENT_CHARACTERS - len(head) - len(tail)) + tail


def _remarks(facts: Caption) -> Iterator[str]:
    """Yield what is different from what was asked for, a sentence each."""
    if facts.planned > facts.asked:
        yield f"`{facts.model}` makes a fixed number of pictures at once: {facts.planned} in place of {facts.asked}."
    if facts.left_out:
        names = " and ".join(f"`{name}`" for name in facts.left_out)
        were, them = ("was", "it") if len(facts.left_out) == 1 else ("were", "them")
        yield f"{names} {were} left out: `{facts.model}` does not take {them} for this request."
    if facts.flagged:
        which = "it" if facts.shown == 1 else f"{facts.flagged} of {facts.shown}"
        yield f"The check of results flagged {which}, or could not be made: hidden as a spoiler."
    if facts.failed:
        reason = (facts.failure or "").removesuffix(_CREDIT).rstrip()
        told = f"{facts.failed} more could not be made and cost you nothing. {reason}"
        yield shorten(told.rstrip(), _MAX_REMARK_CHARACTERS)
    if facts.lost:
        yield f"{facts.lost} more could not be fetched and cost you nothing."


def nth_picture(number: int) -> str:
    """Return what a choice among the pictures of a message calls one of them."""
    return f"Picture {number}"


def further_pictures(first: int, last: int, total: int) -> str:
    """Say which pictures a further message of the same request carries."""
    if first == last:
        return f"-# Picture {first} of {total}"
    return f"-# Pictures {first} {'and' if last == first + 1 else 'to'} {last} of {total}"


def alt_text(prompt: str, position: int, total: int) -> str:
    """Return what a screen reader says of a picture."""
    which = f"Picture {position} of {total}" if total > 1 else "Picture"
    return shorten(f"{which} made from the prompt: {prompt}", MAX_ALT_TEXT_CHARACTERS)


def money(cost: Decimal) -> str:
    """Return US dollars with as many decimals as a small price needs, at most six digits that count."""
    if cost >= 1:
        return f"${cost:.2f}"
    return f"${_SIX_DIGITS.plus(cost).normalize():f}" if cost >= _LEAST_SHOWN else "$0"


# discord.py's own escape_markdown leaves web addresses alone, and of several masked links all but the first.
# https://docs.discord.com/developers/reference#message-formatting; a heading or a list only at the start of a line.
_FORMATTING = re.compile(r"^[#-]|[\\*_~|`\[\]<>]|(?<=:)/(?=/)")


def quote(text: str, limit: int) -> str:
    """Return `text` on one line with nothing in it that Discord would format or ping, at most `limit` characters."""
    plain = escape_mentions(_FORMATTING.sub(r"\\\g<0>", " ".join(text.split())))
    return shorten(plain, limit)


def shorten(text: str, limit: int) -> str:
    """Cut `text` to `limit` characters, with an ellipsis where something was cut."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip(chr(92))}…"
