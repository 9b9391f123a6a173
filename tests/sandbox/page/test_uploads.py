"""Files on their way to the bot, and what the page's server does with them."""

from __future__ import annotations

import pytest

from nanobot.sandbox.discord import File
from nanobot.sandbox.page import uploads
from nanobot.sandbox.page.uploads import MAX_FILE_BYTES, MAX_KEPT, UploadGone, Uploads
from tests.sandbox.page.browser import Browser


async def test_an_upload_is_kept_and_can_be_looked_at(lonely: Browser) -> None:
    reply = await lonely.uploads("a fox.png", b"\x89PNG fox")
    shown = await lonely.get(reply.body["url"])

    assert reply.body == {
        "ok": True,
        "upload": "u1",
        "filename": "a fox.png",
        "size": 8,
        "url": "/api/uploads/u1",
    }
    assert (shown.body, shown.headers["Content-Type"]) == (b"\x89PNG fox", "image/png")
    assert shown.headers["Content-Disposition"] == "inline; filename*=UTF-8''a%20fox.png"


@pytest.mark.parametrize("filename", ["page.html", "drawing.svg", "script.js", "unknown"])
async def test_what_could_run_in_the_page_is_downloaded_instead(lonely: Browser, filename: str) -> None:
    upload = await lonely.uploaded(filename, b"<script>alert(1)</script>")
    await lonely.does("alice", {"type": "say", "text": "look", "uploads": [upload]})
    async with lonely.window("alice") as window:
        message = await window.says("look")
    (file,) = message["attachments"]
    for path in (f"/api/uploads/{upload}", file["url"]):
        answer = await lonely.get(path)

        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith("attachment;")


async def test_the_largest_file_is_taken_and_a_larger_one_is_not(lonely: Browser) -> None:
    largest = await lonely.uploads("largest.png", bytes(MAX_FILE_BYTES))
    larger = await lonely.uploads("larger.png", bytes(MAX_FILE_BYTES + 1))

    assert largest.body["size"] == MAX_FILE_BYTES == 26 * 1024 * 1024
    assert larger.status == 413
    assert larger.sentence == "The file is larger than 26 MiB. Choose a smaller one."


async def test_an_upload_without_a_file_is_refused(lonely: Browser) -> None:
    other_field = await lonely.uploads("fox.png", b"fox", field="picture")
    no_form = await lonely.post("/api/upload", {"file": "fox.png"})
    unknown = await lonely.get("/api/uploads/u7")

    assert [other_field.status, no_form.status, unknown.status] == [400, 400, 404]
    assert other_field.sentence == no_form.sentence == "There is no file in this upload: choose it again."
    assert unknown.sentence == "This upload is no longer here: attach the file again."


def test_the_oldest_uploads_go_when_there_are_many() -> None:
    kept = Uploads()
    ids = [kept.keep(File(f"{number}.png", b"x")) for number in range(MAX_KEPT + 1)]

    with pytest.raises(UploadGone):
        kept.get(ids[0])
    assert kept.get(ids[1]).filename == "1.png"


def test_the_oldest_uploads_go_when_they_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_KEPT_BYTES", 10)
    kept = Uploads()
    first, second = kept.keep(File("first.png", bytes(6))), kept.keep(File("second.png", bytes(6)))

    with pytest.raises(UploadGone):
        kept.get(first)
    assert len(kept.get(second).data) == 6
