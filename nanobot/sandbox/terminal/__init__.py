"""A chat with the bot in a terminal: what people type becomes what their client would send, and answers are printed.

Imports the stand-in for Discord and the bot's process; which of the bot's texts are only progress is told by whoever
opens the sandbox, since nothing here knows the bot.
"""
