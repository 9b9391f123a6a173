"""Holds back on its way to the page what the sandbox tells, so that a test says what comes after what."""

from __future__ import annotations

from tests.browser.driver import Page, Route, WebSocketRoute


class LateFrames:
    """From here on, what a new socket of the page brings waits until `come`."""

    def __init__(self, page: Page) -> None:
        self._is_over = False
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        page.route_web_socket("**/socket?*", self._hold)

    def come(self) -> None:
        """Let everything through that came, in its order, and all that will come."""
        self._is_over = True
        for socket, frame in self._held:
            socket.send(frame)
        self._held.clear()

    def _hold(self, socket: WebSocketRoute) -> None:
        def tell(frame: str | bytes) -> None:
            if self._is_over:
                socket.send(frame)
            else:
                self._held.append((socket, frame))

        socket.connect_to_server().on_message(tell)


class LateAnswers:
    """From here on, requests to `path` with `word` in them reach the sandbox only when told to `come`."""

    def __init__(self, page: Page, path: str, word: str = "") -> None:
        self._word = word.encode()
        self._held: list[Route] = []
        page.route(f"**{path}", self._hold)

    def come(self) -> None:
        """Let those through that were asked for."""
        assert self._held, "nothing was asked for"
        for route in self._held:
            route.continue_()
        self._held.clear()

    def _hold(self, route: Route) -> None:
        if self._word in (route.request.post_data_buffer or b""):
            self._held.append(route)
        else:
            route.continue_()
