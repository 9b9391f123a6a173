"""Discord and only Discord: commands, views, progress, delivery, and every sentence that members read.

May import everything below; knows nothing of the sandbox.
"""
