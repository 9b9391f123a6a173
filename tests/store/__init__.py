"""Behaviour of `nanobot.store`, on SQLite and, where TEST_POSTGRES_URL names one, on PostgreSQL."""
