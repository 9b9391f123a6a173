"""Behaviour of `nanobot.quotas`, on SQLite and, where TEST_POSTGRES_URL names one, on PostgreSQL."""
