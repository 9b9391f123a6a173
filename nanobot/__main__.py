"""`python -m nanobot` is `python bot.py`."""

import sys

from nanobot.cli import main

sys.exit(main(sys.argv[1:]))
