"""Help, history and privacy."""

from __future__ import annotations

from collections.abc import Sequence

from discord.utils import format_dt

from nanobot.bot.message_link import link_to_pictures
from nanobot.bot.replies.generation import money, quote, shorten
from nanobot.store.privacy import Erasure
from nanobot.store.tables import Generation, GenerationStatus

# Eight entries of this size fit into one message.
_HISTORY_PROMPT_CHARACTERS = 70
_HISTORY_MODEL_CHARACTERS = 40

HELP = """\
**Make a picture**: `/imagine prompt:a red fox in snow`. Be specific: subject, surroundings, light, style.
**Edit a picture**: reply to it with what to change, such as “make it night”. If it is not one of mine, mention me in the reply. \
Or open its menu: **Apps → Edit image**. Or use `/edit`. If a message has several pictures, start a reply with `#2` for the second.
**From your own pictures**: give up to four to `/imagine` or `/edit` (`image` … `image4`), a link (`image_url`), and a `mask` \
that is white where the picture may change.
**Make it larger**: `/upscale`.
**What you have left**: `/usage` · **What you made**: `/history`, and **Apps → Image details** · **Models**: `/models` · **Your data**: `/privacy`
Pictures that fail cost you nothing.
**More**: `/help topic:` tells of prompts, edits, options, and of how to spend little."""
HELP_ADMIN = """\
**For admins** (Manage Server), in pictures or in dollars: `/quota set`, `/quota role`, `/quota default`, `/quota server`, `/quota unlimited`, \
`/quota block`, `/quota clear`, `/quota grant`, `/quota reset`; `/quota show`, `/quota list`, `/quota log`, `/quota report`; \
`/config show`, `/config moderation`, `/config check_results`, `/config timezone`, `/config log_channel`."""
HELP_PROMPTS = """\
**Prompts**
• Be specific and detailed: subject, what it does, surroundings, light, colours, camera. “A red fox asleep in deep snow, low winter sun, \
shallow depth of field” says more than “fox”.
• Name a style if you want one: watercolour, ink drawing, film photograph, isometric pixel art.
• Say in `negative_prompt` what should not be there: `people, text, watermark`.
• Found one you like? Its `seed` with nearly the same prompt makes a similar picture.
• NanoGPT's content policy applies: what it refuses takes nothing from your quota."""
HELP_EDITS = """\
**Edits**
• Describe the change, not the whole picture: “make it night”, “replace the hat by a crown”, “in the style of a watercolour”.
• Begin with a good picture: sharp, well lit, not a thumbnail. What it lacks, the edit lacks as well.
• Change one thing at a time, and reply to the result with the next change.
• A `mask` limits the change: white where the picture may change, black elsewhere, laid on the picture. A picture with transparent \
parts can serve as its own mask.
• A lower `strength` keeps more of the given picture, a higher one changes more.
• Several pictures (`image2` …) need a model that takes them: `/models takes:several pictures`.
• Large files are made smaller by themselves before they are sent."""
HELP_OPTIONS = """\
**Options** of `/imagine` and `/edit`; what a model does not take is left out, and you are told so
• `model`: suggestions come as you type, with prices, and fit the pictures you have attached.
• `size`: larger is finer, but slower and often dearer. The suggestions are the sizes that the model knows.
• `count`: up to four pictures of one prompt; each counts in your quota.
• `seed`: the same seed and prompt give a similar picture again.
• `guidance_scale`: how closely to follow the prompt, 0 to 20; 7.5 is usual.
• `steps`: more are finer but slower, 1 to 100; 30 is usual.
• `strength`: how much of the given picture may change, 0 to 1; 0.8 is usual.
• `kontext_max_mode`: lets `flux-kontext` look more closely at the context; no other model has it."""
HELP_COSTS = """\
**Spend little**
• Try a prompt with a small `size`, few `steps` and a cheap model first: `/models` and the suggestions name the prices. \
Then make the good one large, or use `/upscale`.
• Make one picture at a time unless you want to choose among several.
• `/usage` shows what is left of your quota. Pictures that fail, are refused or cancelled take nothing from it."""
HISTORY_SHEET = "The pictures of this list, small, each with its number"
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


def history_page(generations: Sequence[Generation]) -> str:
    """List generations, newest first, by the numbers that their pictures bear on the sheet."""
    lines = (_history_line(number, generation) for number, generation in enumerate(generations, start=1))
    return "\n".join(lines) or NO_HISTORY


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


def _history_line(number: int, generation: Generation) -> str:
    asked = generation.request
    what = quote(str(asked.get("prompt", "(erased)")), _HISTORY_PROMPT_CHARACTERS)
    model = shorten(str(asked.get("model", "?")), _HISTORY_MODEL_CHARACTERS)
    details = [format_dt(generation.created_at, "R"), f"`{model}`"]
    if generation.cost is not None:
        details.append(money(generation.cost))
    if generation.status is GenerationStatus.POSTED and generation.posted_message_id:
        details.append(link_to_pictures(generation))
    else:
        details.append(generation.status.value)
    return f"**{number}** {what}\n-# {' · '.join(details)}"
