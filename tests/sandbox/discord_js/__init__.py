"""The stand-in for Discord, judged by a client that its makers did not write their bot with.

The stand-in and the bot were both made with discord.py at hand, so a misunderstanding that they share would show in
no other test. discord.js decodes the same events and sends the same requests in ways of its own: what it makes of the
stand-in, and what the check against Discord's OpenAPI file makes of its requests, is a second opinion on both.
"""
