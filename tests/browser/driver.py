"""Playwright; a test module that imports this one is skipped where it is not installed."""

from __future__ import annotations

from tests.browser.installation import require_playwright

require_playwright()

from playwright.sync_api import (  # noqa: E402 - whether there is one has to be asked first
    Browser,
    CDPSession,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    Route,
    ViewportSize,
    WebSocketRoute,
    expect,
    sync_playwright,
)

__all__ = [
    "Browser",
    "CDPSession",
    "ConsoleMessage",
    "Locator",
    "Page",
    "Playwright",
    "Request",
    "Route",
    "ViewportSize",
    "WebSocketRoute",
    "expect",
    "sync_playwright",
]
