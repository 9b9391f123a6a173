"""The generator, its queue and its books, on a real database and against a real server that paints."""
