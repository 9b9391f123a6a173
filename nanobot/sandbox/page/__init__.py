"""A page in the browser that shows the stand-in for Discord as people's clients do, and what happens behind it.

It is one more client of the stand-in: the bot does not know that it is there. What the bot's own books say comes
through `insight`, which whoever opens the page implements, since nothing here knows the bot.
"""
