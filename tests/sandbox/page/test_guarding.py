"""Who may speak to the page's server, and what its answers may do in a browser."""

from __future__ import annotations

import aiohttp
import pytest

from nanobot.sandbox.page.guarding import Guard
from nanobot.sandbox.page.serving_files import STATIC
from tests.sandbox.page.browser import Browser

EVIL = "https://evil.example"


async def test_only_the_page_itself_is_answered(lonely: Browser) -> None:
    """A name that somebody points to 127.0.0.1, another page, and another site in the same browser are refused."""
    port = lonely.origin.rpartition(":")[2]
    hosts = [
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1.evil.example:{port}",
    ]
    strangers = [{"Host": host} for host in hosts] + [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{int(port) % 65535 + 1}"},
        {"Origin": f"https://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ]
    own = [
        {},
        {"Host": f"localhost:{port}"},
        {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}", "Sec-Fetch-Site": "same-origin"},
        {"Origin": lonely.origin, "Sec-Fetch-Site": "none"},
    ]

    for path in ("/", "/static/main.js", "/files/1/fox.png", "/api/uploads/u1", "/nowhere"):
        assert [(await lonely.get(path, **headers)).status for headers in strangers] == [403] * len(strangers)
    assert [(await lonely.get("/", **headers)).status for headers in own] == [200] * len(own)


@pytest.mark.parametrize("path", ["/api/act", "/api/panel", "/api/upload"])
async def test_another_page_can_do_nothing(lonely: Browser, path: str) -> None:
    """A form of another page needs nobody's permission to be sent, so it is refused by where it comes from."""
    reply = await lonely.post(path, {"action": {"type": "turn_clock", "hours": 1}}, Origin=EVIL)
    later = await lonely.post("/api/panel", {"action": {"type": "turn_clock", "hours": 1}})

    assert reply.status == 403
    assert reply.sentence == "The sandbox answers its own page and no other."
    assert later.body == {"ok": True}


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": EVIL}, {"Origin": "null"}], ids=["no origin", "foreign origin", "null origin"]
)
async def test_a_socket_needs_the_pages_own_origin(lonely: Browser, headers: dict[str, str]) -> None:
    """No rule of the browser keeps another page from opening a socket, so that the server has to."""
    url = f"{lonely.origin}/socket?person=alice&channel=general"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await lonely.session.ws_connect(url, headers=headers)

    assert refused.value.status == 403


@pytest.mark.parametrize("query", ["", "person=mallory&channel=general", "person=alice&channel=secret"])
async def test_a_socket_is_for_somebody_who_is_here(lonely: Browser, query: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await lonely.session.ws_connect(f"{lonely.origin}/socket?{query}", headers={"Origin": lonely.origin})

    assert refused.value.status == 404


async def test_answers_keep_a_browser_from_running_anything_else(lonely: Browser) -> None:
    for path in ("/", "/static/main.js", "/nowhere"):
        headers = (await lonely.get(path)).headers
        policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))

        assert policy["default-src"] == policy["script-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


async def test_the_pages_files_are_served_and_no_others(lonely: Browser) -> None:
    index = await lonely.get("/")
    script = await lonely.get("/static/main.js")
    others = [
        "/static/",
        "/static/nothing.js",
        "/static/..%2fserver.py",
        "/static/..%2F..%2Fden.py",
        "/static/x%00.js",
    ]

    assert (index.status, index.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert index.body == (STATIC / "index.html").read_bytes()
    assert (script.status, script.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert [(await lonely.get(path)).status for path in others] == [404] * len(others)


def test_on_the_webs_own_port_the_address_has_no_port() -> None:
    hosts = Guard(lambda: 80)._hosts()

    assert {"127.0.0.1", "localhost", "127.0.0.1:80", "localhost:80"} == hosts
    assert "127.0.0.1" not in Guard(lambda: 8080)._hosts()
