from tests.store.databases import (
    database,
    database_url,
    empty_database_url,
    postgres_server,
    postgres_template,
    postgres_url,
    same_database,
    sqlite_template,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "same_database",
    "sqlite_template",
    "sqlite_url",
]
