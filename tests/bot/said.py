"""What each function of the replies says, in the cases that read differently: the page of sentences is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from nanobot.bot.replies import (
    about,
    alarms,
    balance,
    config,
    details,
    errors,
    files,
    generation,
    models,
    quotas,
)
from nanobot.generation.events import CheaperSize
from nanobot.images.metadata import PictureDetails
from nanobot.nanogpt.guide import GUIDE_MODELS
from nanobot.store.guild_settings import GuildSettings
from nanobot.store.privacy import Erasure
from nanobot.store.tables import Generation, GenerationStatus
from tests.bot.said_quotas import NOON, SAID_OF_QUOTAS, STANDING
from tests.bot.test_balance_replies import ACCOUNT, SUBSCRIBED
from tests.bot.test_choosing import PAINTER

LINK = "https://discord.com/channels/1/2/3"

CAPTION = generation.Caption(
    user_id=7,
    prompt="a *fox* in the snow",
    model="hidream",
    width=1024,
    height=768,
    seed=42,
    cost=Decimal("0.014"),
    seconds=12.34,
    lost=1,
)
READ = PictureDetails(
    prompt="a *fox*, sitting", negative_prompt="text", model="dream_8", width=512, height=768, seed=42
)
CHEAPER = CheaperSize(size="512x512", price=Decimal("0.009"), instead_of=Decimal("0.014"))


def made(status: GenerationStatus) -> Generation:
    return Generation(
        id="0" * 32,
        created_at=NOON,
        updated_at=NOON,
        status=status,
        kind="imagine",
        guild_id=1,
        channel_id=2,
        user_id=7,
        request={"prompt": "a fox in the snow", "model": "hidream"},
        images_wanted=1,
        cost=Decimal("0.014"),
        posted_channel_id=2,
        posted_message_id=3,
    )


# What each function says, in the cases that read differently.
SAID: Mapping[Callable[..., str], list[str]] = {
    about.history_page: [
        about.history_page([made(GenerationStatus.POSTED), made(GenerationStatus.REFUSED)]),
        about.history_page([]),
    ],
    about.erased: [
        about.erased(Erasure(erased=12, still_open=0)),
        about.erased(Erasure(erased=12, still_open=1)),
    ],
    alarms.alarm_message: [alarms.alarm_message("The balance at NanoGPT is used up: top it up.")],
    balance.balance_page: [
        balance.balance_page(account) for account in (ACCOUNT, replace(ACCOUNT, subscription=SUBSCRIBED))
    ],
    config.config_page: [
        config.config_page(
            GuildSettings(moderation=True),
            moderation_default=False,
            check_results_default=False,
            local_time=NOON,
        ),
        config.config_page(
            GuildSettings(timezone="Europe/Berlin", log_channel_id=2),
            moderation_default=False,
            check_results_default=False,
            local_time=NOON,
        ),
    ],
    config.timezone_set: [config.timezone_set("Europe/Berlin", NOON)],
    config.log_channel_set: [config.log_channel_set("<#2>")],
    details.generation_details: [details.generation_details(made(GenerationStatus.POSTED))],
    details.file_details: [
        details.file_details({1: READ}, 1),
        details.file_details({2: READ, 3: PictureDetails(prompt="a cat")}, 3),
    ],
    errors.unexpected: [errors.unexpected("1a2b3c4d")],
    files.attachment_too_large: [files.attachment_too_large("fox_1.png", 26_000_000, 25)],
    files.not_a_picture_name: [files.not_a_picture_name("letter.pdf")],
    files.file_name: [files.file_name("fox_1.png"), files.file_name("[free](https://x.example)" * 4)],
    files.attachment_gone: [files.attachment_gone("fox.png")],
    files.no_such_picture: [files.no_such_picture(3, 1), files.no_such_picture(5, 2)],
    generation.queued: [generation.queued(1), generation.queued(4)],
    generation.preparing: [generation.preparing(0), generation.preparing(1), generation.preparing(3)],
    generation.generating: [generation.generating("hidream", NOON)],
    generation.arrived: [generation.arrived(1, 4), generation.arrived(3, 4)],
    generation.done: [
        generation.done(LINK, quotas.remaining_line(STANDING)),
        generation.done(LINK),
        generation.done(LINK, quotas.remaining_line(STANDING), CHEAPER),
    ],
    generation.recovered: [generation.recovered(LINK)],
    generation.in_part: [generation.in_part(LINK, 1, 1), generation.in_part(LINK, 3, 2)],
    generation.no_right_to_answer: [generation.no_right_to_answer("<#600>")],
    generation.caption: [
        generation.caption(CAPTION),
        generation.caption(
            replace(
                CAPTION,
                asked=1,
                planned=4,
                shown=2,
                flagged=1,
                failed=2,
                failure="NanoGPT failed in the middle of the work. Try again in a minute.",
                left_out=("strength", "steps"),
            )
        ),
        generation.caption(replace(CAPTION, lost=0, flagged=1, left_out=("strength",))),
    ],
    generation.nth_picture: [generation.nth_picture(2)],
    generation.further_pictures: [
        generation.further_pictures(*which) for which in ((2, 2, 2), (3, 4, 4), (4, 6, 10))
    ],
    generation.alt_text: [
        generation.alt_text("a fox in the snow", 1, 1),
        generation.alt_text("a fox in the snow", 2, 3),
    ],
    generation.money: [generation.money(Decimal(amount)) for amount in ("0.0140", "0", "1.5")],
    generation.quote: [generation.quote("**bold**\n@everyone", 100)],
    generation.shorten: [generation.shorten("a fox in the snow", 6)],
    models.model_choice: [models.model_choice(PAINTER, None)],
    models.size_choice: [models.size_choice(PAINTER, "512x512")],
    models.count_choice: [
        models.count_choice(PAINTER, 2, None),
        models.count_choice(replace(PAINTER, fixed_outputs=4), 4, None),
    ],
    models.models_page: [
        models.models_page(list(GUIDE_MODELS.values()), models.ListAge(is_live=False)),
        models.models_page([], models.ListAge(is_live=True)),
    ],
    models.list_age: [models.list_age(models.ListAge(is_live=True, read_at=NOON, is_stale=True))],
    **SAID_OF_QUOTAS,
}
