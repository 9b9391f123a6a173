"""A PostgreSQL for several bots at once."""

from __future__ import annotations

from tests.store.databases import *  # noqa: F403
