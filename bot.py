"""The door to everything: `python bot.py --help` lists what it does."""

import sys

from nanobot.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
