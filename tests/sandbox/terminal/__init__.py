"""The chat in a terminal: its parts by themselves, and `python bot.py sandbox` as a person runs it."""
