"""The only SQL of nanobot: the engine, the tables, and plain functions that take a session.

Layer 1: may import `errors`, `settings`, `clock` and `logs`. Whoever opens a transaction
(`Database.begin`) commits it by leaving it; no function in here does.
"""
