"""One attempt to fetch a hosted picture. Imports aiohttp and this package."""

from __future__ import annotations

from typing import Final

import aiohttp
from yarl import URL

from nanobot.nanogpt.errors import DownloadFailed
from nanobot.nanogpt.pictures import is_picture
from nanobot.nanogpt.transport import CONNECT_TIMEOUT_SECONDS, TooLarge, read_bounded

MAX_PICTURE_BYTES: Final = 64 * 1024 * 1024
DOWNLOAD_TIMEOUT_SECONDS: Final = 120.0
STALL_TIMEOUT_SECONDS: Final = 30.0
_MAX_REDIRECTS: Final = 5
# Statuses after which the same address may well answer; a signed address that ran out says 403 or 404 for ever.
_TEMPORARY_STATUSES: Final = frozenset({408, 425, 429})
# What aiohttp and yarl say of an address that is none; yarl only where host and port are needed, as `ValueError`.
_FINAL_ERRORS: Final = (
    ValueError,
    aiohttp.NonHttpUrlClientError,
    aiohttp.RedirectClientError,
    aiohttp.TooManyRedirects,
)


async def fetch_picture(
    session: aiohttp.ClientSession,
    url: str,
    *,
    user_agent: str,
    max_bytes: int = MAX_PICTURE_BYTES,
    timeout_seconds: float = DOWNLOAD_TIMEOUT_SECONDS,
) -> bytes:
    """GET a signed address; the key is never sent to it.

    Raises:
        DownloadFailed: it gave no picture of at most `max_bytes` within `timeout_seconds`.
    """
    try:
        data = await _get(
            session, url, user_agent=user_agent, max_bytes=max_bytes, timeout_seconds=timeout_seconds
        )
    except TooLarge as error:
        raise DownloadFailed(f"It is larger than {max_bytes} bytes.", temporary=False) from error
    except _FINAL_ERRORS as error:
        raise DownloadFailed("Its address leads nowhere.", temporary=False) from error
    except TimeoutError as error:
        raise DownloadFailed("It took too long.", temporary=True) from error
    except (aiohttp.ClientError, OSError) as error:
        raise DownloadFailed(f"The connection failed ({type(error).__name__}).", temporary=True) from error
    if not is_picture(data):
        raise DownloadFailed("What came is no picture.", temporary=False)
    return data


async def _get(
    session: aiohttp.ClientSession, url: str, *, user_agent: str, max_bytes: int, timeout_seconds: float
) -> bytes:
    timeout = aiohttp.ClientTimeout(
        total=timeout_seconds,
        connect=CONNECT_TIMEOUT_SECONDS,
        sock_read=STALL_TIMEOUT_SECONDS,
    )
    async with session.get(
        _exactly(url),
        # A picture is compressed already; compressed again it could grow past its bound while unpacked.
        headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
        timeout=timeout,
        max_redirects=_MAX_REDIRECTS,
    ) as response:
        if response.status != 200:
            temporary = response.status >= 500 or response.status in _TEMPORARY_STATUSES
            raise DownloadFailed(status=response.status, temporary=temporary)
        return await read_bounded(response, max_bytes)


def _exactly(url: str) -> URL:
    """Keep the address as it was signed: quoting it anew could break the signature."""
    return URL(url, encoded=url.isascii() and " " not in url)
