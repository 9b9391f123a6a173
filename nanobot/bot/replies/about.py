"""Help, models, history and privacy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from discord.utils import format_dt

from nanobot.bot.replies.generation import money, quote, shorten
from nanobot.nanogpt.models import Model
from nanobot.store.privacy import Erasure
from nanobot.store.tables import Generation, GenerationStatus

# Eight entries of this size fit into one message.
_HISTORY_PROMPT_CHARACTERS = 70
_HISTORY_MODEL_CHARACTERS = 40

HELP = """\
**Make a picture**: `/imagine prompt:a red fox in snow`. Be specific: subject, surroundings, light, style.
**Edit a picture**: reply to it with what to change, such as “make it night”. If it is not one of mine, mention me in the reply. \
Or open its menu: **Apps → Edit image**. Or use `/edit`. If a message has several pictures, start with `#2` for the second.
**From your own pictures**: give up to four to `/imagine` or `/edit` (`image` … `image4`), a link (`image_url`), and a `mask` \
that is white where the picture may change.
**Make it larger**: `/upscale`.
**Fine-tuning**: `negative_prompt` says what should not be there; a `seed` makes a similar picture again; \
more `steps` are finer but slower; a lower `strength` keeps more of the given picture.
**What you have left**: `/usage` · **What you made**: `/history` · **Models**: `/models` · **Your data**: `/privacy`
Pictures that fail cost you nothing."""
HELP_ADMIN = """\
**For admins** (Manage Server): `/quota set`, `/quota role`, `/quota default`, `/quota grant`, `/quota reset`, `/quota clear`, `/quota show`."""
NO_HISTORY = "You have not made any pictures here yet. Start with `/imagine`."
PRIVACY = """\
What is kept: your prompts and the settings of your pictures, when and in which channel you asked, what it cost, and your quota. \
Your pictures themselves are not kept once they are posted. What goes to NanoGPT: the prompt, the pictures you give, \
and a pseudonym that does not lead to your account.
`/privacy export` sends you all of it as a file. `/privacy delete` erases it; bare counts remain, so that quotas cannot be reset \
that way."""
EXPORTED = "This is everything that is stored about you."
DELETE_QUESTION = (
    "This erases your prompts and your history everywhere. Your pictures in Discord stay until you delete them there; "
    "their **Again** buttons stop working. It cannot be undone."
)
DELETE_LABEL = "Erase my data"


def models_page(models: Iterable[Model]) -> str:
    """List models by what they take."""
    return "\n".join(f"`{model.id}` · {model.description}{_takes(model)}" for model in models) + (
        "\n-# NanoGPT has many more: type any of its model ids into `model`."
    )


def history_page(generations: Sequence[Generation]) -> str:
    """List generations, newest first."""
    return "\n".join(_history_line(generation) for generation in generations) or NO_HISTORY


def erased(erasure: Erasure) -> str:
    """Confirm what was erased."""
    done = f"Erased: your data of {erasure.erased} request{'' if erasure.erased == 1 else 's'}."
    match erasure.still_open:
        case 0:
            return done
        case 1:
            return f"{done} One is still in the making and was left; ask again when it is done."
        case still_open:
            return f"{done} {still_open} are still in the making and were left; ask again when they are done."


def _takes(model: Model) -> str:
    if model.mask == "required":
        return " (a picture and a mask)"
    if model.pictures == "none":
        return ""
    number = f"up to {model.max_pictures} pictures" if model.max_pictures > 1 else "one picture"
    return f" ({number})" if model.pictures == "required" else f" ({number} if you like)"


def _history_line(generation: Generation) -> str:
    asked = generation.request
    what = quote(str(asked.get("prompt", "(erased)")), _HISTORY_PROMPT_CHARACTERS)
    model = shorten(str(asked.get("model", "?")), _HISTORY_MODEL_CHARACTERS)
    details = [format_dt(generation.created_at, "R"), f"`{model}`"]
    if generation.cost is not None:
        details.append(money(generation.cost))
    if generation.status is GenerationStatus.POSTED and generation.posted_message_id:
        server = generation.guild_id or "@me"
        details.append(
            f"https://discord.com/channels/{server}/{generation.posted_channel_id}/{generation.posted_message_id}"
        )
    else:
        details.append(generation.status.value)
    return f"{what}\n-# {' · '.join(details)}"
