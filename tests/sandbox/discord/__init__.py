"""Tests of the stand-in for Discord, driven with real discord.py clients."""
